// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kilofold::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool has_reference(const ModelSummary& model) {
  return std::ranges::any_of(model.reference, [](double value) { return std::isfinite(value); });
}

/// The trial that stands for us.
const BestTrial* ours(const ModelSummary& model) {
  if (model.as_published) return &*model.as_published;
  return model.best ? &*model.best : nullptr;
}

double our_mean(const ModelSummary& model, std::size_t metric) {
  return ours(model) ? metric_spread(*ours(model), metric).mean : nan;
}

/// Which trial is compared.
std::string trial_text(const ModelSummary& model) {
  if (!ours(model)) return "not finished";
  return model.as_published ? "as published" : selection_text(model);
}

/// Metrics with a published value, in the order of the page.
std::vector<std::size_t> shown_metrics(const StudySummary& study) {
  std::vector<std::size_t> metrics;
  for (const std::size_t m : study.metrics)
    if (std::ranges::any_of(study.models, [m](const auto& model) { return std::isfinite(model.reference[m]); }))
      metrics.push_back(m);
  return metrics;
}

ResultCell number(double value, std::string text) { return {{std::move(text)}, "", "", value, false}; }

ResultCell number(double value, int digits) { return number(value, significant(value, digits)); }

std::string signed_number(double value, int digits) {
  return value > 0 ? "+" + significant(value, digits) : significant(value, digits);
}

std::vector<ResultColumn> columns(const StudySummary& study) {
  using Kind = ResultColumn::Kind;
  const std::string& unit = study.target.units;
  std::vector<ResultColumn> columns = {{"Model", "", "entry of the spec's models: list", Kind::words}};
  for (const std::size_t m : shown_metrics(study)) {
    const Metric& metric = all_metrics[m];
    columns.push_back({metric.heading, metric.in_target_units ? unit : "", metric.hover, Kind::number});
    columns.push_back({"published", "", fmt::format("{} as published", metric.heading), Kind::number});
    columns.push_back({"difference", "", "ours - published", Kind::number});
  }
  const char* implied = "RMSE / sqrt(1 - R²): rows of one table should agree, and with sd(y) of the data";
  columns.push_back({"Implied sd(y)", unit, implied, Kind::small_print});
  columns.push_back({"published", "", implied, Kind::small_print});
  return columns;
}

std::vector<ResultCell> row(const StudySummary& study, const ModelSummary& model) {
  std::vector<ResultCell> cells = {{{model.name}, trial_text(model), "", nan, false}};
  for (const std::size_t m : shown_metrics(study)) {
    const double mean = our_mean(model, m);
    const double difference = mean - model.reference[m];
    cells.push_back(number(mean, 4));
    cells.push_back(number(model.reference[m], std::isfinite(model.reference[m]) ? parameter_value(model.reference[m])
                                                                                 : std::string(no_number)));
    cells.push_back(number(difference, signed_number(difference, 2)));
  }
  cells.push_back(number(implied_sd(our_mean(model, rmse), our_mean(model, r2)), 3));
  cells.push_back(number(implied_sd(model.reference[rmse], model.reference[r2]), 3));
  return cells;
}

/// "GPR, RF, LR": names by a value, smallest first.
std::string order_text(std::vector<std::pair<double, std::string>> models) {
  std::ranges::stable_sort(models, {}, [](const auto& model) { return model.first; });
  std::vector<std::string> names;
  for (auto& [value, name] : models) names.push_back(std::move(name));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

bool has_reference(const StudySummary& study) {
  return std::ranges::any_of(study.models, [](const ModelSummary& model) { return has_reference(model); });
}

ResultTable published_table(const StudySummary& study) {
  ResultTable table;
  table.columns = columns(study);
  for (const ModelSummary& model : study.models)
    if (has_reference(model)) table.rows.push_back(row(study, model));
  return table;
}

std::string compared_text(const StudySummary& study) {
  std::string others;
  for (const ModelSummary& model : study.models)
    if (has_reference(model) && !model.as_published)
      others += fmt::format("{}{} ({})", others.empty() ? "" : "; ", model.name, trial_text(model));
  return "Compared is the trial of the published setting" + (others.empty() ? "." : ", but of " + others + ".");
}

std::string rank_agreement(const StudySummary& study) {
  std::vector<std::pair<double, std::string>> published, here;
  for (const ModelSummary& model : study.models) {
    if (!std::isfinite(our_mean(model, rmse)) || !std::isfinite(model.reference[rmse])) continue;
    published.emplace_back(model.reference[rmse], model.name);
    here.emplace_back(our_mean(model, rmse), model.name);
  }
  int same = 0, opposite = 0, pairs = 0;
  for (std::size_t a = 0; a < here.size(); ++a) {
    for (std::size_t b = a + 1; b < here.size(); ++b) {
      const double sign = (here[a].first - here[b].first) * (published[a].first - published[b].first);
      same += sign > 0 ? 1 : 0;
      opposite += sign < 0 ? 1 : 0;
      ++pairs;
    }
  }
  if (pairs == 0) return "";
  return fmt::format(
      "By RMSE, {} of {} pairs of models are in the published order (Kendall's tau {:.2f}). Published, best first: {}. "
      "Here: {}.",
      same, pairs, static_cast<double>(same - opposite) / pairs, order_text(published), order_text(here));
}

}  // namespace kilofold::report
