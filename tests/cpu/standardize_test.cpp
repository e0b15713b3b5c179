// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cpu/each_isa.hpp"
#include "cpu/study.hpp"
#include "kilofold/core/cells.hpp"
#include "kilofold/core/reduction.hpp"

namespace kilofold::test {
namespace {

using StandardizeOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(StandardizeOnEachIsa);

Table column(const std::vector<double>& x, const std::vector<double>& y) {
  Matrix<double> X(static_cast<std::int64_t>(x.size()), 1);
  std::copy(x.begin(), x.end(), X.data());
  return {std::move(X), y};
}

TEST_P(StandardizeOnEachIsa, DividesByThePopulationDeviationOfTheTrainingRows) {
  const Table table = column({2, 4, 100, 6, 8}, {1, 3, 0, 1, 3});
  const Rows rows{{0, 1, 3, 4}, {2}};

  const Standardized s = standardized(table, {rows}, Scaling::zscore, Scaling::center);

  EXPECT_EQ(s.centre, (std::vector<double>{5, 2}));
  EXPECT_EQ(s.scale, (std::vector<double>{std::sqrt(5.0), 1}));
  EXPECT_EQ(s.X_train[0], -3 / std::sqrt(5.0));
  EXPECT_EQ(s.X_held_out[0], 95 / std::sqrt(5.0));
  EXPECT_EQ(s.y_train[3], 1);
  EXPECT_EQ(s.status, std::vector<std::int32_t>{0});
}

TEST_P(StandardizeOnEachIsa, NoneKeepsEveryBit) {
  const Table table = column({0.1, -0.0, 3e-320, 1e300, 5}, {1, 2, 3, 4, 5});

  const Standardized s = standardized(table, {every_kth(5, 5, 4)}, Scaling::none, Scaling::none);

  EXPECT_TRUE(same_bits({s.X_train.begin(), s.X_train.begin() + 4}, {0.1, -0.0, 3e-320, 1e300}));
}

TEST_P(StandardizeOnEachIsa, ConstantColumnHasScaleOneAndItsValueAsCentre) {
  const Table table = column({0.1, 0.1, 0.1, 7}, {5, 5, 5, 1});

  const Standardized s = standardized(table, {{{0, 1, 2}, {3}}}, Scaling::zscore, Scaling::zscore);

  EXPECT_EQ(s.centre, (std::vector<double>{0.1, 5}));
  EXPECT_EQ(s.scale, (std::vector<double>{1, 1}));
  EXPECT_EQ(s.X_train[2], 0);
}

TEST_P(StandardizeOnEachIsa, MinmaxMapsTheTrainingRangeToTheUnitInterval) {
  const Table table = column({2, 4, 100, 6, 10}, {1, 3, 0, 1, 3});

  const Standardized s = standardized(table, {{{0, 1, 3, 4}, {2}}}, Scaling::minmax, Scaling::none);

  EXPECT_EQ(s.centre[0], 2);
  EXPECT_EQ(s.scale[0], 8);
  EXPECT_EQ((std::vector<double>{s.X_train.begin(), s.X_train.begin() + 4}), (std::vector<double>{0, 0.25, 0.5, 1}));
  EXPECT_EQ(s.X_held_out[0], 12.25);
}

TEST_P(StandardizeOnEachIsa, MinmaxOfAConstantColumnIsZeroAndOfAnEndlessOneNotFinite) {
  const Standardized constant =
      standardized(column({3, 3, 3, 1}, {1, 2, 3, 4}), {{{0, 1, 2}, {3}}}, Scaling::minmax, Scaling::none);
  const Standardized endless =
      standardized(column({-1e308, 1e308, 3, 1}, {1, 2, 3, 4}), {{{0, 1, 2}, {3}}}, Scaling::minmax, Scaling::none);

  EXPECT_EQ(constant.X_train[1], 0);
  EXPECT_EQ(constant.scale[0], 1);
  EXPECT_EQ(endless.status[0], static_cast<std::int32_t>(FitStatus::not_finite));
}

TEST_P(StandardizeOnEachIsa, MeanAndDeviationAreTheCanonicalReductions) {
  for (const std::int32_t n : {1, 2, 5, 7, 8, 9, 16, 37, 131}) {
    const Table table = random_table(n + 1, {0}, static_cast<std::uint32_t>(n));
    Rows rows = every_kth(n + 1, n + 1, 0);
    std::vector<double> x;
    for (const std::int32_t i : rows.train) x.push_back(table.X()(i, 0));

    const Standardized s = standardized(table, {rows}, Scaling::zscore, Scaling::none);

    const double mean = n == 1 ? x[0] : canonical_sum(x.data(), n) / n;
    const double squares = canonical_reduce(n, [&](std::int64_t i, double sum) {
      const double difference = x[static_cast<std::size_t>(i)] - mean;
      return std::fma(difference, difference, sum);
    });
    EXPECT_EQ(s.centre[0], mean);
    EXPECT_EQ(s.scale[0], n == 1 ? 1.0 : std::sqrt(squares / n));
  }
}

TEST_P(StandardizeOnEachIsa, HeldOutValuesChangeNothing) {
  const Table clean = random_table(37, {0, 3}, 2);
  const Rows rows = every_kth(37, 4, 1);
  Matrix<double> X = clean.X();
  std::vector<double> y = clean.y();
  for (const std::int32_t i : rows.held_out) X(i, 0) = X(i, 1) = y[static_cast<std::size_t>(i)] = 1e300;

  const Standardized a = standardized(clean, {rows}, Scaling::zscore, Scaling::zscore);
  const Standardized b = standardized({X, y}, {rows}, Scaling::zscore, Scaling::zscore);

  EXPECT_TRUE(same_bits(a.X_train, b.X_train) && same_bits(a.y_train, b.y_train) && same_bits(a.scale, b.scale));
}

TEST_P(StandardizeOnEachIsa, ColumnWhoseSquaresOverflowIsNotFinite) {
  const Table table = column({1e200, -1e200, 3e200, 0}, {1, 2, 3, 4});

  const Standardized s = standardized(table, {every_kth(4, 4, 3)}, Scaling::zscore, Scaling::zscore);

  EXPECT_EQ(s.status[0], static_cast<std::int32_t>(FitStatus::not_finite));
  EXPECT_TRUE(std::isnan(s.X_train[0]));
  EXPECT_FALSE(std::isnan(s.y_train[0]));
}

TEST(Standardize, HasTheSameBitsOnEveryIsa) {
  for (const std::int32_t n : {1, 5, 8, 37, 131}) {
    const Table table = random_table(n + 2, {0, 0, 4}, static_cast<std::uint32_t>(n));
    expect_same_on_every_isa([&] {
      const Standardized s = standardized(table, {every_kth(n + 2, 2, 0)}, Scaling::zscore, Scaling::zscore);
      const Standardized ranged = standardized(table, {every_kth(n + 2, 2, 0)}, Scaling::minmax, Scaling::none);
      return std::vector{s.X_train, s.X_held_out, s.y_train, s.centre, s.scale, ranged.X_train, ranged.scale};
    });
  }
}

}  // namespace
}  // namespace kilofold::test
