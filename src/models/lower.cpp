// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "kilofold/models.hpp"

namespace kilofold {
namespace {

/// The axis of that name, made if need be, holding at least these values; and each value's code on it.
Grid::Column column_on(std::vector<Axis>& axes, const std::string& name, const std::vector<double>& values) {
  auto axis = std::ranges::find(axes, name, &Axis::name);
  if (axis == axes.end()) {
    if (axes.size() == AxisSet::capacity)
      throw InputError("the study has more than 128 different parameters", "split it into several studies");
    axes.push_back({name, {}, 1});
    axis = axes.end() - 1;
  }
  std::unordered_map<double, std::int32_t> code_of;
  for (double value : axis->values) code_of.emplace(value, static_cast<std::int32_t>(code_of.size()));
  Grid::Column column{AxisId(static_cast<int>(axis - axes.begin())), {}};
  for (double value : values) {
    const auto [entry, added] = code_of.try_emplace(value, static_cast<std::int32_t>(axis->values.size()));
    if (added) axis->values.push_back(value);
    column.code.push_back(entry->second);
  }
  return column;
}

std::vector<double> numbers_below(std::int32_t n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

Group make_group(ModelId model, std::int32_t n_folds, const Spec& spec, std::vector<Axis>& axes) {
  const ModelSpec& entry = spec.models[static_cast<std::size_t>(model.value)];
  Group group;
  group.model = model;
  group.n_folds = n_folds;
  group.label = entry.name + ", " + std::to_string(n_folds) + " folds";
  group.n_trials = 1;
  for (const ParameterAxis& parameter : entry.parameters) {
    group.grid.add({{column_on(axes, parameter.name, parameter.values)}});
    group.n_trials *= static_cast<std::int64_t>(parameter.values.size());
  }
  const std::vector<double> seeds(spec.cv.seeds.begin(), spec.cv.seeds.end());
  Grid::Column seed = column_on(axes, "seed", seeds);
  Grid::Column fold = column_on(axes, "fold" + std::to_string(n_folds), numbers_below(n_folds));
  group.seed = seed.axis;
  group.fold = fold.axis;
  group.grid.add({{std::move(seed)}});
  group.grid.add({{std::move(fold)}});
  return group;
}

}  // namespace

GroupBuilder::GroupBuilder(Group& group, std::vector<Axis>& axes, const Spec& spec)
    : group_(group), axes_(axes), spec_(spec) {}

AxisSet GroupBuilder::rows() const { return {group_.seed, group_.fold}; }

AxisSet GroupBuilder::axis(std::string_view parameter) const { return {bind(parameter).axis}; }

Binding GroupBuilder::bind(std::string_view parameter) const {
  const auto found = std::ranges::find(axes_, parameter, &Axis::name);
  KILOFOLD_EXPECT(found != axes_.end());
  return {std::string(parameter), AxisId(static_cast<int>(found - axes_.begin())), 0};
}

NodeId GroupBuilder::standardize() {
  return add(Op::standardize,
             {fixed("features", spec_.feature_scaling), fixed("target", spec_.target_scaling),
              fixed("fit_on", FitOn::fold), fixed("replicates", Replicates::keep)},
             {}, rows());
}

NodeId GroupBuilder::add(Op op, std::vector<Binding> bindings, std::vector<NodeId> inputs, AxisSet reads,
                         AxisSet lanes) {
  KILOFOLD_EXPECT(!reads.intersects(lanes));
  for (NodeId input : inputs)
    KILOFOLD_EXPECT(reads.includes(group_.nodes[static_cast<std::size_t>(input.value)].reads));
  group_.nodes.push_back({op, std::move(bindings), std::move(inputs), reads, lanes});
  return NodeId(static_cast<int>(group_.nodes.size()) - 1);
}

Lowered lower(const Spec& spec, const Dataset& data) {
  Lowered lowered;
  lowered.n_samples = data.n_samples();
  lowered.n_features = data.n_features();
  for (std::size_t m = 0; m < spec.models.size(); ++m)
    for (std::int32_t n_folds : spec.cv.folds) {
      Group group = make_group(ModelId(static_cast<int>(m)), n_folds, spec, lowered.axes);
      GroupBuilder build(group, lowered.axes, spec);
      const Model& model = model_named(spec.models[m].model);
      model.lower(build);
      group.has_sd = model.results.has_sd;
      for (const DiagnosticColumn& column : model.results.diagnostics) group.diagnostics.push_back(column.name);
      lowered.groups.push_back(std::move(group));
    }
  return lowered;
}

}  // namespace kilofold
