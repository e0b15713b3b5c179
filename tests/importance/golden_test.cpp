// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tables.hpp"

namespace kilofold {
namespace {

// NumPy, SciPy and scikit-learn sum in their own order in double precision: n eps of the terms, and quotients of
// small differences lose two more digits.
constexpr double relative = 1e-10;

/// One line of golden.csv.
struct Golden {
  std::string table, quantity, option;
  double value_of_option;
  std::vector<double> score;
};

std::vector<Golden> read_golden() {
  std::ifstream file("tests/importance/golden.csv");
  std::vector<Golden> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    Golden golden;
    std::string field;
    std::getline(fields, golden.table, ',');
    std::getline(fields, golden.quantity, ',');
    std::getline(fields, golden.option, ',');
    std::getline(fields, field, ',');
    golden.value_of_option = std::stod(field);
    while (std::getline(fields, field, ',')) golden.score.push_back(std::stod(field));
    all.push_back(golden);
  }
  return all;
}

std::vector<double> places(const std::vector<std::int32_t>& ranking) {
  std::vector<double> place(ranking.size());
  for (std::size_t p = 0; p < ranking.size(); ++p) place[static_cast<std::size_t>(ranking[p])] = static_cast<double>(p);
  return place;
}

/// Our answer to what a golden line asks.
std::vector<double> computed(const Samples& samples, const Golden& golden) {
  const auto starts = [&](const char* words) { return golden.quantity.starts_with(words); };
  const auto ends = [&](const char* words) { return golden.quantity.ends_with(words); };
  if (starts("rrelieff")) {
    RReliefFOptions options;
    options.n_neighbors = std::stoi(golden.option);
    options.sigma = golden.value_of_option;
    return rrelieff(samples, options).score;
  }
  const Binning binning{static_cast<std::int32_t>(golden.value_of_option),
                        golden.option == "quantile" ? BinEdges::quantile : BinEdges::equal_width};
  if (starts("minus_log_p")) return f_test(samples, {FTestScore::minus_log_p, binning}).score;
  if (starts("between")) return f_test(samples, {FTestScore::between_mean_square, binning}).score;
  if (golden.quantity == "f") return f_test(samples, {FTestScore::f, binning}).score;
  MrmrOptions options;
  options.binning = binning;
  options.scheme = starts("miq") ? MrmrScheme::miq : MrmrScheme::mid;
  options.estimator = golden.quantity.find("_mi") != std::string::npos ? MrmrEstimator::mi : MrmrEstimator::f;
  const MrmrScores scores = mrmr(samples, options);
  return starts("relevance") ? scores.relevance : ends("_place") ? places(scores.ranking) : scores.score;
}

TEST(EveryScore, EqualsWhatNumpyScipyAndScikitLearnSay) {
  const SampleSubset made = testing::made_table();
  const Dataset standin = testing::standin();
  const std::vector<Golden> all = read_golden();
  ASSERT_EQ(all.size(), 110u);

  for (const Golden& golden : all) {
    SCOPED_TRACE(golden.table + " " + golden.quantity + " " + golden.option);
    const std::vector<double> scores = computed(golden.table == "made" ? made.view() : all_rows(standin), golden);

    ASSERT_EQ(scores.size(), golden.score.size());
    for (std::size_t j = 0; j < scores.size(); ++j) {
      EXPECT_NEAR(scores[j], golden.score[j], relative * std::max(1.0, std::abs(golden.score[j]))) << "feature " << j;
    }
  }
}

}  // namespace
}  // namespace kilofold
