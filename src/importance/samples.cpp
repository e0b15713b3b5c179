// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/samples.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "kilofold/core/error.hpp"

namespace kilofold {

Samples all_rows(const Dataset& data) { return {data.X.view(), data.y}; }

SampleSubset take_rows(const Dataset& data, std::span<const std::int32_t> rows) {
  SampleSubset subset{Matrix<double>(std::ssize(rows), data.n_features()), std::vector<double>(rows.size())};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    KILOFOLD_EXPECT(rows[i] >= 0 && rows[i] < data.n_samples());
    subset.y[i] = data.y[static_cast<std::size_t>(rows[i])];
    for (std::int64_t j = 0; j < data.n_features(); ++j) subset.X(static_cast<std::int64_t>(i), j) = data.X(rows[i], j);
  }
  return subset;
}

void expect_valid(const Samples& samples) {
  const auto finite = [](double value) { return std::isfinite(value); };
  KILOFOLD_EXPECT(samples.X.rows >= 2 && samples.X.cols >= 1);
  KILOFOLD_EXPECT(samples.X.rows == std::ssize(samples.y));
  KILOFOLD_EXPECT(std::all_of(samples.y.begin(), samples.y.end(), finite));
  for (std::int64_t j = 0; j < samples.X.cols; ++j) {
    const Column x = feature(samples, j);
    KILOFOLD_EXPECT(std::all_of(x.begin(), x.end(), finite));
  }
}

Column feature(const Samples& samples, std::int64_t j) {
  return {samples.X.col(j), static_cast<std::size_t>(samples.X.rows)};
}

bool is_constant(Column x) { return std::adjacent_find(x.begin(), x.end(), std::not_equal_to<>()) == x.end(); }

std::vector<double> range_scaled(Column x) {
  std::vector<double> scaled(x.size(), 0.0);
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  if (*low == *high) return scaled;
  // Halving is exact where it is needed: the range of the largest doubles overflows.
  const double unit = std::isfinite(*high - *low) ? 1.0 : 0.5;
  const double origin = *low * unit;
  const double range = *high * unit - origin;
  std::transform(x.begin(), x.end(), scaled.begin(), [=](double value) { return (value * unit - origin) / range; });
  return scaled;
}

std::vector<std::int32_t> rank_by_score(std::span<const double> score) {
  std::vector<std::int32_t> ranking(score.size());
  std::iota(ranking.begin(), ranking.end(), 0);
  std::stable_sort(ranking.begin(), ranking.end(), [=](std::int32_t a, std::int32_t b) {
    const double score_a = score[static_cast<std::size_t>(a)];
    const double score_b = score[static_cast<std::size_t>(b)];
    return std::isnan(score_b) ? !std::isnan(score_a) : score_a > score_b;
  });
  return ranking;
}

}  // namespace kilofold
