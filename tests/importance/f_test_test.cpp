// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "importance/bins.hpp"
#include "kilofold/core/error.hpp"
#include "tables.hpp"

namespace kilofold {
namespace {

using testing::infinity;
using testing::table;

using Ranking = std::vector<std::int32_t>;

double score_of(const SampleSubset& samples, FTestScore score, std::size_t j = 0) {
  return f_test(samples.view(), {score, {}}).score[j];
}

constexpr FTestScore all_scores[] = {FTestScore::minus_log_p, FTestScore::f, FTestScore::between_mean_square};

TEST(FTest, EqualsHandValues) {
  const SampleSubset samples = table({{0, 0, 1, 1, 2, 2}}, {1, 2, 2, 4, 6, 9});

  // Means 1.5, 3, 7.5 about 4: between 39 / 2, within 7 / 3; P(F' > F) = (1 + 2 F / 3)^(-3/2) for F'(2, 3).
  EXPECT_DOUBLE_EQ(score_of(samples, FTestScore::between_mean_square), 19.5);
  EXPECT_DOUBLE_EQ(score_of(samples, FTestScore::f), 117.0 / 14);
  EXPECT_DOUBLE_EQ(score_of(samples, FTestScore::minus_log_p), 1.5 * std::log(46.0 / 7));
}

/// F from its definition in long double.
long double plain_f(const std::vector<std::int32_t>& bin, const std::vector<double>& y) {
  const auto n = static_cast<long double>(y.size());
  const std::size_t k = static_cast<std::size_t>(*std::max_element(bin.begin(), bin.end())) + 1;
  std::vector<long double> count(k, 0), mean(k, 0);
  long double grand = 0, between = 0, within = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    count[bin[i]] += 1;
    mean[bin[i]] += y[i];
    grand += y[i] / n;
  }
  for (std::size_t j = 0; j < k; ++j) {
    mean[j] /= count[j];
    between += count[j] * (mean[j] - grand) * (mean[j] - grand);
  }
  for (std::size_t i = 0; i < y.size(); ++i) within += (y[i] - mean[bin[i]]) * (y[i] - mean[bin[i]]);
  return between / static_cast<long double>(k - 1) / (within / (n - static_cast<long double>(k)));
}

TEST(FTest, EqualsItsDefinitionInLongDouble) {
  SampleSubset samples = testing::made_table();
  for (const double origin : {0.0, 1e4}) {  // y spreads over about 30
    for (double& y : samples.y) y += origin;
    for (std::int64_t j = 0; j < 4; ++j) {
      const Bins bins = bin_column({samples.view().X.col(j), samples.y.size()}, {});
      const auto expected = static_cast<double>(plain_f(bins.bin, samples.y));

      EXPECT_NEAR(f_test(samples.view(), {FTestScore::f, {}}).score[static_cast<std::size_t>(j)], expected,
                  1e-12 * (1 + expected));
    }
  }
}

TEST(FTest, RanksByFallingScoreThenIndexWithUndefinedLast) {
  const SampleSubset samples =
      table({{5, 5, 5, 5, 5, 5}, {0, 1, 0, 1, 0, 1}, {0, 0, 1, 1, 2, 2}, {1, 0, 1, 0, 1, 0}, {7, 7, 7, 7, 7, 7}},
            {1, 2, 2, 4, 6, 9});

  const FeatureScores scores = f_test(samples.view());

  EXPECT_EQ(scores.ranking, (Ranking{2, 1, 3, 0, 4}));
  EXPECT_EQ(scores.score[1], scores.score[3]);  // the same two groups under other names
}

TEST(FTest, OfAConstantFeatureOrTargetIsUndefined) {
  for (const FTestScore score : all_scores) {
    EXPECT_TRUE(std::isnan(score_of(table({{3, 3, 3}}, {1, 2, 4}), score)));
    EXPECT_TRUE(std::isnan(score_of(table({{1, 1, 2}}, {0.1, 0.1, 0.1}), score)));
  }
}

TEST(FTest, WithOneRowABinHasOnlyABetweenMeanSquare) {
  const SampleSubset samples = table({{0, 1}}, {1, 3});  // n = 2

  EXPECT_DOUBLE_EQ(score_of(samples, FTestScore::between_mean_square), 2);
  EXPECT_TRUE(std::isnan(score_of(samples, FTestScore::f)));
  EXPECT_TRUE(std::isnan(score_of(samples, FTestScore::minus_log_p)));
}

TEST(FTest, OfAPerfectSeparationIsInfinite) {
  // 0.1 three times has a mean that rounds to another double: no false variance may come of it.
  const SampleSubset samples = table({{0, 0, 0, 1, 1, 1}}, {0.1, 0.1, 0.1, 0.3, 0.3, 0.3});

  EXPECT_EQ(score_of(samples, FTestScore::f), infinity);
  EXPECT_EQ(score_of(samples, FTestScore::minus_log_p), infinity);
}

TEST(FTest, TellsFeaturesApartWhoseProbabilitiesUnderflow) {
  std::vector<double> strong, stronger, y;
  for (int i = 0; i < 20000; ++i) {
    strong.push_back(i % 4);
    stronger.push_back(i % 8);
    y.push_back(i % 8 + 1e-3 * (i % 7));
  }
  const SampleSubset samples = table({strong, stronger}, y);

  const FeatureScores scores = f_test(samples.view());

  EXPECT_EQ(scores.ranking, (Ranking{1, 0}));
  EXPECT_GT(scores.score[0], 745);  // exp(-745) is the last double above zero
  EXPECT_LT(scores.score[1], infinity);
}

TEST(FTest, KeepsItsDigitsFarFromZeroAndInAnyUnit) {
  const SampleSubset plain = testing::made_table();
  for (const double scale : {0x1p-600, 1.0, 0x1p600}) {
    SampleSubset shifted = plain;
    for (double& y : shifted.y) y = (y + 4096) * scale;
    for (const FTestScore score : {FTestScore::minus_log_p, FTestScore::f}) {
      const FeatureScores expected = f_test(plain.view(), {score, {}});
      const FeatureScores scores = f_test(shifted.view(), {score, {}});
      // y + 4096 is rounded to 2^-40, 1e-12 of y's range; the scores' condition is below 10.
      for (std::size_t j = 0; j < 4; ++j) {
        EXPECT_NEAR(scores.score[j], expected.score[j], 1e-11 * (1 + expected.score[j])) << j;
      }
    }
  }
}

TEST(FTest, OfSomeRowsIsThatOfTheirTable) {
  const Dataset data = testing::standin();
  std::vector<std::int32_t> rows;
  for (std::int32_t i = 3; i < 656; i += 5) rows.push_back(i);
  const SampleSubset training = take_rows(data, rows);
  Dataset alone;
  alone.X = training.X;
  alone.y = training.y;

  EXPECT_EQ(training.y[1], data.y[8]);
  EXPECT_EQ(training.X(1, 3), data.X(8, 3));
  EXPECT_EQ(f_test(training.view()).score, f_test(all_rows(alone)).score);
  EXPECT_NE(f_test(training.view()).score, f_test(all_rows(data)).score);
}

TEST(FTest, RefusesValuesThatAreNotFiniteAndSingleRows) {
  EXPECT_THROW(f_test(table({{0, infinity}}, {1, 2}).view()), Bug);
  EXPECT_THROW(f_test(table({{0, 1}}, {1, std::nan("")}).view()), Bug);
  EXPECT_THROW(f_test(table({{0}}, {1}).view()), Bug);
}

}  // namespace
}  // namespace kilofold
