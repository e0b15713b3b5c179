// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "kilofold/core/hash.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {
namespace {

constexpr int numerics_version = 1;  // raise when any op's order of operations changes

/// The splitter, and the column it goes by.
std::string splitter_text(const Spec& spec) {
  const Splitting& splitting = spec.cv.splitting;
  std::string text = name(splitting.splitter);
  if (!splitting.shuffle) text += " unshuffled";
  if (splitting.splitter == Splitter::group_kfold) text += " [" + spec.data.groups->column + "]";
  if (splitting.splitter == Splitter::file) text += " [" + spec.data.folds->column + "]";
  return text;
}

/// What every trial of a study depends on besides its own parameters.
std::string common_identity(const Spec& spec, const Dataset& data) {
  std::string text = fmt::format("trial 1\ndata {}\ntarget {}\nfeatures", data.sha256, spec.data.target.column);
  for (const ColumnName& feature : spec.data.features)
    fmt::format_to(std::back_inserter(text), " [{}]", feature.column);
  text += "\nsplitter " + splitter_text(spec);
  if (!spec.jitter) text += "\njitter none";
  return text;
}

std::string value_text(const ParameterSchema& parameter, double value) {
  if (parameter.kind == ParameterSchema::Kind::category) return parameter.categories[static_cast<std::size_t>(value)];
  if (value < 0 && !parameter.words.empty()) return parameter.words[static_cast<std::size_t>(-1 - value)];
  return std::isinf(value) ? "none" : fmt::format("{}", value);
}

/// A point as ids know it: one number a feature is one number where all are the same.
std::string point_text(const ParameterSchema& parameter, std::span<const double> point) {
  const bool same = std::ranges::all_of(point, [&](double value) { return value == point.front(); });
  std::string text = value_text(parameter, point.front());
  for (std::size_t f = 1; f < point.size() && !same; ++f) text += " " + value_text(parameter, point[f]);
  return text;
}

TrialColumn make_column(std::string name, const ParameterSchema& parameter, const std::vector<double>& values) {
  TrialColumn column;
  column.name = std::move(name);
  column.long_name = parameter.help;
  column.integral = parameter.kind == ParameterSchema::Kind::integer;
  const bool words = !parameter.words.empty() && std::ranges::any_of(values, [](double value) { return value < 0; });
  if (words || parameter.kind == ParameterSchema::Kind::category) {
    for (double value : values) column.text.push_back(value_text(parameter, value));
  } else {
    for (double value : values) column.number.push_back(std::isinf(value) ? std::nan("") : value);
  }
  return column;
}

const Grid::Column* column_of(const Grid& grid, std::span<const Axis> axes, std::string_view name,
                              std::size_t* factor) {
  for (std::size_t f = 0; f < grid.factors().size(); ++f)
    for (const Grid::Column& column : grid.factors()[f].columns)
      if (axes[static_cast<std::size_t>(column.axis.value)].name == name) {
        *factor = f;
        return &column;
      }
  return nullptr;
}

/// One parameter over all trials of an entry, whose groups share its axis.
struct ParameterTrials {
  const Axis* axis = nullptr;
  std::vector<std::int32_t> codes;
  std::vector<std::string> text;  ///< what ids say of each point that occurs, by code

