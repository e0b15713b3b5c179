// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>

namespace kilofold::report {
namespace {

// Both sides evaluate Student's t to a few units in the last place of the larger tail; sums of up to 100 terms add
// less.
constexpr double relative_tolerance = 1e-10;

struct GoldenRow {
  std::vector<double> value;

  std::vector<double> from(std::size_t first, std::size_t n) const {
    return {value.begin() + static_cast<std::ptrdiff_t>(first), value.begin() + static_cast<std::ptrdiff_t>(first + n)};
  }
};

/// The rows of one kind in statistics_golden.csv.
std::vector<GoldenRow> golden(const std::string& kind) {
  std::ifstream file("tests/report/statistics_golden.csv");
  std::vector<GoldenRow> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string field;
    std::getline(fields, field, ',');
    if (field != kind) continue;
    rows.emplace_back();
    while (std::getline(fields, field, ',')) rows.back().value.push_back(std::stod(field));
  }
  return rows;
}

std::vector<std::int32_t> whole(const std::vector<double>& values) { return {values.begin(), values.end()}; }

void expect_close(double value, double golden) {
  EXPECT_NEAR(value, golden, relative_tolerance * std::max(std::fabs(golden), 1e-3));
}

TEST(CorrectedT, EqualsScipy) {
  const std::vector<GoldenRow> rows = golden("t");
  ASSERT_EQ(rows.size(), 16u);
  for (const GoldenRow& row : rows) {
    const CorrectedT test = corrected_t(row.from(9, row.value.size() - 9), row.value[0]);
    const Posterior posterior = correlated_t(test, row.value[1]);

    expect_close(test.mean, row.value[2]);
    expect_close(test.scale, row.value[3]);
    expect_close(test.t, row.value[4]);
    expect_close(test.p, row.value[5]);
    expect_close(posterior.below, row.value[6]);
    expect_close(posterior.within, row.value[7]);
    expect_close(posterior.above, row.value[8]);
  }
}

TEST(CorrectedT, OfEqualDifferencesIsCertain) {
  EXPECT_EQ(corrected_t(std::vector<double>{0, 0, 0}, 0.25).p, 1);
  EXPECT_EQ(corrected_t(std::vector<double>{2, 2}, 0.25).p, 0);
  EXPECT_EQ(correlated_t(corrected_t(std::vector<double>{2, 2}, 0.25), 1).above, 1);
  EXPECT_EQ(correlated_t(corrected_t(std::vector<double>{2, 2}, 0.25), 3).within, 1);
}

TEST(CorrectedT, IsWiderThanAPairedTTest) {
  // mean 2, var 1: the uncorrected standard error is 1/sqrt(3); here sqrt(1/3 + 1/4)
  EXPECT_DOUBLE_EQ(corrected_t(std::vector<double>{1, 2, 3}, 0.25).scale, std::sqrt(1.0 / 3 + 0.25));
}

TEST(Holm, MultipliesByWhatIsLeftAndNeverFalls) {
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.9, 0.02, 0.3});

  EXPECT_DOUBLE_EQ(adjusted[0], 0.04);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.06);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.6);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.9);
  EXPECT_EQ(holm(std::vector<double>{0.02, 0.015}), (std::vector<double>{0.03, 0.03}));
}

TEST(Holm, EqualsItsDefinitionInNumpy) {
  const std::vector<GoldenRow> rows = golden("holm");
  ASSERT_EQ(rows.size(), 3u);
  for (const GoldenRow& row : rows) {
    const auto n = static_cast<std::size_t>(row.value[0]);
    const std::vector<double> adjusted = holm(row.from(1 + n, n));
    for (std::size_t i = 0; i < n; ++i) expect_close(adjusted[i], row.value[1 + i]);
  }
}

TEST(Ranks, EqualScipyAndPutNaNLast) {
  for (const GoldenRow& row : golden("ranks")) {
    const auto n = static_cast<std::size_t>(row.value[0]);
    EXPECT_EQ(ranks(row.from(1 + n, n)), row.from(1, n));
  }
  EXPECT_EQ(ranks(std::vector<double>{std::nan(""), 3, 1}), (std::vector<double>{3, 2, 1}));
}

TEST(SettledAfter, CountsTheSeedsUntilTheRankingStays) {
  EXPECT_EQ(settled_after(std::vector<double>{1, 2, 1, 2, 1, 2}, 2), 1);
  EXPECT_EQ(settled_after(std::vector<double>{2, 1, 1, 3, 9, 9}, 2), 2);
  EXPECT_EQ(settled_after(std::vector<double>{1, 2, 1, 2, 9, 1}, 2), 3);
  EXPECT_EQ(settled_after(std::vector<double>{1, 3, 2, 1, 2, 9}, 3), 2) << "the second and the third change places";
}

