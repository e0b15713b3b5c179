// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/tuning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kilofold {
namespace {

constexpr const char* likelihood = "log_marginal_likelihood";

/// A parameter that an entry's blocks leave a choice of, and the numbers a point of it has.
struct Chosen {
  const ParameterSchema* parameter;
  std::int32_t width;
};

std::vector<Chosen> chosen_parameters(const ModelSpec& entry) {
  std::vector<Chosen> chosen;
  for (const ParameterSchema& parameter : model_named(entry.model).schema.parameters) {
    const ParameterAxis& first = entry.blocks.front().axis(parameter.name);
    bool varies = false;
    std::int32_t width = 1;
    for (const ParameterBlock& block : entry.blocks) {
      const ParameterAxis& axis = block.axis(parameter.name);
      varies = varies || axis.size() > 1 || axis.values != first.values;
      width = std::max(width, axis.width);
    }
    if (varies) chosen.push_back({&parameter, width});
  }
  return chosen;
}

/// What the numbers of a category or of words stand for.
std::string meaning(const ParameterSchema& parameter) {
  std::string text = "chosen " + parameter.name;
  for (std::size_t i = 0; i < parameter.categories.size(); ++i)
    text += fmt::format("{}{} = {}", i == 0 ? ": " : ", ", i, parameter.categories[i]);
  for (std::size_t i = 0; i < parameter.words.size(); ++i)
    text += fmt::format("{}-{} = {}", i == 0 ? "; " : ", ", i + 1, parameter.words[i]);
  return parameter.none_allowed ? text + "; infinite = none" : text;
}

/// Some trial of the entry leaves its parameters to the model's own search.
bool finds_parameters(const ModelSpec& entry) {
  const std::string& search = model_named(entry.model).schema.tuner.search;
  if (search.empty()) return false;
  const auto searches = [&](const ParameterBlock& block) {
    return std::ranges::any_of(block.axis(search).values, [](double value) { return value != 0; });
  };
  return std::ranges::any_of(entry.blocks, searches) || (entry.as_published && searches(entry.as_published->block));
}

void add_found(const Spec& spec, const ModelSpec& entry, std::vector<DiagnosticColumn>& columns) {
  const Model& model = model_named(entry.model);
  for (const DiagnosticColumn& found : model.results.found) {
    const auto parameter = std::ranges::find(model.schema.parameters, found.name, &ParameterSchema::name);
    if (!parameter->per_feature) {
      columns.push_back(found);
      continue;
    }
    for (std::size_t f = 0; f < spec.data.features.size(); ++f)
      columns.push_back({found.name + "." + spec.data.features[f].column, found.long_name, false,
                         fmt::format("{}.{}", found.name, f)});
  }
}

}  // namespace

std::vector<DiagnosticColumn> diagnostics_of(const Spec& spec, const ModelSpec& entry) {
  std::vector<DiagnosticColumn> columns = model_named(entry.model).results.diagnostics;
  if (finds_parameters(entry)) add_found(spec, entry, columns);
  if (!entry.is_tuned()) return columns;
  columns.push_back({"tuning_score", entry.tune->by + " of the candidate chosen, inside the training set", false});
  for (const Chosen& chosen : chosen_parameters(entry))
    for (std::int32_t f = 0; f < chosen.width; ++f) {
      std::string name = "tuned_" + chosen.parameter->name;
      if (chosen.width > 1) name += "." + spec.data.features[static_cast<std::size_t>(f)].column;
      columns.push_back({std::move(name), meaning(*chosen.parameter), false});
    }
  return columns;
}

Tuning tuning_of(const ModelSpec& entry, std::int64_t trial, std::span<const Group> groups) {
  Tuning tuning{entry.tune->by, entry.tune->by == likelihood ? 0 : entry.tune->inner_folds, trial, 0, {}};
  for (const Group& before : groups)
    if (before.tuning && before.tuning->trial == trial) tuning.first = before.tuning->first + before.n_trials;
  return tuning;
}

void add_choices(Group& group, const ModelSpec& entry, std::span<const Axis> axes) {
  for (const Chosen& chosen : chosen_parameters(entry))
    for (const AxisId axis : group.grid.axes().list())
      if (axes[static_cast<std::size_t>(axis.value)].name == chosen.parameter->name)
        for (std::int32_t f = 0; f < chosen.width; ++f) group.tuning->choices.push_back({axis, f});
}

}  // namespace kilofold
