// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "kilofold/plan.hpp"

namespace kilofold {

/// What prefix rules have in common: a parameter that only ends the growth of trees earlier.
struct Prefix {
  std::string_view parameter;
  bool (*grown_by)(Op op);     ///< ops whose longest growth holds all shorter ones
  const char* one_value_only;  ///< refusals
  const char* tied;
  const char* nothing_grown;
};

/// Fix the parameter of the growing nodes at its largest value and let read_trees answer every value as a lane.
std::variant<std::vector<Node>, Refusal> read_prefixes(const Prefix& prefix, const Group& group,
                                                       std::span<const Axis> axes);

}  // namespace kilofold
