// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace kilofold {

/// How a member of AdaBoost fits weighted rows.
enum class Resample : std::int32_t {
  on = 0,   ///< a bootstrap drawn by weight; a row drawn twice counts twice
  off = 1,  ///< every row, counted by its weight
};

/// With Resample::off weights are rounded to whole parts of their sum, so that every sum of a tree stays an exact
/// integer: row i is weighed max(1, round(w_i (weight_parts - n) / sum w)) parts, n rows, at most weight_parts / 2 of
/// them counting here.
///
/// Accuracy  a weight is off by half a part, or by one where it is raised to one: 2^-22 of the sum at most. As many
/// parts as leave a split's gain rounded as split_gain says
inline constexpr std::int64_t weight_parts = std::int64_t{1} << 22;

}  // namespace kilofold
