// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_losses.hpp"

#include <cmath>
#include <numeric>

#include "kilofold/core/random.hpp"

namespace kilofold::report {

std::vector<double> squared_errors(const StudyReader& study, ModelId model, std::span<const std::int64_t> trials) {
  const std::vector<double>& y = study.y();
  const std::size_t n = y.size();
  const auto n_seeds = static_cast<double>(study.seeds().size());
  std::vector<double> loss(n * trials.size(), 0.0);
  for (std::size_t c = 0; c < trials.size(); ++c) {
    const CellBlock cells = study.trial(model, trials[c]);
    for (std::size_t at = 0; at < cells.prediction.size(); ++at) {
      const double error = cells.prediction[at] - y[at % n];
      if (std::isnan(error)) return {};
      loss[at % n * trials.size() + c] += error * error / n_seeds;
    }
  }
  return loss;
}

std::vector<std::int32_t> groups_of(const StudyReader& study) {
  if (!study.data().group.empty()) return study.data().group;
  std::vector<std::int32_t> rows(study.y().size());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

std::vector<std::int32_t> make_draws(std::size_t n) {
  constexpr std::uint32_t n_draws = 1000;
  std::vector<std::int32_t> draw;
  for (std::uint32_t d = 0; d < n_draws; ++d)
    for (std::uint32_t i = 0; i < n; ++i)
      draw.push_back(static_cast<std::int32_t>(bounded(philox({0, 0}, {d, i, 0, 0}), static_cast<std::uint32_t>(n))));
  return draw;
}

}  // namespace kilofold::report
