// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/core/fit_status.hpp"
#include "kilofold/core/ids.hpp"

namespace kilofold {

/// The name under which a status is stored and shown.
const char* name(FitStatus status);

/// One column of a model's trial table: numbers or text, one entry a trial. NaN = not applicable, or `none`.
struct TrialColumn {
  std::string name;  ///< parameter name, or cv.folds, scaling.fit_on
  std::string long_name;
  bool integral = false;
  std::vector<double> number;     ///< used when text is empty
  std::vector<std::string> text;  ///< used for categories
};

/// One number that a model keeps of every fit, beside its status: log marginal likelihood, iterations, members.
struct DiagnosticColumn {
  std::string name;  ///< of the dataset /models/<entry>/diagnostic/<name>
  std::string long_name;
  bool integral = false;    ///< stored as int32 with -1 = missing; else float32 with NaN = missing
  std::string source = {};  ///< by which the predicting operation hands it over; empty = name
};

/// Every trial of one entry of the `models:` list, in the order of the file's `trial` dimension.
struct TrialTable {
  std::string model_name;             ///< the entry's name, e.g. "DT": the group under /models
  std::string model;                  ///< the registered model, e.g. "tree"
  std::vector<std::string> id;        ///< 16 hex digits each: hash of all that the trial's numbers depend on
  std::vector<std::int32_t> n_folds;  ///< k of each trial
  std::vector<TrialColumn> columns;
  std::string numerics;                     ///< numerics id of this entry's plan group
  std::vector<std::string> other_numerics;  ///< ids of cells kept from runs of other numerics (--mix-numerics)
  bool has_sd = false;                      ///< predictions come with a standard deviation
  std::vector<DiagnosticColumn> diagnostics;
  bool few_values = false;        ///< predictions repeat a few values a row (trees): worth compressing
  std::int64_t chunk_trials = 0;  ///< that one chunk of predictions spans in the file; 0: as many as the store likes
};

/// How much each feature says of the target, by one method; no model is fitted.
///
/// Shapes    score, rank (d), or (seeds, n_folds, d) row-major where every fold's training rows are scored alone
struct FeatureScoreTable {
  std::string name;       ///< of the group /importance/<name>
  std::string long_name;  ///< of the score
  std::string units;
  std::int32_t n_folds = 0;        ///< 0: of the whole table
  std::vector<double> score;       ///< NaN where undefined
  std::vector<std::int32_t> rank;  ///< place in the method's ranking, 1 = best; -1 where there is no score
};

inline constexpr std::size_t n_metrics = 4;       ///< mae, rmse, r2, r2_eq13
inline constexpr std::size_t n_fold_metrics = 3;  ///< mae, rmse, r2

/// A run of finished (trial, seed) cells of one model entry: what the executor hands over and the store commits.
///
/// Shapes    c = cells, n = samples, k = largest fold count of the study; row-major, cell slowest
/// Units     predictions in the target's unit
struct CellBlock {
  ModelId model;
  std::vector<std::int64_t> trial;   ///< (c) index into the model's TrialTable
  std::vector<std::int32_t> seed;    ///< (c) index into the study's seeds
  std::vector<double> prediction;    ///< (c, n) held-out prediction of every sample
  std::vector<double> metric;        ///< (c, 4) pooled mae, rmse, r2, r2_eq13
  std::vector<double> fold_metric;   ///< (c, k, 3) mae, rmse, r2; NaN beyond the trial's own folds
  std::vector<std::int32_t> status;  ///< (c, k) FitStatus; -1 beyond the trial's own folds
  std::vector<double> sd;            ///< (c, n) sd of a new observation at every sample; empty unless has_sd
  std::vector<float> diagnostic;  ///< (c, diagnostics of the TrialTable, k); NaN = missing, as beyond the trial's own
                                  ///< folds; an integer is exact up to 2^24

  std::vector<std::int32_t> numerics;  ///< (c) 0 = TrialTable::numerics, i = other_numerics[i - 1]; empty: all 0

  std::int64_t n_cells() const { return static_cast<std::int64_t>(trial.size()); }
};

}  // namespace kilofold
