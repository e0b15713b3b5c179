// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kilofold/report.hpp"
#include "kilofold/store.hpp"

/// What the page and the table say, gathered from a file first: rendering needs no file.
namespace kilofold::report {

/// A pooled metric as files and specs name it, in the order of CellBlock::metric.
struct Metric {
  const char* name;
  const char* heading;
  const char* hover;
  bool in_target_units;
  bool larger_is_better;
};
inline constexpr std::size_t n_metrics = 4;
inline constexpr std::size_t mae = 0, rmse = 1, r2 = 2, r2_eq13 = 3;
extern const std::array<Metric, n_metrics> all_metrics;
extern const std::array<double, n_metrics> no_reference;

struct ParameterValue {
  std::string name;
  std::string long_name;
  std::string value;  ///< as shown; `none` where the parameter has no limit or does not apply
};

/// How a model's own standard deviations agree with its errors, over all held-out targets of all seeds.
struct Calibration {
  double coverage = 0;  ///< share of targets within 1.96 sd of the prediction: 0.95 where the sd is right
  double sd_of_z = 0;   ///< root mean square of error / sd: 1 where the sd is right
};

/// The trial of one model entry that did best over the grid.
struct BestTrial {
  std::int64_t index = 0;
  std::string id;
  std::int32_t n_folds = 0;
  std::vector<ParameterValue> varied;  ///< parameters with several values over the grid
  std::vector<ParameterValue> fixed;
  std::vector<double> metric;                   ///< (seeds, 4), row-major
  std::vector<double> prediction;               ///< (n) of the first seed, in the target's unit
  std::optional<Calibration> calibration = {};  ///< where the model stores sd
};

/// A value of a parameter as axes show it.
struct Level {
  std::string label;  ///< a number to four digits, six where four are not enough to tell it from the others
  double number = 0;  ///< NaN: a word, `none` among them
};

/// The smallest mean RMSE at every value of a parameter, over all other parameters. Trials of the grid alone.
struct Profile {
  struct Published {
    Level at;
    double rmse = 0;
  };

  std::string parameter;
  std::vector<Level> levels;                ///< numbers ascending, then words in the order of the grid, `none` last
  std::vector<double> rmse;                 ///< NaN where no trial is finished
  std::optional<Published> published = {};  ///< the trial of the published setting, wherever it lies

  std::vector<std::string> labels() const;
};

/// The same over two parameters. Shape: rmse (y.levels, x.levels), row-major.
struct Surface {
  Profile x;
  Profile y;
  std::vector<double> rmse;
};

/// One entry of `models:`.
struct ModelSummary {
  std::string name;
  std::string model;
  std::int64_t n_trials = 0;
  std::int64_t n_finished = 0;              ///< trials with a finite RMSE for every seed: those the best is chosen from
  std::vector<std::int64_t> status_counts;  ///< fits; index = FitStatus, last = missing
  std::optional<BestTrial> best;
  std::optional<BestTrial> as_published = {};              ///< the trial of the published setting, once finished
  std::array<double, n_metrics> reference = no_reference;  ///< published results; NaN = none
  std::vector<Profile> profiles = {};                      ///< of every parameter that varies over the grid
  std::optional<Surface> surface = {};                     ///< of the two parameters with the most values

  std::int64_t n_failed() const { return kilofold::n_failed(status_counts); }
};

struct StudySummary {
  std::string name;
  std::string description;
  std::vector<std::size_t> metrics;  ///< columns in the order asked for, as indices into all_metrics; always with rmse
  std::string data_file;
  std::string data_sha256;
  ColumnName target;  ///< units as printed
  std::vector<double> y;
  std::vector<std::int64_t> seeds;
  std::string fold_text;            ///< see fold_text
  double shared_groups = 0;         ///< see shared_groups
  std::vector<std::int32_t> folds;  ///< distinct fold counts, ascending
  std::int64_t n_trials = 0;
  std::int64_t n_fits = 0;
  std::int64_t n_committed = 0;  ///< cells
  std::int64_t n_cells = 0;
  std::vector<ModelSummary> models;
  std::vector<ColumnName> features;
  std::vector<FeatureScoreTable> importance;
  std::vector<std::pair<std::string, std::string>> provenance;  ///< label, value
  std::vector<std::string> plots;                               ///< by name, in their order; empty = the page's choice
  std::string reference_source;                                 ///< where published results come from

  std::string target_name() const { return target.label.empty() ? target.column : target.label; }
  bool finished() const { return n_committed == n_cells; }
};

/// Gather what the page needs.
///
/// Reads the root attributes `title`, `description`, `data_file`, `reference_source`, and `metrics` and `plots` (names,
/// space-separated) of the file; each may be absent. Memory    the metrics of one model entry at a time, and n
/// predictions for each
StudySummary summarize(const StudyReader& study);

/// A trial's parameters that have several values over the grid.
std::vector<ParameterValue> varied_parameters(const TrialTable& table, std::size_t trial);

/// The ranking behind best_trial. Shape: metric (trials, seeds, 4), row-major.
struct Ranking {
  std::optional<std::int64_t> best;
  std::int64_t n_finished = 0;
};
Ranking rank_by_rmse(std::span<const double> metric, std::size_t n_seeds);

}  // namespace kilofold::report
