// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "cli/refit_models.hpp"
#include "kilofold/core/row_weights.hpp"
#include "reference/reference_ensembles.hpp"

namespace kilofold::cli {
namespace {

ReferenceTreeLimits limits_of(const TrialValues& trial) {
  ReferenceTreeLimits limits;
  limits.max_depth = trial.number("max_depth");
  limits.min_samples_split = static_cast<std::int64_t>(trial.number("min_samples_split"));
  limits.min_samples_leaf = static_cast<std::int64_t>(trial.number("min_samples_leaf"));
  if (trial.has("max_features")) limits.max_features = trial.number("max_features");
  limits.max_leaf_nodes = trial.number("max_leaf_nodes");
  limits.min_impurity_decrease = trial.number("min_impurity_decrease");
  limits.ccp_alpha = trial.number("ccp_alpha");
  return limits;
}

std::uint32_t count(const TrialValues& trial, const char* name) {
  return static_cast<std::uint32_t>(trial.number(name));
}

/// A table has a column of model seeds where a study has several.
std::uint32_t model_seed(const StoredFit& fit, const TrialValues& trial) {
  return trial.has("model_seed") ? count(trial, "model_seed") : fit.spec.model_seeds.front();
}

ReferenceSample sample_of(const StoredFit& fit) {
  return {fit.data.X.view(), fit.data.y, fit.rows.train, fit.rows.held_out, {}};
}

ReferenceSample random_sample(const StoredFit& fit, const TrialValues& trial) {
  ReferenceSample sample = sample_of(fit);
  sample.random = {model_seed(fit, trial), static_cast<std::uint32_t>(fit.seed), static_cast<std::uint32_t>(fit.fold),
                   0};
  return sample;
}

/// Some roundings of a node's mean.
double roundings(const StoredFit& fit, double how_many) {
  const auto [low, high] = std::ranges::minmax_element(fit.data.y);
  return how_many * eps * (largest_target(fit) + *high - *low);
}

}  // namespace

Refit refit_tree(const StoredFit& fit) {
  return {reference_tree(fit.data.X.view(), fit.data.y, fit.rows.train, fit.rows.held_out, limits_of(TrialValues(fit))),
          {},
          roundings(fit, 4)};
}

Refit refit_forest(const StoredFit& fit) {
  const TrialValues trial(fit);
  const std::uint32_t members = count(trial, "n_estimators");
  return {reference_forest(random_sample(fit, trial), members, limits_of(trial)), {}, roundings(fit, 4 + members)};
}

Refit refit_adaboost(const StoredFit& fit) {
  constexpr double half_a_unit = 0x1p11;  // 2^-41 of the range: weights leave the targets 40 bits
  const TrialValues trial(fit);
  const bool resamples = trial.choice<Resample>("resample") == Resample::on;
  const auto reference = resamples ? reference_adaboost : reference_weighted_adaboost;
  return {reference(random_sample(fit, trial), count(trial, "n_estimators"), trial.number("learning_rate"),
                    trial.choice<ReferenceLoss>("loss"), limits_of(trial)),
          {},
          roundings(fit, resamples ? 4 : 4 + half_a_unit)};
}

Refit refit_gradient_boosting(const StoredFit& fit) {
  constexpr double promised = 1e-10;  // of sd(y)
  const TrialValues trial(fit);
  const std::uint32_t members = count(trial, "n_estimators");
  const double n = static_cast<double>(fit.rows.train.size());
  double sum = 0, squares = 0;
  for (const std::int32_t i : fit.rows.train) sum += fit.data.y[static_cast<std::size_t>(i)];
  for (const std::int32_t i : fit.rows.train) squares += std::pow(fit.data.y[static_cast<std::size_t>(i)] - sum / n, 2);
  return {reference_gradient_boosting(sample_of(fit), members, trial.number("learning_rate"),
                                      trial.choice<ReferenceStart>("init"), limits_of(trial)),
          {},
          promised * std::sqrt(squares / n) + roundings(fit, 4 + members)};
}

}  // namespace kilofold::cli
