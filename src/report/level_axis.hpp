// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "study_summary.hpp"
#include "svg_parts.hpp"

/// Where a parameter's values stand along an axis.
namespace kilofold::report {

struct LevelAxis {
  std::vector<double> at;   ///< of every level
  double published_at = 0;  ///< of the published value, where the profile has one
  std::size_t n_numbers = 0;
  enum class Scale { linear, logarithmic, even } scale = Scale::linear;
  std::vector<Tick> ticks;  ///< at every level and the published value

  /// The axis' name: "C, log scale".
  std::string named(const std::string& parameter) const;
};

/// Numbers by their value: on a logarithmic scale where they make a geometric sequence, or span a factor of 20 and no
/// arithmetic one; evenly where that would be so but for a zero or negative number. Words stand to their right, evenly,
/// the published one last where the grid has it not.
LevelAxis level_axis(const Profile& profile);

}  // namespace kilofold::report
