// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>

#include "cli/exit_codes.hpp"
#include "cli/find_trial.hpp"
#include "cli/json.hpp"
#include "cli/paths.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/feature_mean.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/core/text_table.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

std::string value_text(const TrialColumn& column, std::size_t trial) {
  if (!column.text.empty()) return column.text[trial];
  return std::isnan(column.number[trial]) ? "none" : fmt::format("{}", column.number[trial]);
}

/// "ok", "missing", or how many folds ended how: "4 ok, 1 not_finite".
std::string status_text(std::span<const std::int32_t> folds) {
  std::map<std::int32_t, int> counts;
  for (const std::int32_t status : folds) ++counts[status];
  if (counts.size() > 1) counts.erase(-1);  // beyond the trial's own folds
  const auto named = [](std::int32_t status) { return status < 0 ? "missing" : name(static_cast<FitStatus>(status)); };
  if (counts.size() == 1) return named(counts.begin()->first);
  std::string text;
  for (const auto& [status, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, named(status));
  return text;
}

constexpr auto left = TextTable::Align::left, right = TextTable::Align::right;

constexpr std::array<const char*, 4> metric_names = {"mae", "rmse", "r2", "r2_eq13"};
constexpr std::size_t n_metrics = metric_names.size();

using MetricRow = std::array<double, n_metrics>;

/// A row of the table of metrics; what is not known is a dash.
void add_row(TextTable& table, const std::string& name, const double* metric, const std::string& status) {
  std::vector<std::string> cells = {name};
  for (std::size_t i = 0; i < n_metrics; ++i) {
    const std::string number = i < 2 ? fmt::format("{:.6g}", metric[i]) : fmt::format("{:.6f}", metric[i]);
    cells.push_back(std::isnan(metric[i]) ? "-" : number);
  }
  cells.push_back(status);
  table.add(std::move(cells));
}

/// Over the seeds.
MetricRow mean_of(const CellBlock& cells) {
  const std::size_t n_seeds = cells.metric.size() / n_metrics;
  MetricRow mean{};
  for (std::size_t at = 0; at < cells.metric.size(); ++at)
    mean[at % n_metrics] += cells.metric[at] / static_cast<double>(n_seeds);
  return mean;
}

/// Published results of the entry, and how far the trial of the published setting is from them, or the one shown where
/// there is none; nothing where the spec gives no results.
void add_published(TextTable& rows, const StudyReader& study, const FoundTrial& shown, MetricRow mean, bool is_best) {
  const TrialTable& table = study.models()[static_cast<std::size_t>(shown.model.value)];
  MetricRow published{}, difference{};
  for (std::size_t i = 0; i < n_metrics; ++i) published[i] = reference_value(study, table.model_name, metric_names[i]);
  if (std::ranges::all_of(published, [](double value) { return std::isnan(value); })) return;
  const std::optional<std::int64_t> setting = published_trial(table);
  if (setting && *setting != shown.trial) {
    mean = mean_of(study.trial(shown.model, *setting));
    add_row(rows, "as_published", mean.data(), "trial " + table.id[static_cast<std::size_t>(*setting)]);
  }
  for (std::size_t i = 0; i < n_metrics; ++i) difference[i] = mean[i] - published[i];
  add_row(rows, "published", published.data(), study.attribute("reference_source"));
  add_row(rows, "difference", difference.data(),
          setting   ? "as_published - published"
          : is_best ? "best of the grid - published: optimistic"
                    : "");
}

void put_metrics(const StudyReader& study, const FoundTrial& shown, bool is_best) {
  const CellBlock cells = study.trial(shown.model, shown.trial);
  const std::size_t n_seeds = study.seeds().size();
  const std::size_t n_folds = cells.status.size() / n_seeds;
  TextTable table({{"seed", right, 10},
                   {"mae", right, 12},
                   {"rmse", right, 12},
                   {"r2", right, 10},
                   {"r2_eq13", right, 10},
                   {"folds", left}});
  for (std::size_t s = 0; s < n_seeds; ++s) {
    const double* metric = cells.metric.data() + n_metrics * s;
    add_row(table, std::to_string(study.seeds()[s]), metric,
            status_text(std::span(cells.status).subspan(n_folds * s, n_folds)));
  }
  const MetricRow mean = mean_of(cells);
  if (n_seeds > 1) add_row(table, "mean", mean.data(), "");
  add_published(table, study, shown, mean, is_best);
  put_text(table.text());
  if (const std::string unit = printed_unit(study.target().units); !unit.empty()) put("mae and rmse in {}\n", unit);
  put_text(render_folds(study));
}

/// Every method's score and rank of every feature; the mean over folds where they are scored alone.
void put_importance(const StudyReader& study) {
  const std::vector<ColumnName>& features = study.data().source.features;
  const std::size_t d = features.size();
  for (const FeatureScoreTable& table : study.importance()) {
    put("{}{}\n", table.long_name, printed_unit(table.units).empty() ? "" : " (" + table.units + ")");
    const std::size_t n = table.score.size() / d;
    TextTable lines({{"", left, 22}, {"", right, 14}, {"", left}});
    for (std::size_t f = 0; f < d; ++f) {
      const FeatureMean mean = feature_mean(table, d, f);
      const bool none = std::isnan(mean.score);
      lines.add({features[f].column, none ? "no score" : fmt::format("{:.6g}", mean.score),
                 none ? "" : fmt::format("{} {:.4g}", n == 1 ? "rank" : "mean rank", mean.rank)});
    }
    put_text(lines.text("  "));
  }
}

/// "20", or "16 finished trials (20 in all)" where some have no score.
std::string finished_text(const StudyReader& study, ModelId model) {
  const std::int64_t finished = n_finished_trials(study, model);
  const std::int64_t all = std::ssize(study.models()[static_cast<std::size_t>(model.value)].id);
  return finished == all ? grouped(all)
                         : fmt::format("{} finished trials ({} in all)", grouped(finished), grouped(all));
}

void declare(Signature& takes) {
  takes.results();
  takes.word("TRIAL", "a model for its best trial, the beginning of a trial id, or importance", takes.options().trial);
  takes.flag("--as-published", "the trial of the model's published setting, not its best",
             takes.options().as_published);
  takes.json("the same as JSON, with full precision");
}

int show(const Options& options) {
  check_results_path(options.results);
  const StudyReader study(options.results);
  const auto is_wanted = [&](const TrialTable& table) { return table.model_name == options.trial; };
  if (options.trial == "importance" && std::ranges::none_of(study.models(), is_wanted)) {
    if (study.importance().empty())
      throw InputError("no feature scores in " + study.path(), "importance: in a spec asks for them");
    if (options.json)
      put_text(importance_json(study));
    else
      put_importance(study);
    return done;
  }
  const FoundTrial found = find_trial(study, options.trial, options.as_published ? Of::as_published : Of::best);
  if (options.json) {
    put_text(trial_json(study, found.model, found.trial));
    return done;
  }
  const auto t = static_cast<std::size_t>(found.trial);
  const TrialTable& table = study.models()[static_cast<std::size_t>(found.model.value)];
  const bool is_best = !options.as_published && options.trial == table.model_name && table.id.size() > 1;
  put("{} {} ({}){}\n", table.model_name, table.id[t], table.model,
      is_best ? fmt::format(", best of {} by mean rmse", finished_text(study, found.model))
      : published_trial(table) == found.trial ? ", as published"
                                              : "");
  TextTable parameters({{"", left, 18}, {"", left}});
  for (const TrialColumn& column : table.columns) parameters.add({column.name, value_text(column, t)});
  put_text(parameters.text("  "));
  put_metrics(study, found, is_best);
  say("next: kilofold export {} --trial {}{} --predictions\n", shell_word(options.results), options.trial,
      options.as_published ? " --as-published" : "");
  return done;
}

}  // namespace

const Verb show_verb = {"show", "one trial: its parameters, and its metrics seed by seed", declare, show};

}  // namespace kilofold::cli
