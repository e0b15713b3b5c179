// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kilofold {
namespace {

constexpr long double half_eps = std::numeric_limits<double>::epsilon() / 2;

}  // namespace

ReferenceScale reference_scale(const double* column, std::span<const std::int32_t> rows, Scaling scaling) {
  if (scaling == Scaling::none) return {};
  const auto less = [column](std::int32_t a, std::int32_t b) { return column[a] < column[b]; };
  const auto [lowest, highest] = std::minmax_element(rows.begin(), rows.end(), less);
  const long double low = column[*lowest], high = column[*highest];
  if (low == high) return {low, 1};
  if (scaling == Scaling::minmax) return {low, high - low};
  const auto n = static_cast<long double>(rows.size());
  ReferenceScale scale;
  for (const std::int32_t i : rows) scale.centre += column[i] / n;
  scale.centre_rounding = (n / 8 + 4) * half_eps * std::max(std::fabs(low), std::fabs(high));
  if (scaling == Scaling::center) return scale;
  long double squares = 0;
  for (const std::int32_t i : rows) squares += (column[i] - scale.centre) * (column[i] - scale.centre);
  scale.unit = std::sqrt(squares / n);
  return scale;
}

double root_mean_square(std::span<const double> values) {
  long double squares = 0;
  for (const double value : values) squares += static_cast<long double>(value) * value;
  return static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size())));
}

double answer_rounding(std::span<const double> prediction) {
  double largest = 0;
  for (const double p : prediction) largest = std::max(largest, std::fabs(p));
  return std::numeric_limits<double>::epsilon() * largest;
}

}  // namespace kilofold
