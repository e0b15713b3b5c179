// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "fold_gap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "kilofold/core/error.hpp"
#include "numbers.hpp"
#include "study_losses.hpp"
#include "study_summary.hpp"

namespace kilofold::report {
namespace {

bool same_value(const TrialColumn& a, std::size_t i, const TrialColumn& b, std::size_t j) {
  if (!a.text.empty() || !b.text.empty()) return !a.text.empty() && !b.text.empty() && a.text[i] == b.text[j];
  return a.number[i] == b.number[j] || (std::isnan(a.number[i]) && std::isnan(b.number[j]));
}

/// The second table's trial with the parameters of the first's; one with as many folds where there are several.
std::optional<std::int64_t> matching_trial(const TrialTable& first, std::int64_t trial, const TrialTable& second) {
  const auto t = static_cast<std::size_t>(trial);
  std::optional<std::int64_t> found;
  for (std::size_t u = 0; u < second.id.size(); ++u) {
    const bool same = std::ranges::all_of(first.columns, [&](const TrialColumn& column) {
      const auto other = std::ranges::find(second.columns, column.name, &TrialColumn::name);
      return column.name == "cv.folds" || (other != second.columns.end() && same_value(column, t, *other, u));
    });
    if (same && (!found || second.n_folds[u] == first.n_folds[t])) found = static_cast<std::int64_t>(u);
  }
  return found;
}

std::string trial_text(const TrialTable& table, std::int64_t trial) {
  std::string text;
  for (const ParameterValue& parameter : varied_parameters(table, static_cast<std::size_t>(trial)))
    if (parameter.name != "as_published")
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", parameter.name, parameter.value);
  return text;
}

double mean_rmse(const StudyReader& study, ModelId model, std::int64_t trial) {
  const std::vector<double> metric = study.trial(model, trial).metric;
  const std::size_t n_seeds = study.seeds().size();
  double sum = 0;
  for (std::size_t s = 0; s < n_seeds; ++s) sum += metric[s * n_metrics + rmse];
  return sum / static_cast<double>(n_seeds);
}

ModelGap compare_entry(const StudyReader& first, ModelId model, const StudyReader& second, ModelId other) {
  const TrialTable& table = first.models()[static_cast<std::size_t>(model.value)];
  const TrialTable& other_table = second.models()[static_cast<std::size_t>(other.value)];
  ModelGap result;
  result.name = table.model_name;
  const std::optional<std::int64_t> best = best_trial(first, model), own = best_trial(second, other);
  if (!best || !own) {
    result.why_not = "no trial is finished for every seed";
    return result;
  }
  result.trial = trial_text(table, *best);
  const std::optional<std::int64_t> same = matching_trial(table, *best, other_table);
  if (!same) {
    result.why_not = "the second file has no trial with its parameters";
    return result;
  }
  const std::vector<double> here = squared_errors(first, model, std::vector{*best});
  const std::vector<double> there = squared_errors(second, other, std::vector{*same});
  if (here.empty() || there.empty()) {
    result.why_not = "predictions are not kept";
    return result;
  }
  const std::vector<std::int32_t> groups = groups_of(first);
  const auto n_groups = static_cast<std::size_t>(std::ranges::max(groups)) + 1;
  result.gap = grouped_gap(here, there, groups, make_draws(n_groups));
  result.own_best = mean_rmse(second, other, *own);
  return result;
}

}  // namespace

double shared_groups(const StudyReader& study) {
  const std::vector<std::int32_t>& group = study.data().group;
  if (group.empty()) return 0;
  const auto n_groups = static_cast<std::size_t>(std::ranges::max(group)) + 1;
  double shared = 0;
  for (const Split& split : study.splits()) {
    std::vector<std::int32_t> only_fold(n_groups, -1);  // -2: in several
    for (std::size_t i = 0; i < group.size(); ++i) {
      std::int32_t& fold = only_fold[static_cast<std::size_t>(group[i])];
      fold = fold == -1 || fold == split.fold[i] ? split.fold[i] : -2;
    }
    const auto is_shared = [&](std::int32_t g) { return only_fold[static_cast<std::size_t>(g)] == -2; };
    shared += static_cast<double>(std::ranges::count_if(group, is_shared));
  }
  return shared / static_cast<double>(study.splits().size() * group.size());
}

FoldGap compare_folds(const StudyReader& first, const StudyReader& second) {
  if (first.data().sha256 != second.data().sha256)
    throw InputError(fmt::format("{} and {} hold results of different tables", first.path(), second.path()),
                     "run one spec twice, with another cv.splitter and another -o");
  FoldGap result;
  result.unit = printed_unit(first.target().units);
  result.first = first.path();
  result.second = second.path();
  result.n_groups = std::ssize(first.data().group_name);
  result.shared_in_first = shared_groups(first);
  result.shared_in_second = shared_groups(second);
  for (std::size_t m = 0; m < first.models().size(); ++m) {
    const auto other = std::ranges::find(second.models(), first.models()[m].model_name, &TrialTable::model_name);
    if (other == second.models().end()) continue;
    const auto number = static_cast<std::int32_t>(other - second.models().begin());
    result.models.push_back(compare_entry(first, ModelId(static_cast<std::int32_t>(m)), second, ModelId(number)));
  }
  if (result.models.empty())
    throw InputError(fmt::format("{} and {} have no model entry of one name", first.path(), second.path()),
                     "run one spec twice, with another cv.splitter and another -o");
  return result;
}

std::string fold_gap_text(const FoldGap& gap) {
  std::string text;
  const std::back_insert_iterator<std::string> out(text);
  fmt::format_to(out, "Each model's best trial of the first file under the folds of both{}.\n",
                 gap.unit.empty() ? "" : ", rmse in " + gap.unit);
  for (const auto& [path, shared] : {std::pair(gap.first, gap.shared_in_first), {gap.second, gap.shared_in_second}})
    fmt::format_to(out, "{}: {:.1f} % of held-out rows have a row of their group in training\n", path, 100 * shared);
  fmt::format_to(out, "\n{:<16}{:>12}{:>12}{:>12}{:>22}{:>17}   {}\n", "model", "rmse, first", "second", "gap",
                 "95 % of draws", "best of second", "trial");
  for (const ModelGap& model : gap.models) {
    if (!model.why_not.empty()) {
      fmt::format_to(out, "{:<16}not compared: {}\n", model.name, model.why_not);
      continue;
    }
    fmt::format_to(out, "{:<16}{:>12}{:>12}{:>12}{:>22}{:>17}{}\n", model.name, significant(model.gap.first),
                   significant(model.gap.second), significant(model.gap.difference),
                   significant(model.gap.low) + " to " + significant(model.gap.high), significant(model.own_best),
                   model.trial.empty() ? "" : "   " + model.trial);
  }
  fmt::format_to(out,
                 "\ngap: second - first, what the first file's folds have flattered. draws: of {}, with replacement.\n",
                 gap.n_groups > 0 ? "whole groups" : "rows, since the table has no groups");
  return text;
}

}  // namespace kilofold::report