TEST(BestOfMany, EqualsNumpy) {
  const std::vector<GoldenRow> rows = golden("best");
  ASSERT_EQ(rows.size(), 3u);
  for (const GoldenRow& row : rows) {
    const auto n = static_cast<std::size_t>(row.value[0]);
    const auto configurations = static_cast<std::size_t>(row.value[1]);
    const auto groups = static_cast<std::size_t>(row.value[2]), draws = static_cast<std::size_t>(row.value[3]);
    const std::size_t after_loss = 8 + n * configurations;

    const BestOfMany best =
        best_of_many(row.from(8, n * configurations), configurations, whole(row.from(after_loss, n)),
                     whole(row.from(after_loss + n, draws * groups)));

    expect_close(best.flattered, row.value[4]);
    expect_close(best.error, row.value[5]);
    expect_close(best.low, row.value[6]);
    expect_close(best.high, row.value[7]);
  }
}

TEST(TestPerTrain, EqualsNumpyAndIsOneInTheOthersWhereFoldsAreEqual) {
  const std::vector<GoldenRow> rows = golden("share");
  ASSERT_EQ(rows.size(), 2u);
  for (const GoldenRow& row : rows) {
    const std::vector<std::int32_t> fold = whole(row.from(2, row.value.size() - 2));
    expect_close(test_per_train(fold, static_cast<std::int32_t>(row.value[0])), row.value[1]);
  }
  EXPECT_DOUBLE_EQ(test_per_train(std::vector<std::int32_t>{0, 1, 2, 2, 1, 0}, 3), 0.5);
  // 3, 2 and 1 of 6 rows: 3/3, 2/4 and 1/5
  EXPECT_DOUBLE_EQ(test_per_train(std::vector<std::int32_t>{0, 0, 0, 1, 1, 2}, 3), 1.7 / 3);
}

TEST(GroupedGap, EqualsNumpy) {
  const std::vector<GoldenRow> rows = golden("gap");
  ASSERT_EQ(rows.size(), 3u);
  for (const GoldenRow& row : rows) {
    const auto n = static_cast<std::size_t>(row.value[0]), groups = static_cast<std::size_t>(row.value[1]);
    const auto draws = static_cast<std::size_t>(row.value[2]);

    const Gap gap = grouped_gap(row.from(8, n), row.from(8 + n, n), whole(row.from(8 + 2 * n, n)),
                                whole(row.from(8 + 3 * n, draws * groups)));

    expect_close(gap.first, row.value[3]);
    expect_close(gap.second, row.value[4]);
    expect_close(gap.difference, row.value[5]);
    expect_close(gap.low, row.value[6]);
    expect_close(gap.high, row.value[7]);
  }
}

/// Losses of configurations that differ by chance only, and sets of draws of rows.
struct Noise {
  static constexpr std::size_t n = 40, configurations = 200;
  std::vector<double> loss;
  std::vector<std::int32_t> row = std::vector<std::int32_t>(n);

  Noise() {
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < n * configurations; ++i) loss.push_back(static_cast<double>(next() % 1000) / 1000);
  }
  BestOfMany estimate(std::size_t draws, std::size_t among = configurations) {
    std::vector<std::int32_t> draw;
    for (std::size_t i = 0; i < draws * n; ++i) draw.push_back(static_cast<std::int32_t>(next() % n));
    std::vector<double> some;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t c = 0; c < among; ++c) some.push_back(loss[i * configurations + c]);
    return best_of_many(some, among, row, draw);
  }
  double least_mean() const {
    double least = 1;
    for (std::size_t c = 0; c < configurations; ++c) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += loss[i * configurations + c] / n;
      least = std::min(least, sum);
    }
    return least;
  }

 private:
  std::uint32_t next() { return (state_ = state_ * 1664525U + 1013904223U) >> 8; }
  std::uint32_t state_ = 1;
};

TEST(BestOfMany, ShowsTheOptimismOfChoosingAmongNoise) {
  Noise noise;

  const BestOfMany best = noise.estimate(200);

  // every configuration's true mean loss is 1/2
  EXPECT_LT(noise.least_mean(), 0.42);
  EXPECT_NEAR(noise.least_mean() + best.flattered, 0.5, 0.04);
}

TEST(BestOfMany, FlattersNothingWhereThereIsOneConfiguration) {
  Noise noise;

  const BestOfMany one = noise.estimate(7, 1);

  EXPECT_EQ(one.flattered, 0);
  EXPECT_EQ(one.error, 0);
  EXPECT_LT(one.low, one.high);
}

TEST(BestOfMany, HasTheErrorByWhichItsRepeatsDiffer) {
  Noise noise;
  constexpr std::size_t repeats = 400;
  double sum = 0, squares = 0, stated = 0;
  for (std::size_t i = 0; i < repeats; ++i) {
    const BestOfMany best = noise.estimate(50);
    sum += best.flattered / repeats;
    squares += best.flattered * best.flattered / repeats;
    stated += best.error / repeats;
  }
  const double spread = std::sqrt(squares - sum * sum);

  // a standard deviation of 400 values is itself uncertain by 1 / sqrt(2 x 400) = 3.5 %; four of those
  EXPECT_NEAR(stated / spread, 1, 0.14);
}

}  // namespace
}  // namespace kilofold::report
