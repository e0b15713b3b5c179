// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "fold_gap.hpp"
#include "kilofold/core/error.hpp"
#include "study_losses.hpp"
#include "study_summary.hpp"

namespace kilofold::report {
namespace {

constexpr double rope_of_sd = 0.01;
constexpr std::size_t most_considered = 2000;  // trials of a model; those behind are not chosen by any draw
constexpr std::size_t n_fold_metrics = 3;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double population_sd(const std::vector<double>& y) {
  const double mean = mean_of(y);
  double squares = 0;
  for (const double value : y) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(y.size()));
}

/// Trials by mean RMSE over the seeds, best first; those without a number for every seed left out.
std::vector<std::int64_t> by_mean_rmse(const std::vector<double>& metric, std::size_t n_seeds) {
  const std::size_t n_trials = metric.size() / (n_seeds * n_metrics);
  std::vector<double> mean(n_trials, 0.0);
  std::vector<std::int64_t> order;
  for (std::size_t t = 0; t < n_trials; ++t) {
    for (std::size_t s = 0; s < n_seeds; ++s) mean[t] += metric[(t * n_seeds + s) * n_metrics + rmse];
    if (std::isfinite(mean[t])) order.push_back(static_cast<std::int64_t>(t));
  }
  std::ranges::stable_sort(order, {}, [&](std::int64_t t) { return mean[static_cast<std::size_t>(t)]; });
  return order;
}

void correct_for_choice(const StudyReader& study, ModelId model, std::span<const std::int64_t> order,
                        Contender& contender) {
  order = order.first(std::min(order.size(), most_considered));
  const std::vector<double> loss = squared_errors(study, model, order);
  const std::vector<std::int32_t> group = groups_of(study);
  const auto n_groups = static_cast<std::size_t>(std::ranges::max(group)) + 1;
  if (loss.empty() || n_groups == 1) {
    contender.why_not_corrected = loss.empty() ? "predictions of some trials are not kept" : "all rows are one group";
    return;
  }
  const BestOfMany draws = best_of_many(loss, order.size(), group, make_draws(n_groups));
  const double value = std::sqrt(std::max(0.0, contender.mean * contender.mean + draws.flattered));
  contender.corrected = {value, value > 0 ? draws.error / (2 * value) : 0, draws.low, draws.high, std::ssize(order)};
}

/// n_test / n_train, mean over folds and seeds.
double mean_test_per_train(const StudyReader& study, std::int32_t n_folds) {
  double sum = 0;
  for (const Split& split : study.splits())
    if (split.n_folds == n_folds) sum += test_per_train(split.fold, n_folds);
  return sum / static_cast<double>(study.seeds().size());
}

/// A trial with its numbers of every seed and fold.
Contender make_contender(const StudyReader& study, ModelId model, std::int64_t trial) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  const std::size_t n_seeds = study.seeds().size();
  Contender contender;
  contender.name = table.model_name;
  contender.trial = table.id[static_cast<std::size_t>(trial)];
  contender.n_folds = table.n_folds[static_cast<std::size_t>(trial)];
  const CellBlock cells = study.trial(model, trial);
  const std::size_t k = cells.status.size() / n_seeds;
  for (std::size_t s = 0; s < n_seeds; ++s) {
    contender.rmse.push_back(cells.metric[s * n_metrics + rmse]);
    for (std::size_t fold = 0; fold < static_cast<std::size_t>(contender.n_folds); ++fold)
      contender.fold_rmse.push_back(cells.fold_metric[(s * k + fold) * n_fold_metrics + rmse]);
  }
  contender.mean = mean_of(contender.rmse);
  return contender;
}

/// The entry competes, or is left out.
void add_entry(const StudyReader& study, ModelId model, Comparison& comparison) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  const std::vector<std::int64_t> order = by_mean_rmse(study.metrics(model), study.seeds().size());
  if (!comparison.as_published && order.empty()) {
    comparison.left_out.push_back({table.model_name, "no trial is finished for every seed"});
  } else if (!comparison.as_published) {
    comparison.contenders.push_back(make_contender(study, model, order.front()));
    comparison.contenders.back().n_trials = std::ssize(order);
    correct_for_choice(study, model, order, comparison.contenders.back());
  } else if (const auto trial = published_trial(table); !trial) {
    comparison.left_out.push_back({table.model_name, "has no published setting"});
  } else if (std::ranges::find(order, *trial) == order.end()) {
    comparison.left_out.push_back({table.model_name, "its published setting is not finished for every seed"});
  } else {
    comparison.contenders.push_back(make_contender(study, model, *trial));
    comparison.contenders.back().n_trials = std::ssize(order);
  }
}

