// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "numbers.hpp"
#include "study_summary.hpp"

/// The table of every model's best trial, as text, for page and terminal alike.
namespace kilofold::report {

struct ResultColumn {
  enum class Kind { words, number, small_print };

  std::string heading;
  std::string unit;
  std::string hover;
  Kind kind = Kind::number;
};

struct ResultCell {
  std::vector<std::string> parts;  ///< one, or several that a page keeps unbroken: parameters
  std::string note;                ///< second line, in small print
  std::string hover;
  double sort_key = 0;  ///< of a number; NaN sorts last
  bool best = false;    ///< of its column

  std::string text() const;  ///< the parts, separated by commas
};

struct ResultTable {
  std::vector<ResultColumn> columns;
  std::vector<std::vector<ResultCell>> rows;  ///< one a model entry, in the order of the spec
};

ResultTable result_table(const StudySummary& study);

/// What sd(y) must have been for this RMSE and R² to stand in one table: RMSE / sqrt(1 - R²).
double implied_sd(double rmse_value, double r2_value);

/// A metric of a best trial over the seeds.
Spread metric_spread(const BestTrial& best, std::size_t metric);

/// "max_depth = 8", "min_samples_leaf = 4"
std::vector<std::string> parameter_parts(const std::vector<ParameterValue>& parameters);

/// "max_depth = 8, min_samples_leaf = 4"
std::string parameter_text(const std::vector<ParameterValue>& parameters);

/// How the trial was chosen: "best of 48 trials, chosen on these folds: optimistic".
std::string selection_text(const ModelSummary& model);

}  // namespace kilofold::report
