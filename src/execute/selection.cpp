// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/selection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kilofold/core/cells.hpp"
#include "kilofold/core/metrics.hpp"

namespace kilofold {
namespace {

bool is_error(const Tuning& tuning) { return tuning.by == "mae" || tuning.by == "rmse"; }

bool is_better(double merit, std::int64_t candidate, const Selection::Fit& best) {
  if (best.candidate < 0 || std::isnan(merit) != std::isnan(best.merit))
    return best.candidate < 0 || std::isnan(best.merit);
  if (merit > best.merit || merit < best.merit) return merit > best.merit;
  return candidate < best.candidate;
}

}  // namespace

double Selection::score(const Tile& tile, const Candidate& candidate, const Group& group, std::int32_t fold) {
  const Tuning& tuning = *group.tuning;
  if (tuning.inner_folds == 0)
    return tile.log_marginal_likelihood(candidate.first_fit + static_cast<std::size_t>(fold));
  const std::vector<std::int32_t>& sets = group.grid.column_of(group.fold).code;
  truth_.clear();
  predicted_.clear();
  for (std::int32_t inner = 0; inner < tuning.inner_folds; ++inner) {
    const auto row = static_cast<std::size_t>(group.n_folds + fold * tuning.inner_folds + inner);
    const double* const values = tile.prediction(candidate.first_fit + row).values;
    const std::vector<std::int32_t>& held_out = study_.held_out(group.fold, candidate.seed, sets[row]);
    predicted_.insert(predicted_.end(), values, values + held_out.size());
    for (const std::int32_t sample : held_out) truth_.push_back(study_.y()[static_cast<std::size_t>(sample)]);
  }
  const Metrics metrics = kilofold::score(truth_, predicted_);
  return tuning.by == "mae" ? metrics.mae : tuning.by == "rmse" ? metrics.rmse : metrics.r2;
}

bool Selection::timed_out(const Tile& tile, const Candidate& candidate, const Group& group, std::int32_t fold) {
  const std::int32_t inner_folds = group.tuning->inner_folds;
  for (std::int32_t inner = 0; inner < inner_folds; ++inner) {
    const auto row = static_cast<std::size_t>(group.n_folds + fold * inner_folds + inner);
    if (tile.prediction(candidate.first_fit + row).status == static_cast<std::int32_t>(FitStatus::time_limit))
      return true;
  }
  return false;
}

void Selection::leave_open(Fit& fit) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  fit.open = true;
  fit.status = static_cast<std::int32_t>(FitStatus::time_limit);
  std::ranges::fill(fit.prediction, nan);
  std::ranges::fill(fit.sd, nan);
  std::ranges::fill(fit.diagnostic, std::numeric_limits<float>::quiet_NaN());
}

void Selection::take(const Tile& tile, const Candidate& candidate, const Group& group, std::int32_t fold, double score,
                     Fit& best) const {
  const std::size_t n = candidate.first_fit + static_cast<std::size_t>(fold);
  const Tile::Prediction fit = tile.prediction(n);
  const std::size_t rows = study_.held_out(group.fold, candidate.seed, fold).size();
  best.status = fit.status;
  best.prediction.assign(fit.values, fit.values + rows);
  if (fit.sd != nullptr) best.sd.assign(fit.sd, fit.sd + rows);
  best.diagnostic.clear();
  const std::vector<Tuning::Choice>& choices = group.tuning->choices;
  for (std::size_t d = 0; d + choices.size() + 1 < group.diagnostics.size(); ++d)
    best.diagnostic.push_back(tile.diagnostic(n, group.diagnostics[d]));
  best.diagnostic.push_back(static_cast<float>(score));
  const std::int64_t point = candidate.trial * (group.grid.size() / group.n_trials);
  for (const Tuning::Choice& choice : choices) {
    const Axis& axis = plan_.axes[static_cast<std::size_t>(choice.axis.value)];
    const std::span<const double> value = axis.point(group.grid.code_at(choice.axis, point));
    best.diagnostic.push_back(static_cast<float>(value[static_cast<std::size_t>(choice.component)]));
  }
}

void Selection::consider(const Tile& tile, const Candidate& candidate) {
  const Group& group = plan_.groups[static_cast<std::size_t>(candidate.group.value)].group;
  const Tuning& tuning = *group.tuning;
  const auto [entry, added] =
      chosen_.try_emplace(Key{group.model, tuning.trial, candidate.seed}, Chosen{candidate.group, {}});
  entry->second.folds.resize(static_cast<std::size_t>(group.n_folds));
  for (std::int32_t fold = 0; fold < group.n_folds; ++fold) {
    Fit& best = entry->second.folds[static_cast<std::size_t>(fold)];
    if (best.open) continue;
    const double value = score(tile, candidate, group, fold);
    const double merit = is_error(tuning) ? -value : value;
    const std::int64_t number = tuning.first + candidate.trial;
    const bool open = timed_out(tile, candidate, group, fold);
    if (!open && !is_better(merit, number, best)) continue;
    best.merit = merit;
    best.candidate = number;
    take(tile, candidate, group, fold, value, best);
    if (open) leave_open(best);
  }
}

}  // namespace kilofold
