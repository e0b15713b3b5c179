// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "kilofold/core/error.hpp"
#include "kilofold/core/reduction.hpp"

namespace kilofold {
namespace {

/// Sum of (y - centre)^2, in the canonical order.
double squared_deviations(std::span<const double> y, double centre) {
  return canonical_reduce(std::ssize(y), [=](std::int64_t i, double sum) {
    const double deviation = y[static_cast<std::size_t>(i)] - centre;
    return std::fma(deviation, deviation, sum);
  });
}

// Asked of the values themselves: the rounded mean of a constant may differ from it and leave a tiny false variance.
bool is_constant(std::span<const double> y) {
  return std::adjacent_find(y.begin(), y.end(), std::not_equal_to<>()) == y.end();
}

}  // namespace

Metrics score(std::span<const double> y, std::span<const double> prediction) {
  KILOFOLD_EXPECT(!y.empty());
  KILOFOLD_EXPECT(y.size() == prediction.size());
  const std::int64_t m = std::ssize(y);
  const auto error = [=](std::int64_t i) {
    return y[static_cast<std::size_t>(i)] - prediction[static_cast<std::size_t>(i)];
  };

  const double absolute = canonical_reduce(m, [=](std::int64_t i, double sum) { return sum + std::abs(error(i)); });
  const double squared =
      canonical_reduce(m, [=](std::int64_t i, double sum) { return std::fma(error(i), error(i), sum); });
  const double count = static_cast<double>(m);
  Metrics metrics;
  metrics.mae = absolute / count;
  metrics.rmse = std::sqrt(squared / count);
  if (is_constant(y)) {
    metrics.r2 = metrics.r2_eq13 = std::numeric_limits<double>::quiet_NaN();
    return metrics;
  }

  const double about_y = squared_deviations(y, canonical_sum(y.data(), m) / count);
  const double about_prediction = squared_deviations(y, canonical_sum(prediction.data(), m) / count);
  metrics.r2 = 1.0 - squared / about_y;
  // The mean minimises the sum of squares; only rounding can say otherwise, by an ulp.
  metrics.r2_eq13 = 1.0 - squared / std::max(about_prediction, about_y);
  return metrics;
}

}  // namespace kilofold
