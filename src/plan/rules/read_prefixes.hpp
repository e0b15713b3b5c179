// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "kilofold/plan.hpp"

namespace kilofold {

/// What one growth gives for all values of a prefix rule's parameter: the trees of the largest, which hold the others,
/// or those of every value, as lanes.
enum class Growth { of_largest_value, of_every_value };

/// What prefix rules have in common: a parameter that only ends the growth of trees earlier.
struct Prefix {
  std::string_view parameter;
  bool (*grown_by)(Op op);  ///< ops of which one growth serves all values
  Growth growth;
  const char* one_value_only;  ///< refusals
  const char* tied;
  const char* nothing_grown;
};

/// Let one growth serve every value of the parameter, and read_trees answer them as lanes.
std::variant<std::vector<Node>, Refusal> read_prefixes(const Prefix& prefix, const Group& group,
                                                       std::span<const Axis> axes);

}  // namespace kilofold
