// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kilofold/core/reduction.hpp"

namespace kilofold {

/// A training target as 64-bit integers q = round((y - centre) / step), so that its sums are exact in any order.
///
/// Chosen from the extremes of the n training values alone: centre is their midrange; step is the power of two that
/// makes |q| <= 2^62 / n, so any sum over distinct rows fits. At n = 1000 the step is at most 2^-52 of the range.
struct FixedPoint {
  double centre;
  double step;
  double inverse_step;
};

KILOFOLD_HD inline FixedPoint fixed_point(double lowest, double highest, std::int64_t n) {
  if (lowest == highest) return {lowest, 1.0, 1.0};
  const double centre = lowest / 2 + highest / 2;
  const double radius = std::fmax(highest - centre, centre - lowest);
  int bits_of_n = 0;
  while ((std::int64_t{1} << bits_of_n) < n) ++bits_of_n;
  // radius < 2^exponent; the limit keeps step and its inverse normal numbers for targets of any magnitude
  int exponent = 0;
  std::frexp(radius, &exponent);
  const int wanted = 62 - bits_of_n - exponent;
  const int shift = wanted > 1000 ? 1000 : wanted;
  return {centre, std::ldexp(1.0, -shift), std::ldexp(1.0, shift)};
}

KILOFOLD_HD inline std::int64_t to_fixed(const FixedPoint& unit, double y) {
  return static_cast<std::int64_t>(std::llrint((y - unit.centre) * unit.inverse_step));
}

/// Mean of n values whose fixed-point sum is given, in the target's unit.
KILOFOLD_HD inline double fixed_mean(const FixedPoint& unit, std::int64_t sum, std::int64_t n) {
  return unit.centre + (static_cast<double>(sum) / static_cast<double>(n)) * unit.step;
}

}  // namespace kilofold
