// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/exit_codes.hpp"
#include "cli/find_trial.hpp"
#include "cli/paths.hpp"
#include "cli/text_file.hpp"
#include "cli/verbs.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/report.hpp"

namespace kilofold::cli {
namespace {

constexpr std::size_t n_metrics = 4;
constexpr const char* first_columns = "model,trial,";  // of every table

void declare(Signature& takes) {
  Options& options = takes.options();
  takes.results();
  takes.text("-t,--trial", "TRIAL", "only this one: a model for its best trial, or the beginning of a trial id",
             options.trial);
  takes.flag("--as-published", "of each model, or of the one named, the trial of its published setting",
             options.as_published);
  takes.flag("--predictions", "one row a trial, seed and sample, instead of one row a trial and seed",
             options.predictions);
  takes.text("-o,--output", "FILE.csv", "file to write (default: stdout)", options.output);
}

/// The shortest decimal that reads back as the same bits; empty where there is no number.
void append(std::string& row, double number) {
  row += ',';
  if (!std::isnan(number)) fmt::format_to(std::back_inserter(row), "{}", number);
}

/// The trials that are wanted: of one model, all of them or a single one.
struct Chosen {
  const StudyReader& study;
  ModelId model;
  std::int64_t begin;
  std::int64_t end;

  const TrialTable& table() const { return study.models()[static_cast<std::size_t>(model.value)]; }
  /// "DT,0123456789abcdef"
  std::string name(std::int64_t trial) const {
    return fmt::format("{},{}", csv_field(table().model_name), table().id[static_cast<std::size_t>(trial)]);
  }
};

std::vector<Chosen> choose(const StudyReader& study, const std::string& wanted, bool as_published) {
  if (!wanted.empty()) {
    const FoundTrial found = find_trial(study, wanted, as_published ? Of::as_published : Of::best);
    return {{study, found.model, found.trial, found.trial + 1}};
  }
  std::vector<Chosen> all;
  for (std::size_t m = 0; m < study.models().size(); ++m) {
    const TrialTable& table = study.models()[m];
    const ModelId model(static_cast<int>(m));
    if (!as_published)
      all.push_back({study, model, 0, std::ssize(table.id)});
    else if (const auto trial = published_trial(table))
      all.push_back({study, model, *trial, *trial + 1});
  }
  if (all.empty())
    throw InputError("no model of " + study.path() + " has a published setting",
                     "as_published: of an entry in the spec names it");
  return all;
}

/// The parameters of several models: each name once, in the order in which the models have them.
std::vector<std::string> parameter_names(const std::vector<Chosen>& models) {
  std::vector<std::string> names;
  for (const Chosen& chosen : models)
    for (const TrialColumn& column : chosen.table().columns)
      if (std::ranges::find(names, column.name) == names.end()) names.push_back(column.name);
  return names;
}

/// One trial's values of those parameters, each after a comma; empty where the model has no such parameter.
std::string parameter_fields(const TrialTable& table, const std::vector<std::string>& names, std::size_t trial) {
  std::string fields;
  for (const std::string& name : names) {
    const auto column = std::ranges::find(table.columns, name, &TrialColumn::name);
    if (column == table.columns.end())
      fields += ',';
    else if (column->text.empty() && std::isnan(column->number[trial]))
      fields += ",none";
    else if (column->text.empty())
      append(fields, column->number[trial]);
    else
      fields += "," + csv_field(column->text[trial]);
  }
  return fields;
}

std::int64_t put_metrics(const StudyReader& study, const std::vector<Chosen>& models, TextFile& file) {
  const std::vector<std::string> names = parameter_names(models);
  const std::size_t n_seeds = study.seeds().size();
  std::string header = first_columns;
  for (const std::string& name : names) header += csv_field(name) + ",";
  file.put(header + "seed,mae,rmse,r2,r2_eq13\n");
  std::int64_t n_rows = 0;
  for (const Chosen& chosen : models) {
    const std::vector<double> metrics = study.metrics(chosen.model);
    for (std::int64_t t = chosen.begin; t < chosen.end; ++t) {
      const auto trial = static_cast<std::size_t>(t);
      const std::string first = chosen.name(t) + parameter_fields(chosen.table(), names, trial);
      std::string rows;
      for (std::size_t s = 0; s < n_seeds; ++s, ++n_rows) {
        rows += fmt::format("{},{}", first, study.seeds()[s]);
        for (std::size_t m = 0; m < n_metrics; ++m) append(rows, metrics[(trial * n_seeds + s) * n_metrics + m]);
        rows += '\n';
      }
      file.put(rows);
    }
  }
  return n_rows;
}

/// Fold of every sample, seed by seed, for trials of `n_folds` folds.
std::vector<const Split*> splits_of(const StudyReader& study, std::int32_t n_folds) {
  std::vector<const Split*> splits;
  for (const Split& split : study.splits())
    if (split.n_folds == n_folds) splits.push_back(&split);
  return splits;
}

std::string prediction_rows(const StudyReader& study, const Chosen& chosen, std::int64_t trial, bool with_sd) {
  const std::vector<double>& y = study.y();
  const std::size_t n = y.size();
  const std::string first = chosen.name(trial);
  const CellBlock cells = study.trial(chosen.model, trial);
  const auto splits = splits_of(study, chosen.table().n_folds[static_cast<std::size_t>(trial)]);
  std::string rows;
  for (std::size_t s = 0; s < splits.size(); ++s)
    for (std::size_t i = 0; i < n; ++i) {
      fmt::format_to(std::back_inserter(rows), "{},{},{},{}", first, study.seeds()[s], splits[s]->fold[i], i);
      append(rows, y[i]);
      append(rows, cells.prediction[s * n + i]);
      if (with_sd) append(rows, cells.sd.empty() ? std::nan("") : cells.sd[s * n + i]);
      rows += '\n';
    }
  return rows;
}

std::int64_t put_predictions(const StudyReader& study, const std::vector<Chosen>& models, TextFile& file) {
  const bool with_sd = std::ranges::any_of(models, [](const Chosen& chosen) { return chosen.table().has_sd; });
  file.put(fmt::format("{}seed,fold,sample,y,prediction{}\n", first_columns, with_sd ? ",sd" : ""));
  std::int64_t n_rows = 0;
  for (const Chosen& chosen : models)
    for (std::int64_t trial = chosen.begin; trial < chosen.end; ++trial) {
      file.put(prediction_rows(study, chosen, trial, with_sd));
      n_rows += std::ssize(study.seeds()) * std::ssize(study.y());
    }
  return n_rows;
}

int export_table(const Options& options) {
  check_results_path(options.results);
  const StudyReader study(options.results);
  const std::vector<Chosen> models = choose(study, options.trial, options.as_published);
  TextFile file(options.output,
                {first_columns, "table that kilofold export wrote", {options.results, study.attribute("data_file")}},
                "name another file with -o FILE.csv");
  const std::int64_t n_rows =
      options.predictions ? put_predictions(study, models, file) : put_metrics(study, models, file);
  file.close();
  if (file.is_stdout()) return done;
  put_path(options.output);
  say("{} rows\n", grouped(n_rows));
  return done;
}

}  // namespace

const Verb export_verb = {"export", "write the results as a CSV table, for plotting scripts", declare, export_table};

}  // namespace kilofold::cli
