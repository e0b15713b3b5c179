// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// The nodes of a Gaussian process in a group's list.
struct GpNodes {
  std::size_t scaled;     ///< standardize
  std::size_t matrix;     ///< factor or reduce, with the kernel's parameters
  std::size_t posterior;  ///< the output
  bool is_tuned;          ///< hyperparameters found by maximize_lml
};

/// Where a group's Gaussian process lies, unless the group has none or a rule has replaced its posterior.
std::optional<GpNodes> find_gp(const std::vector<Node>& nodes);

/// The axis a parameter of a node takes its values from, if it varies by itself: more than one value, and no other axis
/// moves with it.
std::optional<AxisId> free_axis(const Node& node, std::string_view parameter, const Grid& grid);

/// Is the parameter taken from an axis that moves together with another?
bool is_tied(const Node& node, std::string_view parameter, const Grid& grid);

template <class Enum> void fix(Node& node, std::string_view parameter, Enum value) {
  for (Binding& binding : node.bindings)
    if (binding.parameter == parameter) binding.fixed = static_cast<double>(static_cast<std::int32_t>(value));
}

template <class Enum> bool is_fixed(const Node& node, std::string_view parameter, Enum value) {
  const Binding* binding = node.binding(parameter);
  return binding != nullptr && !binding->axis &&
         binding->fixed == static_cast<double>(static_cast<std::int32_t>(value));
}

}  // namespace kilofold
