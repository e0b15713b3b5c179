// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/anova.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kilofold/core/reduction.hpp"

namespace kilofold {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct BinSums {
  double between;  ///< n_j mean_j^2
  double within;   ///< sum of (y - mean_j)^2
};

BinSums bin_sums(const std::vector<double>& y) {
  const std::int64_t n = std::ssize(y);
  const double count = static_cast<double>(n);
  // Equal values are their own mean: rounding must not make a perfect separation look imperfect.
  const bool constant = is_constant(y);
  const double mean = constant ? y.front() : canonical_sum(y.data(), n) / count;
  const double within = constant ? 0.0 : canonical_reduce(n, [&](std::int64_t i, double sum) {
    const double deviation = y[static_cast<std::size_t>(i)] - mean;
    return std::fma(deviation, deviation, sum);
  });
  return {count * mean * mean, within};
}

}  // namespace

Deviations deviations(Column x) {
  double largest = 0;
  for (const double value : x) largest = std::max(largest, std::abs(value));
  Deviations result{std::vector<double>(x.size(), 0.0), 0};
  if (is_constant(x)) return result;
  std::frexp(largest, &result.exponent);
  std::transform(x.begin(), x.end(), result.value.begin(),
                 [&](double value) { return std::ldexp(value, -result.exponent); });
  const double mean = canonical_sum(result.value.data(), std::ssize(x)) / static_cast<double>(x.size());
  for (double& value : result.value) value -= mean;
  return result;
}

Anova anova(const Deviations& y, const Bins& bins) {
  const RowsByBin rows(bins);
  const double between_dof = bins.n_bins - 1;
  const double within_dof = static_cast<double>(y.value.size()) - bins.n_bins;
  Anova result{nan, nan, between_dof, within_dof};
  if (bins.n_bins < 2 || is_constant(y.value)) return result;

  std::vector<double> between, within, members;
  for (std::int64_t bin = 0; bin < rows.n_bins(); ++bin) {
    members.clear();
    for (const std::int32_t row : rows.of(bin)) members.push_back(y.value[static_cast<std::size_t>(row)]);
    const BinSums sums = bin_sums(members);
    between.push_back(sums.between);
    within.push_back(sums.within);
  }
  const double between_mean_square = canonical_sum(between.data(), std::ssize(between)) / between_dof;
  result.between_mean_square = std::ldexp(between_mean_square, 2 * y.exponent);
  if (within_dof > 0) {
    result.f = between_mean_square / (canonical_sum(within.data(), std::ssize(within)) / within_dof);
  }
  return result;
}

}  // namespace kilofold
