// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace kilofold {

/// How well predictions meet the truth, over whatever rows the caller passes: one fold, or all held-out rows pooled.
struct Metrics {
  double mae = 0;   ///< mean |y - prediction|, in the target's unit
  double rmse = 0;  ///< root of the mean squared error, in the target's unit
  double r2 = 0;    ///< 1 - SSE / sum (y - mean y)^2; NaN where y is constant
  double r2_eq13 =
      0;  ///< as r2 with the mean of the *predictions* in the denominator (the paper's Eq. 13); never below r2
};

/// Score predictions against the truth.
///
/// Shapes    y, prediction (m), m >= 1
/// Errors    a NaN prediction makes every metric NaN
/// Accuracy  sums in the canonical order of core/reduction.hpp: same bits everywhere
Metrics score(std::span<const double> y, std::span<const double> prediction);

}  // namespace kilofold
