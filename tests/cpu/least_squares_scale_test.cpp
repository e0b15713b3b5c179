// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/each_isa.hpp"
#include "cpu/study.hpp"
#include "kilofold/core/cells.hpp"
#include "reference/reference.hpp"

/// Features and targets as far from 1 as a double goes, unscaled.
namespace kilofold::test {
namespace {

using LeastSquaresScaleOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(LeastSquaresScaleOnEachIsa);

constexpr auto rank_deficient = static_cast<std::int32_t>(FitStatus::rank_deficient);
constexpr auto not_finite = static_cast<std::int32_t>(FitStatus::not_finite);
constexpr double magnitudes[] = {1e-290, 1e-200, 1e-158, 1e-154, 1e-20, 1e20, 1e154, 1e158, 1e200, 1e290};

Table times(const Table& table, const std::vector<double>& features, double target) {
  Matrix<double> X = table.X();
  std::vector<double> y = table.y();
  for (std::int64_t j = 0; j < X.cols(); ++j)
    for (std::int64_t i = 0; i < X.rows(); ++i) X(i, j) *= features[static_cast<std::size_t>(j)];
  for (double& v : y) v *= target;
  return {std::move(X), std::move(y)};
}

Table times(const Table& table, double features, double target) {
  return times(table, std::vector<double>(static_cast<std::size_t>(table.X().cols()), features), target);
}

LinearFits fit(const Table& table, const Rows& rows, const std::vector<double>& alphas) {
  Standardized inputs = standardized(table, {rows}, Scaling::none, Scaling::none);
  return least_squares(table, {rows}, inputs, alphas);
}

std::vector<double> times_power(std::vector<double> values, int exponent) {
  for (double& v : values) v = std::ldexp(v, exponent);
  return values;
}

/// The contract's accuracy, max |y| in place of sd(y) for the leverage of the held-out rows.
void expect_equals_reference(const Table& table, const Rows& rows, const std::vector<double>& alphas, double cond) {
  const LinearFits fits = fit(table, rows, alphas);
  double largest = 0;
  for (const double v : table.y()) largest = std::max(largest, std::fabs(v));
  for (std::size_t l = 0; l < alphas.size(); ++l) {
    const std::vector<double> plain = reference_linear(table.X().view(), table.y(), rows.train, rows.held_out,
                                                       rows.train, Scaling::none, Scaling::none, alphas[l]);
    for (std::size_t i = 0; i < plain.size(); ++i)
      EXPECT_NEAR(fits.prediction[0][l][i], plain[i], 50 * 0x1p-52 * cond * largest) << "alpha " << alphas[l];
  }
}

TEST_P(LeastSquaresScaleOnEachIsa, APowerOfTwoOfTheFeaturesChangesNoBit) {
  for (const std::int32_t n : {7, 37}) {
    const Table table = random_table(n, {0, 5, 0, 0}, 3);
    const Rows rows = every_kth(n, 4, 1);
    const std::vector<double> alphas{0, 1e-3, 1, 1e3};
    const LinearFits once = fit(table, rows, alphas);
    for (const int exponent : {-960, -700, -530, -500, -40, -1, 1, 40, 500, 530, 700, 960}) {
      std::vector<double> penalties;  // 4^exponent alpha, as far as that is a normal number
      for (const double alpha : alphas) {
        const double penalty = std::ldexp(alpha, 2 * exponent);
        if (alpha == 0 || std::isnormal(penalty)) penalties.push_back(penalty);
      }

      const LinearFits fits = fit(times(table, std::ldexp(1.0, exponent), 1), rows, penalties);

      for (std::size_t l = 0; l < penalties.size(); ++l) {
        EXPECT_TRUE(same_bits(fits.prediction[0][l], once.prediction[0][l])) << exponent;
        std::vector<double> coefficient = times_power(fits.coefficient[0][l], exponent);
        coefficient.back() = fits.coefficient[0][l].back();
        EXPECT_TRUE(same_bits(coefficient, once.coefficient[0][l])) << exponent;
        EXPECT_EQ(fits.status[0][l], once.status[0][l]);
      }
    }
  }
}

TEST_P(LeastSquaresScaleOnEachIsa, APowerOfTwoOfTheTargetIsOneOfThePredictions) {
  const Table table = random_table(37, {0, 5, 0}, 3);
  const Rows rows = every_kth(37, 4, 1);
  const LinearFits once = fit(table, rows, {0, 1e-3, 1, 1e3});
  for (const int exponent : {-900, -600, -1, 1, 600, 900}) {
    const LinearFits fits = fit(times(table, 1, std::ldexp(1.0, exponent)), rows, {0, 1e-3, 1, 1e3});

    for (std::size_t l = 0; l < 4; ++l) {
      EXPECT_TRUE(same_bits(fits.prediction[0][l], times_power(once.prediction[0][l], exponent))) << exponent;
      EXPECT_TRUE(same_bits(fits.coefficient[0][l], times_power(once.coefficient[0][l], exponent))) << exponent;
    }
  }
}

TEST_P(LeastSquaresScaleOnEachIsa, ATinyTargetOfHugeFeaturesIsPredictedThoughItsWeightsUnderflow) {
  const Table table = random_table(37, {0, 5, 0}, 3);
  const Rows rows = every_kth(37, 4, 1);

  const LinearFits fits = fit(times(table, 0x1p700, 0x1p-700), rows, {0});

  EXPECT_TRUE(same_bits(fits.prediction[0][0], times_power(fit(table, rows, {0}).prediction[0][0], -700)));
  EXPECT_EQ(fits.coefficient[0][0][0], 0);
}

TEST_P(LeastSquaresScaleOnEachIsa, WeightsThatLeaveTheRangeOfDoubleAreNotFinite) {
  const Table table = random_table(37, {0, 5, 0}, 3);

  const LinearFits fits = fit(times(table, 0x1p-700, 0x1p700), every_kth(37, 4, 1), {0});

  EXPECT_EQ(fits.status[0][0], not_finite);
}

TEST_P(LeastSquaresScaleOnEachIsa, FeaturesOfEveryMagnitudeEqualTheReference) {
  for (const double magnitude : magnitudes) {
    for (const std::int32_t n : {12, 131}) {
      const double square = std::clamp(magnitude * magnitude, 1e-300, 1e300);
      // uniform features: the condition stays below 100
      expect_equals_reference(times(random_table(n, {0, 5, 0}, 1), magnitude, 1), every_kth(n, 4, 1),
                              {0, square, 1e-300, 1e-3, 1e3, 1e300}, 100);
    }
  }
}

TEST_P(LeastSquaresScaleOnEachIsa, TheWeightOfOneFeatureIsThatOfItsFormula) {
  for (const double x : magnitudes) {
    // x and y are centred: w = x'y / (x'x + alpha)
    Matrix<double> X(3, 1);
    X(0, 0) = -x;
    X(1, 0) = X(2, 0) = x;
    const Table table(X, {-1, 1, 0});
    const std::vector<double> alphas{0, 1e-310, 1e-300, 1e-3, 1, 1e300};

    const LinearFits fits = fit(table, {{0, 1}, {2}}, alphas);

    for (std::size_t l = 0; l < alphas.size(); ++l) {
      const long double m = x, w = 2 * m / (2 * m * m + alphas[l]);
      const auto nearest = static_cast<double>(w);
      // reflection, square, sum, quotient and product round; what is subnormal has its own last place
      const double tolerance = std::max(16 * 0x1p-53 * nearest, std::numeric_limits<double>::denorm_min());
      EXPECT_NEAR(fits.coefficient[0][l][0], nearest, tolerance) << x << " alpha " << alphas[l];
      EXPECT_NEAR(fits.prediction[0][l][0], static_cast<double>(w * m), 16 * 0x1p-53) << x << " alpha " << alphas[l];
      EXPECT_EQ(fits.status[0][l], 0);
    }
  }
}

TEST_P(LeastSquaresScaleOnEachIsa, AFeatureFarBelowAnotherCountsAsZeroAsInTheReference) {
  const Table table = times(random_table(37, {0, 5, 0}, 1), {1e290, 1e290, 1e-290}, 1);
  const Rows rows = every_kth(37, 4, 1);

  const LinearFits fits = fit(table, rows, {0});

  EXPECT_EQ(fits.status[0][0], rank_deficient);
  expect_equals_reference(table, rows, {0, 1e-3, 1e300}, 100);
}

TEST_P(LeastSquaresScaleOnEachIsa, AHugeConstantHidesNoTinyFeature) {
  const Table table = times(random_table(12, {0, 1, 0}, 1), {1e-290, 1, 1e-290}, 1);
  Matrix<double> X = table.X();
  std::fill(X.view().col(1), X.view().col(1) + 12, 0x1p960);  // its mean is exact
  const Rows rows = every_kth(12, 4, 1);

  expect_equals_reference({X, table.y()}, rows, {0, 1}, 100);
  EXPECT_EQ(fit({X, table.y()}, rows, {0}).coefficient[0][0][1], 0);
}

TEST_P(LeastSquaresScaleOnEachIsa, EqualFeaturesOfAnyMagnitudeShareTheWeight) {
  for (const double x : magnitudes) {
    const Table table = times(random_table(12, {0, 0}, 1), x, 1);
    const Rows rows = every_kth(12, 4, 1);

    const LinearFits fits = fit(with_features(table, {0, 0}), rows, {0});

    const double alone = fit(with_features(table, {0}), rows, {0}).coefficient[0][0][0];
    EXPECT_EQ(fits.status[0][0], rank_deficient) << x;
    for (std::size_t j = 0; j < 2; ++j)
      EXPECT_NEAR(fits.coefficient[0][0][j], alone / 2, 50 * 0x1p-52 * std::fabs(alone)) << x;
  }
}

}  // namespace
}  // namespace kilofold::test
