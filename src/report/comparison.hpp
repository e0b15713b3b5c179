// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kilofold/report.hpp"
#include "statistics.hpp"

/// What the fold seeds of one file say about the differences between its models.
namespace kilofold::report {

/// An RMSE without what choosing the best trial has flattered.
struct Corrected {
  double rmse = 0;
  double error = 0;               ///< Monte Carlo standard error of it
  double low = 0, high = 0;       ///< 95 % of the draws
  std::int64_t n_considered = 0;  ///< trials among which the draws choose
};

/// One entry of `models:` with the trial it competes with: its best by mean RMSE, or that of its published setting.
struct Contender {
  std::string name;
  std::string trial;  ///< its id
  std::int64_t n_trials = 0;
  std::int32_t n_folds = 0;
  std::vector<double> rmse;       ///< (seeds), pooled
  std::vector<double> fold_rmse;  ///< (seeds, n_folds)
  std::vector<double> rank;       ///< (seeds)
  double mean = 0;
  std::optional<Corrected> corrected;
  std::string why_not_corrected;  ///< empty where nothing was chosen either
};

/// Differences first - second of two contenders' RMSE, fold by fold.
struct Pair {
  std::size_t first = 0;
  std::size_t second = 0;
  std::optional<CorrectedT> test;
  std::string why_not_tested;
  Posterior posterior;
  double adjusted_p = 1;
  std::int64_t wins = 0;  ///< seeds where the first has the smaller pooled RMSE
  std::int64_t losses = 0;
};

/// An entry that does not compete, and why.
struct LeftOut {
  std::string name;
  std::string reason;
};

struct Comparison {
  bool as_published = false;
  std::string unit;
  std::int64_t n_seeds = 0;
  double rope = 0;                    ///< half the region of practical equivalence, in the target's unit
  bool own_rope = false;              ///< asked for, not 1 % of sd(y)
  std::vector<Contender> contenders;  ///< by mean RMSE
  std::vector<LeftOut> left_out;
  std::vector<Pair> pairs;
  std::int64_t settled_after = 0;  ///< seeds
  double shared_groups = 0;        ///< share of held-out rows with a row of their group in training
  std::int64_t n_groups = 0;       ///< 0: the table has none, and the correction draws rows
};

/// Gather and test.
///
/// Cost      reads the predictions of at most 2,000 trials a model
/// Errors    InputError with fewer than two models that have a finished trial to compete with
Comparison compare_models(const StudyReader& study, const CompareOptions& options = {});

std::string comparison_text(const Comparison& comparison);

}  // namespace kilofold::report
