// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/report.hpp"
#include "statistics.hpp"

/// One study under two kinds of folds: what rows of one group in training and held-out rows alike have flattered.
namespace kilofold::report {

/// One entry's best trial of the first file under the folds of both.
struct ModelGap {
  std::string name;
  std::string trial;  ///< "max_depth = 5, alpha = 0"; empty with one trial
  Gap gap;
  double own_best = 0;       ///< of the second file's folds, over all its trials: mean of the seeds' RMSE
  std::string why_not = {};  ///< why there is nothing to compare; the numbers are then meaningless
};

struct FoldGap {
  std::string unit;
  std::string first, second;                         ///< paths
  std::int64_t n_groups = 0;                         ///< 0: the table has none, and every row stands for itself
  double shared_in_first = 0, shared_in_second = 0;  ///< see shared_groups
  std::vector<ModelGap> models;                      ///< in the first file's order
};

/// Share of rows, over all seeds and fold counts of a file, that are held out while another row of their group trains.
/// 0 without groups.
double shared_groups(const StudyReader& study);

/// Compare two files of one table fold by fold count: trials are matched by model entry and parameters.
///
/// Errors    InputError where the tables differ or no entry is in both
FoldGap compare_folds(const StudyReader& first, const StudyReader& second);

std::string fold_gap_text(const FoldGap& gap);

}  // namespace kilofold::report
