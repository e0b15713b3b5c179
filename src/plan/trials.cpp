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

/// What every trial of a study depends on besides its own parameters.
std::string common_identity(const Spec& spec, const Dataset& data) {
  std::string text = fmt::format("trial 1\ndata {}\ntarget {}\nfeatures", data.sha256, spec.data.target.column);
  for (const ColumnName& feature : spec.data.features)
    fmt::format_to(std::back_inserter(text), " [{}]", feature.column);
  fmt::format_to(std::back_inserter(text), "\nsplitter kfold\nscaling {} {} fold\n", name(spec.feature_scaling),
                 name(spec.target_scaling));
  return text;
}

std::string value_text(const ParameterSchema& parameter, double value) {
  if (parameter.kind == ParameterSchema::Kind::category) return parameter.categories[static_cast<std::size_t>(value)];
  return std::isinf(value) ? "none" : fmt::format("{}", value);
}

TrialColumn column_for(const ParameterSchema& parameter) {
  TrialColumn column;
  column.name = parameter.name;
  column.long_name = parameter.help;
  column.integral = parameter.kind == ParameterSchema::Kind::integer;
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

/// Values of one parameter for every trial of a group, in grid order.
std::vector<double> parameter_values(const Group& group, std::span<const Axis> axes, std::string_view name) {
  std::size_t factor = 0;
  const Grid::Column* column = column_of(group.grid, axes, name, &factor);
  KILOFOLD_EXPECT(column != nullptr);
  const std::span<const Grid::Factor> factors = group.grid.factors();
  std::int64_t inner = 1;  // trials between two rows of the factor
  for (std::size_t f = factor + 1; f + 2 < factors.size(); ++f) inner *= factors[f].rows();
  std::vector<double> values(static_cast<std::size_t>(group.n_trials));
  for (std::int64_t t = 0; t < group.n_trials; ++t) {
    const auto row = static_cast<std::size_t>(t / inner % factors[factor].rows());
    values[static_cast<std::size_t>(t)] =
        axes[static_cast<std::size_t>(column->axis.value)].values[static_cast<std::size_t>(column->code[row])];
  }
  return values;
}

}  // namespace

std::string numerics_id(const Plan& plan, ModelId model) {
  std::string text = fmt::format("numerics {} canonical", numerics_version);
  for (const PlanGroup& group : plan.groups) {
    if (group.group.model != model) continue;
    for (const std::string& fired : group.fired)
      for (const Rule& rule : all_rules())
        if (fired == rule.name && rule.sameness != Sameness::bitwise) text += " " + fired;
  }
  return hash_hex(text);
}

TrialTable trial_table(const Plan& plan, const Spec& spec, const Dataset& data, const ModelSchema& schema,
                       ModelId model) {
  const ModelSpec& entry = spec.models[static_cast<std::size_t>(model.value)];
  TrialTable table;
  table.model_name = entry.name;
  table.model = entry.model;
  table.numerics = numerics_id(plan, model);
  for (const ParameterSchema& parameter : schema.parameters) table.columns.push_back(column_for(parameter));

  for (const PlanGroup& planned : plan.groups) {
    const Group& group = planned.group;
    if (group.model != model) continue;
    table.n_folds.insert(table.n_folds.end(), static_cast<std::size_t>(group.n_trials), group.n_folds);
    for (std::size_t p = 0; p < schema.parameters.size(); ++p) {
      const ParameterSchema& parameter = schema.parameters[p];
      for (double value : parameter_values(group, plan.axes, parameter.name))
        if (parameter.kind == ParameterSchema::Kind::category)
          table.columns[p].text.push_back(value_text(parameter, value));
        else
          table.columns[p].number.push_back(std::isinf(value) ? std::nan("") : value);
    }
  }

  const std::string common = common_identity(spec, data) + "model " + entry.model + "\n";
  table.id.reserve(table.n_folds.size());
  for (std::size_t t = 0; t < table.n_folds.size(); ++t) {
    std::string text = fmt::format("{}folds {}\n", common, table.n_folds[t]);
    for (std::size_t p = 0; p < schema.parameters.size(); ++p) {
      const TrialColumn& column = table.columns[p];
      const std::string value = !column.text.empty()           ? column.text[t]
                                : std::isnan(column.number[t]) ? "none"
                                                               : fmt::format("{}", column.number[t]);
      fmt::format_to(std::back_inserter(text), "{} {}\n", schema.parameters[p].name, value);
    }
    table.id.push_back(hash_hex(text));
  }
  return table;
}

}  // namespace kilofold
