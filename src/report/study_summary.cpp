// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_summary.hpp"

#include <cmath>
#include <limits>

namespace kilofold::report {

const std::array<Metric, n_metrics> all_metrics = {{
    {"mae", "MAE", "mean absolute error of all held-out predictions of a seed, pooled over its folds", true, false},
    {"rmse", "RMSE", "root mean squared error of all held-out predictions of a seed, pooled over its folds", true,
     false},
    {"r2", "R²", "1 - SSE / sum of (y - mean y)², pooled over the folds of a seed", false, true},
    {"r2_eq13", "R² (Eq. 13)", "as R², with the mean of the predictions in the denominator; never below R²", false,
     true},
}};

const std::array<double, n_metrics> no_reference = [] {
  std::array<double, n_metrics> none{};
  none.fill(std::numeric_limits<double>::quiet_NaN());
  return none;
}();

std::vector<std::string> Profile::labels() const {
  std::vector<std::string> labels;
  for (const Level& level : levels) labels.push_back(level.label);
  return labels;
}

Ranking rank_by_rmse(std::span<const double> metric, std::size_t n_seeds) {
  Ranking ranking;
  double smallest = std::numeric_limits<double>::infinity();
  const std::size_t n_trials = n_seeds == 0 ? 0 : metric.size() / (n_seeds * n_metrics);
  for (std::size_t trial = 0; trial < n_trials; ++trial) {
    // Every trial has the same number of seeds, so the sum ranks as the mean does.
    double sum = 0;
    for (std::size_t seed = 0; seed < n_seeds; ++seed) sum += metric[(trial * n_seeds + seed) * n_metrics + rmse];
    if (!std::isfinite(sum)) continue;
    ++ranking.n_finished;
    if (sum < smallest) {
      smallest = sum;
      ranking.best = static_cast<std::int64_t>(trial);
    }
  }
  return ranking;
}

}  // namespace kilofold::report
