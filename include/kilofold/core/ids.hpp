// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace kilofold {

/// An index that cannot be mistaken for another kind of index.
template <class Tag> struct Id {
  std::int32_t value = -1;

  constexpr Id() = default;
  constexpr explicit Id(std::int32_t v) : value(v) {}
  constexpr explicit operator bool() const { return value >= 0; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using AxisId = Id<struct AxisTag>;    ///< index into Plan::axes
using NodeId = Id<struct NodeTag>;    ///< index into the nodes of a plan or a group
using GroupId = Id<struct GroupTag>;  ///< index into Plan::groups
using ModelId = Id<struct ModelTag>;  ///< index into Spec::models: one entry of the `models:` list

}  // namespace kilofold
