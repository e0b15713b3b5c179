// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "study_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "calibration.hpp"
#include "fold_gap.hpp"
#include "fold_text.hpp"
#include "profiles.hpp"

namespace kilofold::report {
namespace {

// Shown first and under these names; other root attributes follow under their own.
constexpr std::pair<const char*, const char*> known_provenance[] = {
    {"version", "kilofold version"},
    {"commit", "commit"},
    {"compiler", "compiler"},
    {"device", "device"},
    {"device_name", "device name"},
    {"device_reason", "why this device"},
    {"isa", "instruction set"},
    {"numerics_flavour", "flavour of the numerics"},
    {"numerics_library", "vendor's library"},
    {"plan", "plan hash"},
    {"numerics", "numerics"},
    {"rules", "sharing rules"},
    {"host", "host"},
    {"created", "created"},
};
// Shown elsewhere on the page, or of the file rather than of the study.
constexpr std::string_view not_provenance[] = {"title",  "description",    "data_file", "metrics", "plots",
                                               "format", "format_version", "kind",      "payload", "reference_source"};
constexpr std::string_view reference_prefix = "reference ";  // shown beside our results

bool varies(const TrialColumn& column) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  const auto differs_from_first = [&](double value) { return !same(value, column.number.front()); };
  if (!column.text.empty()) {
    return std::any_of(column.text.begin(), column.text.end(), [&](const auto& t) { return t != column.text.front(); });
  }
  return std::any_of(column.number.begin(), column.number.end(), differs_from_first);
}

}  // namespace

std::vector<ParameterValue> varied_parameters(const TrialTable& table, std::size_t trial) {
  std::vector<ParameterValue> varied;
  for (const TrialColumn& column : table.columns)
    if (varies(column) && column.name != published_mark)
      varied.push_back({column.name, column.long_name, shown(column, trial)});
  return varied;
}

namespace {

BestTrial read_trial(const StudyReader& study, ModelId model, std::int64_t trial) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  const auto row = static_cast<std::size_t>(trial);
  BestTrial best;
  best.index = trial;
  best.id = table.id[row];
  best.n_folds = table.n_folds[row];
  best.varied = varied_parameters(table, row);
  for (const TrialColumn& column : table.columns)
    if (!varies(column) && column.name != published_mark)
      best.fixed.push_back({column.name, column.long_name, shown(column, row)});
  CellBlock cells = study.trial(model, trial);
  best.calibration = calibration(study.y(), cells);
  best.metric = std::move(cells.metric);
  cells.prediction.resize(study.y().size());
  best.prediction = std::move(cells.prediction);
  return best;
}

std::vector<double> mean_rmse(std::span<const double> metrics, std::size_t n_seeds) {
  std::vector<double> mean(metrics.size() / (n_seeds * n_metrics), 0.0);
  for (std::size_t t = 0; t < mean.size(); ++t)
    for (std::size_t s = 0; s < n_seeds; ++s)
      mean[t] += metrics[(t * n_seeds + s) * n_metrics + rmse] / static_cast<double>(n_seeds);
  return mean;
}

ModelSummary summarize_model(const StudyReader& study, ModelId model) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(model.value)];
  ModelSummary summary;
  summary.name = table.model_name;
  summary.model = table.model;
  summary.n_trials = std::ssize(table.id);
  summary.status_counts = study.status_counts(model);
  const std::vector<double> metrics = study.metrics(model);
  const Ranking ranking = rank_by_rmse(metrics, study.seeds().size());
  summary.n_finished = ranking.n_finished;
  if (ranking.best) summary.best = read_trial(study, model, *ranking.best);
  const std::vector<double> rmse_of = mean_rmse(metrics, study.seeds().size());
  const GridTrials trials = grid_trials(table.columns, table.id.size(), study.published_in_grid(model));
  if (!trials.published.empty() && std::isfinite(rmse_of[trials.published.front()]))
    summary.as_published = read_trial(study, model, static_cast<std::int64_t>(trials.published.front()));
  for (std::size_t m = 0; m < n_metrics; ++m)
    summary.reference[m] = reference_value(study, summary.name, all_metrics[m].name);
  summary.profiles = profiles(table.columns, rmse_of, trials);
  summary.surface = surface(table.columns, rmse_of, trials);
  return summary;
}

std::vector<std::size_t> metric_columns(const std::string& names) {
  std::vector<std::size_t> columns;
  std::istringstream words(names.empty() ? "mae rmse r2" : names);
  for (std::string word; words >> word;) {
    for (std::size_t m = 0; m < n_metrics; ++m) {
      if (word == all_metrics[m].name) columns.push_back(m);
    }
  }
  // The trials are ranked by it, so it is always shown.
  if (std::find(columns.begin(), columns.end(), rmse) == columns.end()) columns.push_back(rmse);
  return columns;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<std::pair<std::string, std::string>> provenance_lines(const StudyReader& study) {
  std::vector<std::pair<std::string, std::string>> lines;
  std::set<std::string_view> seen(std::begin(not_provenance), std::end(not_provenance));
  for (const auto& [name, label] : known_provenance) {
    seen.insert(name);
    if (const std::string& value = study.attribute(name); !value.empty()) lines.emplace_back(label, value);
  }
  for (const auto& [name, value] : study.attributes()) {
    if (!seen.contains(name) && !value.empty() && !name.starts_with(reference_prefix)) lines.emplace_back(name, value);
  }
  return lines;
}

/// The data hash, which the canonical text always names; keys are unique there and no value holds a bare quote.
std::string data_hash(std::string_view canonical) {
  constexpr std::string_view key = "\"sha256\":\"";
  const std::size_t at = canonical.find(key);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = canonical.substr(at + key.size());
  return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace

StudySummary summarize(const StudyReader& study) {
  StudySummary summary;
  summary.name = study.attribute("title");
  summary.description = study.attribute("description");
  summary.metrics = metric_columns(study.attribute("metrics"));
  summary.data_file = study.attribute("data_file");
  summary.plots = words(study.attribute("plots"));
  summary.reference_source = study.attribute("reference_source");
  summary.data_sha256 = data_hash(study.canonical());
  summary.target = study.target();
  summary.target.units = printed_unit(summary.target.units);
  summary.shared_groups = shared_groups(study);
  summary.y = study.y();
  summary.seeds = study.seeds();
  summary.features = study.data().source.features;
  summary.importance = study.importance();
  summary.n_committed = study.n_committed();
  summary.n_cells = study.n_cells();
  summary.provenance = provenance_lines(study);
  std::set<std::int32_t> folds;
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    summary.models.push_back(summarize_model(study, ModelId(static_cast<std::int32_t>(m))));
    summary.n_trials += summary.models.back().n_trials;
    for (const std::int32_t k : study.models()[m].n_folds) {
      folds.insert(k);
      summary.n_fits += k * std::ssize(summary.seeds);
    }
  }
  summary.folds.assign(folds.begin(), folds.end());
  summary.fold_text = fold_text(study.preparation(), summary.folds, summary.seeds);
  return summary;
}

}  // namespace kilofold::report
