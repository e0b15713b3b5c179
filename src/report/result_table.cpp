// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "result_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kilofold::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<ResultColumn> columns(const StudySummary& study) {
  using Kind = ResultColumn::Kind;
  const std::string& unit = study.target.units;
  std::vector<ResultColumn> columns = {{"Model", "", "entry of the spec's models: list", Kind::words}};
  for (const std::size_t m : study.metrics) {
    const Metric& metric = all_metrics[m];
    columns.push_back({metric.heading, metric.in_target_units ? unit : "", metric.hover, Kind::number});
  }
  columns.push_back(
      {"Failed fits", "", "fits without usable numbers, over all trials, seeds and folds of the model", Kind::number});
  columns.push_back({"Implied sd(y)", unit,
                     "RMSE / sqrt(1 - R²): rows of one table should agree, and with sd(y) of the data",
                     Kind::small_print});
  columns.push_back(
      {"Best trial", "", "smallest mean RMSE over the seeds; the parameters that vary over the grid", Kind::words});
  return columns;
}

ResultCell words(std::vector<std::string> parts, std::string note, std::string hover) {
  return {std::move(parts), std::move(note), std::move(hover), nan, false};
}

ResultCell best_trial_cell(const ModelSummary& model) {
  if (!model.best) return words({std::string(no_number)}, selection_text(model), "");
  std::string hover = fmt::format("trial {}, {} folds", model.best->id, model.best->n_folds);
  if (!model.best->fixed.empty()) hover += "; fixed: " + parameter_text(model.best->fixed);
  std::vector<std::string> varied = parameter_parts(model.best->varied);
  if (varied.empty()) varied = {"one trial"};
  return words(std::move(varied), selection_text(model), std::move(hover));
}

ResultCell failed_cell(const ModelSummary& model) {
  std::string hover;
  for (std::size_t s = 0; s < model.status_counts.size(); ++s) {
    if (model.status_counts[s] == 0) continue;
    const bool missing = s + 1 == model.status_counts.size();
    hover += fmt::format("{}{} {}", hover.empty() ? "" : ", ", count(model.status_counts[s]),
                         missing ? "missing" : name(static_cast<FitStatus>(s)));
  }
  return {{count(model.n_failed())}, "", hover, static_cast<double>(model.n_failed()), false};
}

/// One metric of every model, with common decimals, the best one marked.
std::vector<ResultCell> metric_cells(const StudySummary& study, std::size_t metric) {
  std::vector<Spread> spreads;
  for (const ModelSummary& model : study.models) {
    spreads.push_back(model.best ? metric_spread(*model.best, metric) : Spread{nan, nan});
  }
  const std::optional<int> places = decimals(spreads);
  const double sign = all_metrics[metric].larger_is_better ? -1 : 1;
  std::vector<ResultCell> cells;
  const ResultCell* leader = nullptr;
  cells.reserve(spreads.size());
  for (const Spread& value : spreads) {
    cells.push_back({{format(value, places)}, "", "", value.mean, false});
    if (!std::isfinite(value.mean)) continue;
    cells.back().hover = fmt::format("mean {}, sd over seeds {}", significant(value.mean, 8), significant(value.sd, 4));
    if (!leader || sign * value.mean < sign * leader->sort_key) leader = &cells.back();
  }
  if (leader && cells.size() > 1) cells[static_cast<std::size_t>(leader - cells.data())].best = true;
  return cells;
}

}  // namespace

double implied_sd(double rmse_value, double r2_value) { return rmse_value / std::sqrt(1 - r2_value); }

Spread metric_spread(const BestTrial& best, std::size_t metric) {
  std::vector<double> values;
  for (std::size_t at = metric; at < best.metric.size(); at += n_metrics) values.push_back(best.metric[at]);
  return spread(values);
}

std::vector<std::string> parameter_parts(const std::vector<ParameterValue>& parameters) {
  std::vector<std::string> parts;
  for (const ParameterValue& parameter : parameters) parts.push_back(parameter.name + " = " + parameter.value);
  return parts;
}

std::string parameter_text(const std::vector<ParameterValue>& parameters) {
  return fmt::format("{}", fmt::join(parameter_parts(parameters), ", "));
}

std::string ResultCell::text() const { return fmt::format("{}", fmt::join(parts, ", ")); }

std::string selection_text(const ModelSummary& model) {
  const auto tuned = [](const ParameterValue& value) { return value.name == "tuned_by"; };
  if (model.n_trials == 1 && model.best && std::ranges::any_of(model.best->fixed, tuned))
    return "chosen inside every training set";
  if (model.n_trials == 1) return model.best ? "nothing chosen" : "not finished";
  if (!model.best) return fmt::format("none of {} finished", count(model.n_trials, "trial"));
  const std::string of =
      model.n_finished == model.n_trials
          ? count(model.n_trials, "trial")
          : fmt::format("{} finished trials ({} in all)", count(model.n_finished), count(model.n_trials));
  return fmt::format("best of {}, chosen on these folds: optimistic", of);
}

ResultTable result_table(const StudySummary& study) {
  ResultTable table;
  table.columns = columns(study);
  for (const ModelSummary& model : study.models) {
    table.rows.push_back({words({model.name}, model.model == model.name ? "" : model.model, "")});
  }
  for (const std::size_t metric : study.metrics) {
    const std::vector<ResultCell> cells = metric_cells(study, metric);
    for (std::size_t m = 0; m < cells.size(); ++m) table.rows[m].push_back(cells[m]);
  }
  for (std::size_t m = 0; m < study.models.size(); ++m) {
    const ModelSummary& model = study.models[m];
    const double sd =
        model.best ? implied_sd(metric_spread(*model.best, rmse).mean, metric_spread(*model.best, r2).mean) : nan;
    table.rows[m].push_back(failed_cell(model));
    table.rows[m].push_back({{significant(sd, 3)}, "", "", sd, false});
    table.rows[m].push_back(best_trial_cell(model));
  }
  return table;
}

}  // namespace kilofold::report
