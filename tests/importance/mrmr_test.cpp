// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "importance/mutual_information.hpp"
#include "tables.hpp"

namespace kilofold {
namespace {

using testing::eps;
using testing::infinity;
using testing::table;

using Ranking = std::vector<std::int32_t>;
using Values = std::vector<double>;

double mutual_information_of(const Values& a, const Values& b) {
  return mutual_information(RowsByBin(bin_column(a, {})), bin_column(b, {}));
}

MrmrOptions options(MrmrScheme scheme, MrmrEstimator estimator) {
  MrmrOptions made;
  made.scheme = scheme;
  made.estimator = estimator;
  return made;
}

constexpr MrmrScheme both_schemes[] = {MrmrScheme::mid, MrmrScheme::miq};
constexpr MrmrEstimator both_estimators[] = {MrmrEstimator::mi, MrmrEstimator::f};

TEST(MutualInformation, EqualsHandValues) {
  EXPECT_DOUBLE_EQ(mutual_information_of({0, 0, 1, 1}, {5, 5, 9, 9}), std::log(2));
  // cells 2/4, 1/4, 1/4 with margins 2/4 + 2/4 and 3/4 + 1/4
  EXPECT_NEAR(mutual_information_of({0, 0, 1, 1}, {0, 0, 0, 1}),
              0.5 * std::log(4.0 / 3) + 0.25 * std::log(2.0 / 3) + 0.25 * std::log(2), 4 * eps);
}

TEST(MutualInformation, IsExactlyZeroOnABalancedGrid) {
  Values a, b;
  for (int i = 0; i < 3 * 7 * 11; ++i) {
    a.push_back(i % 3);
    b.push_back(i / 3 % 7);
  }

  EXPECT_EQ(mutual_information_of(a, b), 0);
}

TEST(MutualInformation, EqualsEntropiesInLongDouble) {
  const SampleSubset samples = testing::made_table();
  const auto entropy = [](const std::vector<int>& code) {
    std::vector<long double> count(10000, 0);
    for (const int c : code) count[static_cast<std::size_t>(c)] += 1;
    long double sum = 0;
    for (const long double c : count) sum -= c == 0 ? 0 : c / 137 * std::log(c / 137);
    return sum;
  };
  const Bins a = bin_column({samples.view().X.col(2), 137}, {});
  const Bins b = bin_column(samples.y, {});
  const std::vector<int> code_a(a.bin.begin(), a.bin.end()), code_b(b.bin.begin(), b.bin.end());
  std::vector<int> code_ab;
  for (std::size_t i = 0; i < 137; ++i) code_ab.push_back(100 * code_a[i] + code_b[i]);

  const long double expected = entropy(code_a) + entropy(code_b) - entropy(code_ab);

  // at most 100 terms below 1 that sum to less than 3
  EXPECT_NEAR(mutual_information(RowsByBin(a), b), static_cast<double>(expected), 200 * eps);
}

TEST(Mrmr, EqualsHandValuesOfThePaperForm) {
  // x0 as in FTest; x1 has means 3 and 5 about 4: F = 6 / (40 / 4). The two are not correlated.
  const SampleSubset samples = table({{0, 0, 1, 1, 2, 2}, {0, 1, 0, 1, 0, 1}}, {1, 2, 2, 4, 6, 9});

  const MrmrScores mid = mrmr(samples.view(), options(MrmrScheme::mid, MrmrEstimator::f));
  const MrmrScores miq = mrmr(samples.view(), options(MrmrScheme::miq, MrmrEstimator::f));

  EXPECT_EQ(mid.ranking, (Ranking{0, 1}));
  EXPECT_DOUBLE_EQ(mid.score[0], 117.0 / 14);
  EXPECT_DOUBLE_EQ(mid.score[1], 6.0 / 10);
  EXPECT_EQ(mid.redundancy, (Values{0, 0}));
  EXPECT_DOUBLE_EQ(miq.score[1], 6.0 / 10 / 1e-3);  // the floor stands in for a redundancy of 0
}

TEST(Mrmr, TakesADuplicateLastAndTheLowerIndexFirst) {
  const SampleSubset made = testing::made_table();
  Values strong(137), weak(137);
  for (std::int64_t i = 0; i < 137; ++i) {
    strong[static_cast<std::size_t>(i)] = made.X(i, 0);
    weak[static_cast<std::size_t>(i)] = made.X(i, 1);
  }
  const SampleSubset samples = table({strong, strong, weak}, made.y);

  for (const MrmrScheme scheme : both_schemes) {
    const MrmrScores scores = mrmr(samples.view(), options(scheme, MrmrEstimator::mi));

    EXPECT_EQ(scores.ranking, (Ranking{0, 2, 1}));
    EXPECT_EQ(scores.relevance[0], scores.relevance[1]);
  }
}

TEST(Mrmr, NeverPicksAConstantFeature) {
  const SampleSubset samples =
      table({{2, 2, 2, 2, 2, 2}, {0, 0, 1, 1, 2, 2}, {3, 3, 3, 3, 3, 3}, {0, 1, 0, 1, 0, 1}}, {1, 2, 2, 4, 6, 9});

  for (const MrmrScheme scheme : both_schemes) {
    for (const MrmrEstimator estimator : both_estimators) {
      const MrmrScores scores = mrmr(samples.view(), options(scheme, estimator));

      EXPECT_EQ(scores.ranking, (Ranking{1, 3, 0, 2}));
      EXPECT_TRUE(std::isnan(scores.score[0]));
      EXPECT_TRUE(std::isnan(scores.redundancy[2]));
    }
  }
}

TEST(Mrmr, ScoresByMeanRedundancyWithThePickedFeatures) {
  const SampleSubset samples = testing::made_table();
  for (const MrmrEstimator estimator : both_estimators) {
    const MrmrScores scores = mrmr(samples.view(), options(MrmrScheme::mid, estimator));

    const auto first = static_cast<std::size_t>(scores.ranking.front());
    EXPECT_EQ(scores.score[first], scores.relevance[first]);
    for (std::size_t j = 0; j < 4; ++j) EXPECT_EQ(scores.score[j], scores.relevance[j] - scores.redundancy[j]);
  }
}

TEST(Mrmr, OfTwoRowsHasInformationButNoF) {
  const SampleSubset samples = table({{0, 1}, {4, 2}}, {1, 3});

  const MrmrScores mi = mrmr(samples.view(), options(MrmrScheme::mid, MrmrEstimator::mi));
  const MrmrScores f = mrmr(samples.view(), options(MrmrScheme::mid, MrmrEstimator::f));

  EXPECT_DOUBLE_EQ(mi.score[0], std::log(2));
  EXPECT_EQ(mi.score[1], 0);
  EXPECT_TRUE(std::isnan(f.score[0]));
  EXPECT_EQ(f.ranking, (Ranking{0, 1}));
}

TEST(Mrmr, RanksAPerfectSeparationFirst) {
  const SampleSubset samples = table({{0, 1, 0, 1, 0, 1}, {0, 0, 0, 1, 1, 1}}, {1, 1, 1, 3, 3, 3});

  for (const MrmrScheme scheme : both_schemes) {
    const MrmrScores scores = mrmr(samples.view(), options(scheme, MrmrEstimator::f));

    EXPECT_EQ(scores.ranking, (Ranking{1, 0}));
    EXPECT_EQ(scores.score[1], infinity);
  }
}

}  // namespace
}  // namespace kilofold
