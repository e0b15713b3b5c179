// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/core/metrics.hpp"
#include "report/fold_text.hpp"
#include "report/study_summary.hpp"

namespace kilofold::report {

/// A number in [-1, 1) that wanders evenly: reproducible noise for examples.
inline double wander(std::int64_t i, double step) { return 2 * std::fmod(step * static_cast<double>(i + 1), 1.0) - 1; }

/// One entry whose predictions miss y by up to `error`, a little differently for every seed.
inline ModelSummary example_model(const std::string& name, const std::string& model, const std::vector<double>& y,
                                  std::size_t n_seeds, double error, std::int64_t n_trials) {
  ModelSummary summary{name, model, n_trials, n_trials, std::vector<std::int64_t>(10, 0), BestTrial{}};
  summary.status_counts[0] = n_trials * std::ssize(y);
  BestTrial& best = *summary.best;
  best.id = "0123456789abcdef";
  best.n_folds = 5;
  if (n_trials > 1) best.varied = {{"max_depth", "depth limit", "8"}, {"min_samples_leaf", "", "12"}};
  best.fixed = {{"cv.folds", "", "5"}};
  for (std::size_t seed = 0; seed < n_seeds; ++seed) {
    std::vector<double> prediction = y;
    const double amount = error * (1 + 0.05 * wander(static_cast<std::int64_t>(seed), 0.7548776662466927));
    for (std::size_t i = 0; i < y.size(); ++i) {
      prediction[i] += amount * wander(static_cast<std::int64_t>(i), 0.5698402909980532);
    }
    if (seed == 0) best.prediction = prediction;
    const Metrics metrics = score(y, prediction);
    best.metric.insert(best.metric.end(), {metrics.mae, metrics.rmse, metrics.r2, metrics.r2_eq13});
  }
  return summary;
}

/// A finished study of two models on 131 samples and three seeds.
inline StudySummary example_study() {
  StudySummary study;
  study.name = "electrode";
  study.description = "Synthetic stand-in of an electrode table.";
  study.metrics = {mae, rmse, r2};
  study.data_file = "/data/electrode.csv";
  study.data_sha256 = std::string(64, 'a');
  study.target = {"mass_loading", "Mass loading", "mg/cm2", {}};
  for (std::int64_t i = 0; i < 131; ++i) study.y.push_back(25 + 20 * wander(i, 0.6180339887498949));
  study.seeds = {0, 1, 2};
  study.folds = {5};
  study.fold_text = fold_text({}, study.folds, study.seeds);
  study.n_trials = 49;
  study.n_fits = 49 * 3 * 5;
  study.n_committed = study.n_cells = 49 * 3;
  study.models = {example_model("LR", "linear", study.y, 3, 6, 1), example_model("DT", "tree", study.y, 3, 3, 48)};
  study.provenance = {{"kilofold version", "0.1.0"}, {"device", "cpu, 16 threads"}};
  return study;
}

}  // namespace kilofold::report
