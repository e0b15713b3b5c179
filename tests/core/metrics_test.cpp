// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kilofold/core/reduction.hpp"

namespace kilofold {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Between 0 and 1, in steps of 2^-32.
double uniform(std::mt19937& engine) { return static_cast<double>(engine()) * 0x1p-32; }

/// The definitions, each in one plain loop of long double.
struct PlainMetrics {
  long double mae = 0, rmse = 0, r2 = 0, r2_eq13 = 0;

  PlainMetrics(const std::vector<double>& y, const std::vector<double>& prediction) {
    const auto m = static_cast<long double>(y.size());
    long double mean_y = 0, mean_prediction = 0;
    for (const double v : y) mean_y += v / m;
    for (const double v : prediction) mean_prediction += v / m;
    long double sse = 0, about_y = 0, about_prediction = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const long double e = static_cast<long double>(y[i]) - prediction[i];
      mae += std::abs(e) / m;
      sse += e * e;
      about_y += (y[i] - mean_y) * (y[i] - mean_y);
      about_prediction += (y[i] - mean_prediction) * (y[i] - mean_prediction);
    }
    rmse = std::sqrt(sse / m);
    r2 = 1 - sse / about_y;
    r2_eq13 = 1 - sse / about_prediction;
  }
};

TEST(Score, EqualsHandValues) {
  const std::vector<double> y = {1, 2, 3, 6};
  const std::vector<double> prediction = {2, 2, 2, 8};

  const Metrics metrics = score(y, prediction);

  EXPECT_DOUBLE_EQ(metrics.mae, 1.0);               // (1 + 0 + 1 + 2) / 4
  EXPECT_DOUBLE_EQ(metrics.rmse, std::sqrt(1.5));   // sqrt((1 + 0 + 1 + 4) / 4)
  EXPECT_DOUBLE_EQ(metrics.r2, 1 - 6.0 / 14);       // mean y = 3: 4 + 1 + 0 + 9
  EXPECT_DOUBLE_EQ(metrics.r2_eq13, 1 - 6.0 / 15);  // mean prediction = 3.5: 6.25 + 2.25 + 0.25 + 6.25
}

TEST(Score, OfPerfectPredictionsIsExact) {
  const std::vector<double> y = {1.1, 2.2, 3.3};

  const Metrics metrics = score(y, y);

  EXPECT_EQ(metrics.mae, 0);
  EXPECT_EQ(metrics.rmse, 0);
  EXPECT_EQ(metrics.r2, 1);
  EXPECT_EQ(metrics.r2_eq13, 1);
}

TEST(Score, EqualsPlainLongDoubleLoops) {
  std::mt19937 engine(1);
  for (const std::size_t m : {2u, 7u, 8u, 9u, 37u, 131u, 656u}) {
    std::vector<double> y(m), prediction(m);
    for (std::size_t i = 0; i < m; ++i) {
      y[i] = 10 + 4 * uniform(engine);
      prediction[i] = y[i] + 0.5 - uniform(engine);
    }
    const PlainMetrics plain(y, prediction);

    const Metrics metrics = score(y, prediction);

    // A sum of m terms of one sign is off by at most m eps; quotient and root add less than as much again. About a mean
    // of 12 with deviations of about 1, squared deviations cancel to (12 eps)^2 only.
    const double tolerance = 4 * static_cast<double>(m) * eps;
    EXPECT_NEAR(metrics.mae, static_cast<double>(plain.mae), tolerance);
    EXPECT_NEAR(metrics.rmse, static_cast<double>(plain.rmse), tolerance);
    const double ratio = 1 - static_cast<double>(plain.r2);  // r2's error is relative to SSE / SST
    EXPECT_NEAR(metrics.r2, static_cast<double>(plain.r2), 2 * tolerance * (1 + ratio));
    EXPECT_NEAR(metrics.r2_eq13, static_cast<double>(plain.r2_eq13), 2 * tolerance * (1 + ratio));
    EXPECT_GE(metrics.r2_eq13, metrics.r2);
  }
}

/// The definitions once more, by the canonical sums: the order of additions that every backend keeps.
TEST(Score, IsMadeOfCanonicalSumsBitForBit) {
  std::mt19937 engine(11);
  for (std::size_t n = 2; n < 70; ++n) {
    std::vector<double> y(n), prediction(n);
    for (double& value : y) value = uniform(engine) - 0.5;
    for (double& value : prediction) value = uniform(engine) - 0.5;
    const auto m = static_cast<std::int64_t>(n);
    const auto count = static_cast<double>(n);
    const double mean_y = canonical_sum(y.data(), m) / count, mean_p = canonical_sum(prediction.data(), m) / count;
    const auto squares = [&](auto term) {
      return canonical_reduce(m, [&](std::int64_t i, double s) {
        const double t = term(static_cast<std::size_t>(i));
        return std::fma(t, t, s);
      });
    };
    const double squared = squares([&](std::size_t i) { return y[i] - prediction[i]; });
    const double absolute = canonical_reduce(m, [&](std::int64_t i, double s) {
      return s + std::abs(y[static_cast<std::size_t>(i)] - prediction[static_cast<std::size_t>(i)]);
    });
    const double about_y = squares([&](std::size_t i) { return y[i] - mean_y; });
    const double about_p = squares([&](std::size_t i) { return y[i] - mean_p; });

    const Metrics metrics = score(y, prediction);
    EXPECT_EQ(metrics.mae, absolute / count) << n;
    EXPECT_EQ(metrics.rmse, std::sqrt(squared / count)) << n;
    EXPECT_EQ(metrics.r2, 1.0 - squared / about_y) << n;
    EXPECT_EQ(metrics.r2_eq13, 1.0 - squared / std::max(about_y, about_p)) << n;
  }
}

TEST(Score, R2Eq13IsNeverBelowR2) {
  std::mt19937 engine(2);
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> y(5), prediction(5);
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = uniform(engine) / 3;  // thirds, so that sums round
      // Permuted truth is unbiased: the two denominators differ by rounding alone.
      prediction[(i + 1) % y.size()] = y[i];
    }

    const Metrics metrics = score(y, prediction);

    ASSERT_GE(metrics.r2_eq13, metrics.r2);
  }
}

TEST(Score, OfConstantTruthHasErrorsButNoR2) {
  // The mean of three 0.1 rounds to another double than 0.1: a variance computed from it is not zero.
  const Metrics metrics = score(std::vector<double>{0.1, 0.1, 0.1}, std::vector<double>{0.2, 0.2, 0.2});

  EXPECT_NEAR(metrics.mae, 0.1, 4 * eps);
  EXPECT_NEAR(metrics.rmse, 0.1, 4 * eps);
  EXPECT_TRUE(std::isnan(metrics.r2));
  EXPECT_TRUE(std::isnan(metrics.r2_eq13));
}

TEST(Score, OfOneRowHasErrorsButNoR2) {
  const Metrics metrics = score(std::vector<double>{3}, std::vector<double>{1});

  EXPECT_EQ(metrics.mae, 2);
  EXPECT_EQ(metrics.rmse, 2);
  EXPECT_TRUE(std::isnan(metrics.r2));
}

TEST(Score, OneNaNPredictionMakesEveryMetricNaN) {
  const Metrics metrics = score(std::vector<double>{1, 2, 3}, std::vector<double>{1, nan, 3});

  EXPECT_TRUE(std::isnan(metrics.mae));
  EXPECT_TRUE(std::isnan(metrics.rmse));
  EXPECT_TRUE(std::isnan(metrics.r2));
  EXPECT_TRUE(std::isnan(metrics.r2_eq13));
}

}  // namespace
}  // namespace kilofold
