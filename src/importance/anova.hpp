// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "importance/bins.hpp"
#include "importance/samples.hpp"

namespace kilofold {

/// A column less its mean, in units of 2^exponent that keep its squares in the range of a double.
struct Deviations {
  std::vector<double> value;
  int exponent = 0;
};
Deviations deviations(Column x);

/// One-way analysis of variance of y over bins; NaN and infinities as `f_test` promises.
struct Anova {
  double between_mean_square;  ///< in y's unit squared
  double f;
  double between_dof;  ///< k - 1
  double within_dof;   ///< n - k
};
Anova anova(const Deviations& y, const Bins& bins);

}  // namespace kilofold