  /// Component f of the points, trial by trial.
  std::vector<double> values(std::int32_t f) const {
    std::vector<double> values;
    for (const std::int32_t code : codes) values.push_back(axis->point(code)[static_cast<std::size_t>(f)]);
    return values;
  }
  const std::string& text_of(std::size_t trial) const { return text[static_cast<std::size_t>(codes[trial])]; }
};

/// Append the codes of one parameter for every trial of a group, in grid order.
void append_codes(const Group& group, std::span<const Axis> axes, std::string_view name, ParameterTrials& trials) {
  std::size_t factor = 0;
  const Grid::Column* column = column_of(group.grid, axes, name, &factor);
  KILOFOLD_EXPECT(column != nullptr);
  const Axis* axis = &axes[static_cast<std::size_t>(column->axis.value)];
  KILOFOLD_EXPECT(trials.axis == nullptr || trials.axis == axis);
  trials.axis = axis;
  const std::span<const Grid::Factor> factors = group.grid.factors();
  std::int64_t inner = 1;  // trials between two rows of the factor
  for (std::size_t f = factor + 1; f + 2 < factors.size(); ++f) inner *= factors[f].rows();
  for (std::int64_t t = 0; t < group.n_trials; ++t)
    trials.codes.push_back(column->code[static_cast<std::size_t>(t / inner % factors[factor].rows())]);
}

ParameterTrials parameter_trials(std::span<const Group* const> groups, std::span<const Axis> axes,
                                 const ParameterSchema& parameter) {
  ParameterTrials trials;
  for (const Group* group : groups) append_codes(*group, axes, parameter.name, trials);
  trials.text.resize(static_cast<std::size_t>(trials.axis->size()));
  for (const std::int32_t code : trials.codes) {  // another model's parameter of this name may have other categories
    std::string& text = trials.text[static_cast<std::size_t>(code)];
    if (text.empty()) text = point_text(parameter, trials.axis->point(code));
  }
  return trials;
}

/// What ids say of the published trial's parameters.
std::vector<std::string> published_text(const PublishedTrial& published, const ModelSchema& schema) {
  std::vector<std::string> text;
  for (const ParameterSchema& parameter : schema.parameters)
    text.push_back(point_text(parameter, published.block.axis(parameter.name).values));
  return text;
}

/// Everything that tells the trials of one entry apart.
struct EntryTrials {
  std::vector<ParameterTrials> parameters;  ///< in the schema's order
  std::vector<std::int32_t> n_folds;
  std::vector<FitOn> fit_on;
  std::optional<ParameterTrials> model_seed;  ///< of models that draw random numbers
};

EntryTrials entry_trials(const Plan& plan, const ModelSchema& schema, ModelId model) {
  std::vector<const Group*> groups;
  EntryTrials trials;
  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (group.model != model) continue;
    groups.push_back(&group);
    trials.n_folds.insert(trials.n_folds.end(), static_cast<std::size_t>(group.n_trials), group.n_folds);
    trials.fit_on.insert(trials.fit_on.end(), static_cast<std::size_t>(group.n_trials), group.fit_on);
  }
  for (const ParameterSchema& parameter : schema.parameters)
    trials.parameters.push_back(parameter_trials(groups, plan.axes, parameter));
  if (schema.random) {
    ParameterSchema seed;
    seed.name = "model_seed";
    trials.model_seed = parameter_trials(groups, plan.axes, seed);
  }
  return trials;
}

std::vector<TrialColumn> columns_of(const EntryTrials& trials, const ModelSchema& schema, const Spec& spec) {
  std::vector<TrialColumn> columns;
  for (std::size_t p = 0; p < schema.parameters.size(); ++p) {
    const ParameterTrials& parameter = trials.parameters[p];
    for (std::int32_t f = 0; f < parameter.axis->width; ++f) {
      std::string name = schema.parameters[p].name;
      if (parameter.axis->width > 1) name += "." + spec.data.features[static_cast<std::size_t>(f)].column;
      columns.push_back(make_column(std::move(name), schema.parameters[p], parameter.values(f)));
    }
  }
  if (spec.fit_on.size() > 1) {
    TrialColumn& column = columns.emplace_back();
    column.name = "scaling.fit_on";
    column.long_name = "rows that feature scaling is fitted on";
    for (const FitOn rows : trials.fit_on) column.text.emplace_back(name(rows));
  }
  if (trials.model_seed && spec.model_seeds.size() > 1)
    columns.push_back({"model_seed", "seed of the model's random numbers", true, trials.model_seed->values(0), {}});
  return columns;
}

/// All that one trial's numbers depend on, beside what the study's have in common.
std::string identity(const EntryTrials& trials, std::size_t t, const Spec& spec, const std::string& model,
                     const ModelSchema& schema) {
  std::string text = fmt::format("\nscaling {} {} {}\nmodel {}\nfolds {}\n", name(spec.feature_scaling),
                                 name(spec.target_scaling), name(trials.fit_on[t]), model, trials.n_folds[t]);
  for (std::size_t p = 0; p < schema.parameters.size(); ++p)
    fmt::format_to(std::back_inserter(text), "{} {}\n", schema.parameters[p].name, trials.parameters[p].text_of(t));
  // Seed 0 is not named, so that trials from before this key keep their ids.
  if (trials.model_seed && trials.model_seed->text_of(t) != "0")
    fmt::format_to(std::back_inserter(text), "model_seed {}\n", trials.model_seed->text_of(t));
  return text;
}