/// Nothing where the two can be tested fold by fold.
std::string why_not_tested(const Contender& a, const Contender& b) {
  if (a.n_folds != b.n_folds) return fmt::format("{} folds against {}", a.n_folds, b.n_folds);
  const auto known = [](double value) { return std::isfinite(value); };
  const bool by_fold = std::ranges::all_of(a.fold_rmse, known) && std::ranges::all_of(b.fold_rmse, known);
  return by_fold ? "" : "folds have no rmse of their own, metrics are pooled only";
}

Pair make_pair(const StudyReader& study, const Comparison& comparison, std::size_t first, std::size_t second) {
  const Contender& a = comparison.contenders[first];
  const Contender& b = comparison.contenders[second];
  Pair pair;
  pair.first = first;
  pair.second = second;
  for (std::size_t s = 0; s < a.rmse.size(); ++s) {
    pair.wins += a.rmse[s] < b.rmse[s] ? 1 : 0;
    pair.losses += b.rmse[s] < a.rmse[s] ? 1 : 0;
  }
  pair.why_not_tested = why_not_tested(a, b);
  if (!pair.why_not_tested.empty()) return pair;
  std::vector<double> d;
  for (std::size_t i = 0; i < a.fold_rmse.size(); ++i) d.push_back(a.fold_rmse[i] - b.fold_rmse[i]);
  pair.test = corrected_t(d, mean_test_per_train(study, a.n_folds));
  pair.posterior = correlated_t(*pair.test, comparison.rope);
  return pair;
}

void adjust(std::vector<Pair>& pairs) {
  std::vector<double> p;
  for (const Pair& pair : pairs)
    if (pair.test) p.push_back(pair.test->p);
  const std::vector<double> adjusted = holm(p);
  auto next = adjusted.begin();
  for (Pair& pair : pairs)
    if (pair.test) pair.adjusted_p = *next++;
}

void rank_by_seed(Comparison& comparison) {
  std::vector<double> by_seed;
  for (std::size_t s = 0; s < static_cast<std::size_t>(comparison.n_seeds); ++s) {
    std::vector<double> values;
    for (const Contender& contender : comparison.contenders) values.push_back(contender.rmse[s]);
    const std::vector<double> rank = ranks(values);
    for (std::size_t c = 0; c < rank.size(); ++c) comparison.contenders[c].rank.push_back(rank[c]);
    by_seed.insert(by_seed.end(), values.begin(), values.end());
  }
  comparison.settled_after = settled_after(by_seed, comparison.contenders.size());
}

}  // namespace

Comparison compare_models(const StudyReader& study, const CompareOptions& options) {
  Comparison comparison;
  comparison.as_published = options.as_published;
  comparison.unit = printed_unit(study.target().units);
  comparison.n_seeds = std::ssize(study.seeds());
  comparison.own_rope = options.rope.has_value();
  comparison.rope = options.rope ? *options.rope : rope_of_sd * population_sd(study.y());
  comparison.shared_groups = shared_groups(study);
  comparison.n_groups = std::ssize(study.data().group_name);
  for (std::size_t m = 0; m < study.models().size(); ++m)
    add_entry(study, ModelId(static_cast<std::int32_t>(m)), comparison);
  if (comparison.contenders.size() < 2)
    throw InputError(fmt::format("{} has {} models with a finished trial{}; comparing needs two", study.path(),
                                 comparison.contenders.size(), options.as_published ? " as published" : ""),
                     options.as_published ? "as_published: of an entry in the spec names its published setting"
                                          : "put the models into one spec and finish the run");
  std::ranges::stable_sort(comparison.contenders, {}, &Contender::mean);
  rank_by_seed(comparison);
  for (std::size_t a = 0; a < comparison.contenders.size(); ++a)
    for (std::size_t b = a + 1; b < comparison.contenders.size(); ++b)
      comparison.pairs.push_back(make_pair(study, comparison, a, b));
  adjust(comparison.pairs);
  return comparison;
}

}  // namespace kilofold::report
