// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
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
    const auto draws = static_cast<std::size_t>(row.value[2]);
    std::vector<std::int32_t> draw;
    for (const double sample : row.from(7 + n * configurations, draws * n))
      draw.push_back(static_cast<std::int32_t>(sample));

    const BestOfMany best = best_of_many(row.from(7, n * configurations), configurations, draw);

    expect_close(best.chosen, row.value[3]);
    expect_close(best.corrected, row.value[4]);
    expect_close(best.low, row.value[5]);
    expect_close(best.high, row.value[6]);
  }
}

TEST(GroupedGap, EqualsNumpy) {
  const std::vector<GoldenRow> rows = golden("gap");
  ASSERT_EQ(rows.size(), 3u);
  for (const GoldenRow& row : rows) {
    const auto n = static_cast<std::size_t>(row.value[0]), groups = static_cast<std::size_t>(row.value[1]);
    const auto draws = static_cast<std::size_t>(row.value[2]);
    const auto whole = [](const std::vector<double>& values) {
      return std::vector<std::int32_t>(values.begin(), values.end());
    };

    const Gap gap = grouped_gap(row.from(8, n), row.from(8 + n, n), whole(row.from(8 + 2 * n, n)),
                                whole(row.from(8 + 3 * n, draws * groups)));

    expect_close(gap.first, row.value[3]);
    expect_close(gap.second, row.value[4]);
    expect_close(gap.difference, row.value[5]);
    expect_close(gap.low, row.value[6]);
    expect_close(gap.high, row.value[7]);
  }
}

TEST(BestOfMany, ShowsTheOptimismOfChoosingAmongNoise) {
  constexpr std::size_t n = 40;
  constexpr std::size_t configurations = 200;
  std::vector<double> loss;
  std::uint32_t state = 1;
  const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 8; };
  for (std::size_t i = 0; i < n * configurations; ++i) loss.push_back(static_cast<double>(next() % 1000) / 1000);
  std::vector<std::int32_t> draw;
  for (std::size_t i = 0; i < 200 * n; ++i) draw.push_back(static_cast<std::int32_t>(next() % n));

  const BestOfMany best = best_of_many(loss, configurations, draw);

  // every configuration's true root mean loss is sqrt(1/2)
  EXPECT_LT(best.chosen, 0.65);
  EXPECT_NEAR(best.corrected, std::sqrt(0.5), 0.03);
}

}  // namespace
}  // namespace kilofold::report