/// The trials of a tuned entry: one a fold count, scaling and model seed, each chosen from the whole grid.
TrialTable tuned_table(const Plan& plan, const Spec& spec, const Dataset& data, const ModelSchema& schema,
                       ModelId model, TrialTable table) {
  const ModelSpec& entry = spec.models[static_cast<std::size_t>(model.value)];
  const std::string common = common_identity(spec, data), grid = canonical_json(entry);
  TrialColumn by{"tuned_by", "what chooses among the entry's grid in every training set", false, {}, {}};
  TrialColumn fit_on{"scaling.fit_on", "rows that feature scaling is fitted on", false, {}, {}};
  TrialColumn model_seed{"model_seed", "seed of the model's random numbers", true, {}, {}};
  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (group.model != model || group.tuning->first > 0) continue;
    const auto seed = schema.random ? spec.model_seeds[table.id.size() % spec.model_seeds.size()] : 0;
    table.id.push_back(hash_hex(fmt::format("{}\nscaling {} {} {}\nfolds {}\nmodel_seed {}\ntuned {}", common,
                                            name(spec.feature_scaling), name(spec.target_scaling), name(group.fit_on),
                                            group.n_folds, seed, grid)));
    table.n_folds.push_back(group.n_folds);
    by.text.push_back(entry.tune->by);
    fit_on.text.emplace_back(name(group.fit_on));
    model_seed.number.push_back(seed);
  }
  table.columns.push_back(std::move(by));
  if (spec.fit_on.size() > 1) table.columns.push_back(std::move(fit_on));
  if (schema.random && spec.model_seeds.size() > 1) table.columns.push_back(std::move(model_seed));
  return table;
}

}  // namespace

std::string numerics_id(const Plan& plan, ModelId model, std::string_view library) {
  std::string text = fmt::format("numerics {} {}", numerics_version,
                                 library.empty() ? name(Flavour::canonical) : name(Flavour::vendor));
  for (const PlanGroup& group : plan.groups) {
    if (group.group.model != model) continue;
    for (const std::string& fired : group.fired)
      for (const Rule& rule : all_rules())
        if (fired == rule.name && rule.sameness != Sameness::bitwise) text += " " + fired;
  }
  if (!library.empty()) fmt::format_to(std::back_inserter(text), "\nlibrary {}", library);
  return hash_hex(text);
}

TrialTable trial_table(const Plan& plan, const Spec& spec, const Dataset& data, const ModelSchema& schema,
                       ModelId model, std::string_view library) {
  const ModelSpec& entry = spec.models[static_cast<std::size_t>(model.value)];
  TrialTable table;
  table.model_name = entry.name;
  table.model = entry.model;
  table.numerics = numerics_id(plan, model, library);
  if (entry.is_tuned()) return tuned_table(plan, spec, data, schema, model, std::move(table));
  const EntryTrials trials = entry_trials(plan, schema, model);
  table.n_folds = trials.n_folds;
  table.columns = columns_of(trials, schema, spec);

  const auto published = entry.as_published ? published_text(*entry.as_published, schema) : std::vector<std::string>();
  TrialColumn mark{"as_published", "1: the setting of the published study", true, {}, {}};
  const std::string common = common_identity(spec, data);
  table.id.reserve(table.n_folds.size());
  for (std::size_t t = 0; t < table.n_folds.size(); ++t) {
    table.id.push_back(hash_hex(common + identity(trials, t, spec, entry.model, schema)));
    bool same = true;
    for (std::size_t p = 0; p < published.size(); ++p) same = same && trials.parameters[p].text_of(t) == published[p];
    mark.number.push_back(same ? 1 : 0);
  }
  if (entry.as_published) table.columns.push_back(std::move(mark));
  return table;
}

}  // namespace kilofold
