// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_words.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kilofold/core/kernel_functions.hpp"
#include "kilofold/core/reduction.hpp"

namespace kilofold::cpu {
namespace {

/// Variance of all entries: canonical sums of the columns, added in their order; two passes. Rows that stand for
/// several count as often.
double variance(const Columns& X, const double* count) {
  const auto times = [=](std::int64_t i, double x) { return count == nullptr ? x : count[i] * x; };
  double entries = static_cast<double>(X.rows * X.count);
  if (count != nullptr) entries = canonical_sum(count, X.rows) * static_cast<double>(X.count);
  double sum = 0;
  for (std::int64_t j = 0; j < X.count; ++j) {
    const double* const x = X.col(j);
    sum += canonical_reduce(X.rows, [=](std::int64_t i, double s) { return s + times(i, x[i]); });
  }
  const double mean = sum / entries;
  double squares = 0;
  for (std::int64_t j = 0; j < X.count; ++j) {
    const double* const x = X.col(j);
    squares += canonical_reduce(
        X.rows, [=](std::int64_t i, double s) { return std::fma(times(i, x[i] - mean), x[i] - mean, s); });
  }
  return squares / entries;
}

double quantile(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const double position = std::clamp(p * n - 0.5, 0.0, n - 1);
  const double below = std::floor(position);
  const auto i = static_cast<std::size_t>(below);
  if (i + 1 == sorted.size()) return sorted[i];
  return sorted[i] + (position - below) * (sorted[i + 1] - sorted[i]);
}

}  // namespace

double resolved_gamma(double gamma, const Columns& X, const double* count) {
  const double v = gamma == gamma_scale ? variance(X, count) : 0.0;
  return kilofold::resolved_gamma(gamma, static_cast<double>(X.count), v);
}

double interquartile_range(const double* y, const std::int32_t* rows, std::int64_t n) {
  std::vector<double> sorted;
  for (std::int64_t i = 0; i < n; ++i) sorted.push_back(y[rows[i]]);
  std::sort(sorted.begin(), sorted.end());
  return quantile(sorted, 0.75) - quantile(sorted, 0.25);
}

double C_of_iqr(double iqr) { return iqr > 0 ? iqr / 1.349 : 1; }

double epsilon_of_iqr(double iqr) { return iqr > 0 ? iqr / 13.49 : 0.1; }

}  // namespace kilofold::cpu
