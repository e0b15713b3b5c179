// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_scaling.hpp"

#include <algorithm>
#include <cmath>

namespace kilofold {

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
  if (scaling == Scaling::center) return scale;
  long double squares = 0;
  for (const std::int32_t i : rows) squares += (column[i] - scale.centre) * (column[i] - scale.centre);
  scale.unit = std::sqrt(squares / n);
  return scale;
}

}  // namespace kilofold
