// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "inputs.cuh"
#include "kilofold/core/op_options.hpp"

/// Centre and scale of a column, by a block.
namespace kilofold::cuda {

struct Unit {
  double centre;
  double scale;
};

/// Some rows of a column of the table; `rows` null: all of them.
struct ColumnRows {
  const double* column;
  const std::int32_t* rows;
  int n;

  __device__ double operator[](std::int64_t i) const { return column[rows == nullptr ? i : rows[i]]; }
};

/// The unit, or NaN where it left the range of a double.
__device__ inline Unit in_range(const Unit& unit) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const bool sound = std::isfinite(unit.centre) && std::isfinite(unit.scale) && unit.scale > 0;
  return sound ? unit : Unit{nan, nan};
}

/// The smallest value of sign * x and its first place.
__device__ inline Placed block_least_of(const ColumnRows& x, double sign) {
  Placed own{std::numeric_limits<double>::infinity(), x.n};
  for (int i = static_cast<int>(threadIdx.x); i < x.n; i += static_cast<int>(blockDim.x)) {
    own = lesser(own, {sign * x[i], i});
  }
  return block_least(own);
}

/// Centre and scale of some rows, as `standardize` defines them.
__device__ inline Unit block_unit(const ColumnRows& x, Scaling scaling) {
  if (scaling == Scaling::none) return {0.0, 1.0};
  const double lowest = block_least_of(x, 1.0).value, highest = -block_least_of(x, -1.0).value;
  // Rounding must not give a constant column a spread: its centre is the value itself.
  if (lowest == highest) return {lowest, 1.0};
  if (scaling == Scaling::minmax) return in_range({lowest, highest - lowest});
  const auto n = static_cast<double>(x.n);
  Unit unit{block_reduce(x.n, [&](std::int64_t i, double sum) { return sum + x[i]; }) / n, 1.0};
  if (scaling == Scaling::zscore) {
    const double squares = block_reduce(x.n, [&](std::int64_t i, double sum) {
      const double difference = x[i] - unit.centre;
      return std::fma(difference, difference, sum);
    });
    unit.scale = std::sqrt(squares / n);
  }
  return in_range(unit);
}

}  // namespace kilofold::cuda
