// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "report/study_summary.hpp"

namespace kilofold::report {
namespace {

/// The (trials, seeds, 4) array with the given RMSE, one row a trial, and other metrics that would rank otherwise.
std::vector<double> metrics_with_rmse(const std::vector<std::vector<double>>& trials) {
  std::vector<double> metric;
  for (const std::vector<double>& seeds : trials) {
    for (const double value : seeds) metric.insert(metric.end(), {-value, value, value, value});
  }
  return metric;
}

TEST(Ranking, PutsTheSmallestMeanRmseFirst) {
  const Ranking ranking = rank_by_rmse(metrics_with_rmse({{1, 5}, {2, 3}, {4, 4}}), 2);

  EXPECT_EQ(ranking.best, 1);
  EXPECT_EQ(ranking.n_finished, 3);
}

TEST(Ranking, GivesATieToTheLowestIndex) { EXPECT_EQ(rank_by_rmse(metrics_with_rmse({{3}, {2}, {2}}), 1).best, 1); }

TEST(Ranking, PassesOverTrialsWithAMissingOrFailedSeed) {
  const Ranking ranking = rank_by_rmse(metrics_with_rmse({{0.1, NAN}, {INFINITY, 0.1}, {7, 8}}), 2);

  EXPECT_EQ(ranking.best, 2);
  EXPECT_EQ(ranking.n_finished, 1);
}

TEST(Ranking, IsEmptyWhereNothingIsFinished) {
  EXPECT_EQ(rank_by_rmse(metrics_with_rmse({{NAN, 1}}), 2).best, std::nullopt);
  EXPECT_EQ(rank_by_rmse({}, 2).best, std::nullopt);
}

TEST(FailedFits, AreThoseWithoutUsableNumbers) {
  ModelSummary model;
  model.status_counts = {10, 1, 2, 3, 4, 5, 6, 7, 8, 90};

  EXPECT_EQ(model.n_failed(), 3 + 6 + 8);
}

}  // namespace
}  // namespace kilofold::report
