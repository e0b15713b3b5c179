// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tables.hpp"

namespace kilofold {
namespace {

using testing::eps;
using testing::infinity;
using testing::table;

using Ranking = std::vector<std::int32_t>;
using Values = std::vector<double>;

RReliefFOptions options(std::int32_t k, double sigma = 50) {
  RReliefFOptions made;
  made.n_neighbors = k;
  made.sigma = sigma;
  return made;
}

Values scaled(const Values& x) {
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  Values fraction;
  for (const double value : x) fraction.push_back(*low == *high ? 0 : (value - *low) / (*high - *low));
  return fraction;
}

double difference(const Values& x, std::size_t a, std::size_t b) { return std::abs(x[a] - x[b]); }

/// The published pseudocode, line by line, every pair of rows sorted, sums in long double.
std::vector<long double> literal_rrelieff(std::vector<Values> x, Values y, std::size_t k, double sigma) {
  for (Values& column : x) column = scaled(column);
  y = scaled(y);
  const std::size_t n = y.size(), d = x.size();
  long double n_y = 0, norm = 0;
  std::vector<long double> n_a(d, 0), n_ya(d, 0);
  for (std::size_t rank = 1; rank <= k; ++rank) norm += std::exp(-std::pow(rank / static_cast<long double>(sigma), 2));
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::pair<double, std::size_t>> others;  // pairs compare by distance, then by row
    for (std::size_t other = 0; other < n; ++other) {
      double distance = 0;
      for (std::size_t j = 0; j < d; ++j) distance += difference(x[j], i, other);
      if (other != i) others.emplace_back(distance, other);
    }
    std::sort(others.begin(), others.end());
    for (std::size_t rank = 1; rank <= k; ++rank) {
      const std::size_t other = others[rank - 1].second;
      const long double weight = std::exp(-std::pow(rank / static_cast<long double>(sigma), 2)) / norm;
      const long double in_y = difference(y, i, other);
      n_y += weight * in_y;
      for (std::size_t j = 0; j < d; ++j) {
        n_a[j] += weight * difference(x[j], i, other);
        n_ya[j] += weight * in_y * difference(x[j], i, other);
      }
    }
  }
  std::vector<long double> score;
  for (std::size_t j = 0; j < d; ++j) score.push_back(n_ya[j] / n_y - (n_a[j] - n_ya[j]) / (n - n_y));
  return score;
}

std::vector<Values> columns_of(const Matrix<double>& X) {
  std::vector<Values> columns;
  for (std::int64_t j = 0; j < X.cols(); ++j) columns.emplace_back(X.view().col(j), X.view().col(j) + X.rows());
  return columns;
}

void expect_literal(const Matrix<double>& X, const Values& y, std::int32_t k, double sigma) {
  const Dataset data{{}, "", X, y, {}, {}};
  const auto expected = literal_rrelieff(columns_of(X), y, static_cast<std::size_t>(k), sigma);

  const FeatureScores scores = rrelieff(all_rows(data), options(k, sigma));

  // n k terms of one sign summed in double, in a quotient below 1; the literal form cancels by m / (m - N_y), below 4
  // here
  const double tolerance = 4 * static_cast<double>(y.size()) * k * eps;
  for (std::size_t j = 0; j < expected.size(); ++j) {
    EXPECT_NEAR(scores.score[j], static_cast<double>(expected[j]), tolerance) << "k " << k << ", feature " << j;
  }
}

TEST(RReliefF, EqualsHandValues) {
  // Pairs (0, 1), (1, 0), (2, 1): x differs by 1/3, 1/3, 2/3 of its range, y by 1, 1, 1/2.
  const SampleSubset samples = table({{0, 1, 3}}, {0, 2, 1});

  EXPECT_NEAR(rrelieff(samples.view(), options(1)).score[0], 1 / 2.5 - (1.0 / 3) / 0.5, 4 * eps);
}

TEST(RReliefF, EqualsTheLiteralPseudocode) {
  const SampleSubset samples = testing::made_table();
  for (const std::int32_t k : {1, 2, 10, 37, 136}) expect_literal(samples.X, samples.y, k, 20);
  expect_literal(samples.X, samples.y, 10, 0.5);
  expect_literal(samples.X, samples.y, 10, infinity);
}

TEST(RReliefF, EqualsTheLiteralPseudocodeAcrossBlocksOfManyTies) {
  const Dataset data = testing::standin();  // 656 rows, 82 settings: most distances are tied, some at zero
  for (const std::int32_t k : {8, 10, 100}) expect_literal(data.X, data.y, k, 50);
}

TEST(RReliefF, TakesEquallyNearRowsInOrderOfIndex) {
  const Values x = {0, 1, -1, 4};  // rows 1 and 2 are equally near to row 0
  const SampleSubset first = table({x}, {0, 1, 0.25, 1});
  const SampleSubset second = table({{0, -1, 1, 4}}, {0, 0.25, 1, 1});

  // Row 0's nearest is row 1 in both: y differs by 1 in the first and by 1/4 in the second.
  const auto score = [](const SampleSubset& samples) { return rrelieff(samples.view(), options(1)).score[0]; };
  EXPECT_NEAR(score(first), (0.2 + 0.2 + 0.25 * 0.2 + 0) / 2.25 - (0.75 * 0.2 + 0.6) / 1.75, 4 * eps);
  EXPECT_NEAR(score(second), (0.25 * 0.2 + 0.25 * 0.2 + 0.2 + 0) / 1.5 - (0.75 * 0.2 + 0.75 * 0.2 + 0.6) / 2.5,
              4 * eps);
}

TEST(RReliefF, IsZeroWhereEveryNeighborIsARepeat) {
  // Three repeats of each setting, two neighbours: nothing differs but y.
  const SampleSubset samples = table({{0, 0, 0, 1, 1, 1, 5, 5, 5}}, {0, 1, 2, 5, 6, 7, 1, 2, 4});

  EXPECT_EQ(rrelieff(samples.view(), options(2)).score[0], 0);
  EXPECT_NE(rrelieff(samples.view(), options(3)).score[0], 0);
}

TEST(RReliefF, OfAConstantFeatureIsZeroAndItLeavesOthersAlone) {
  const SampleSubset made = testing::made_table();
  std::vector<Values> columns = columns_of(made.X);
  columns.insert(columns.begin() + 1, Values(137, 3.5));

  const FeatureScores with = rrelieff(table(columns, made.y).view());
  const FeatureScores without = rrelieff(made.view());

  EXPECT_EQ(with.score[1], 0);
  EXPECT_EQ(with.score[0], without.score[0]);
  EXPECT_EQ(with.score[4], without.score[3]);
}

TEST(RReliefF, IsUndefinedForConstantYAndForTwoRows) {
  for (const SampleSubset& samples :
       {table({{0, 1, 2}, {5, 1, 1}}, {7, 7, 7}), table({{0, 1}, {1, 0}}, {1, 3}),
        table({{0, 0.1, 5, 5.1}, {0, 0, 1, 1}}, {0, 1, 0, 1})}) {  // nearest rows differ by all of y's range
    const FeatureScores scores = rrelieff(samples.view(), options(1));

    EXPECT_TRUE(std::isnan(scores.score[0]) && std::isnan(scores.score[1]));
    EXPECT_EQ(scores.ranking, (Ranking{0, 1}));
  }
}

TEST(RReliefF, UsesNoMoreNeighborsThanThereAre) {
  const SampleSubset samples = testing::made_table();

  EXPECT_EQ(rrelieff(samples.view(), options(136)).score, rrelieff(samples.view(), options(5000)).score);
}

TEST(RReliefF, DoesNotDependOnUnitsThatArePowersOfTwo) {
  const SampleSubset made = testing::made_table();
  SampleSubset scaled = made;
  for (std::int64_t i = 0; i < 137; ++i) scaled.X(i, 3) *= 1024;
  for (double& y : scaled.y) y *= -0x1p-30;

  const FeatureScores expected = rrelieff(made.view());
  const FeatureScores scores = rrelieff(scaled.view());

  // -y counts from its other end: a difference of two fractions in [0, 1] is off by 2 eps
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(scores.score[j], expected.score[j], 137 * 10 * eps);
}

TEST(RReliefF, OfDrawnRowsIsRepeatableAndNearThatOfAll) {
  const Dataset data = testing::standin();
  RReliefFOptions some = options(50, 20);
  some.n_rows = 200;
  RReliefFOptions other_draw = some;
  other_draw.seed = 1;
  RReliefFOptions every = some;
  every.n_rows = 656;

  const FeatureScores all = rrelieff(all_rows(data), options(50, 20));
  const FeatureScores drawn = rrelieff(all_rows(data), some);

  EXPECT_EQ(drawn.score, rrelieff(all_rows(data), some).score);
  EXPECT_NE(drawn.score, rrelieff(all_rows(data), other_draw).score);
  EXPECT_EQ(all.score, rrelieff(all_rows(data), every).score);
  // Only the sample of rows differs: 200 rows, each row's share of the score spread over about 0.2
  for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(drawn.score[j], all.score[j], 3 * 0.2 / std::sqrt(200)) << j;
}

}  // namespace
}  // namespace kilofold
