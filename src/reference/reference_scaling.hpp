// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kilofold/core/op_options.hpp"

namespace kilofold {

/// (x - centre) / unit.
struct ReferenceScale {
  long double centre = 0;
  long double unit = 1;
  /// How far from `centre` a mean in double may be: n / 8 + 4 of its operations round, each by half eps of the column's
  /// largest value at most. 0 where the centre is no mean.
  long double centre_rounding = 0;

  long double of(double x) const { return (static_cast<long double>(x) - centre) / unit; }
};

/// The scale of some rows of a column; unit 1 where their values are all equal.
ReferenceScale reference_scale(const double* column, std::span<const std::int32_t> rows, Scaling scaling);

/// Root of the mean square of some values.
double root_mean_square(std::span<const double> values);

/// How far two roundings of centre + unit z to double may be apart, at the largest of some predictions: eps of it.
double answer_rounding(std::span<const double> prediction);

}  // namespace kilofold
