// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "kilofold/models.hpp"
#include "models/trial_grids.hpp"

namespace kilofold {
namespace {

std::vector<double> numbers_below(std::int32_t n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

std::string label_of(const Spec& spec, const ModelSpec& entry, const Group& group, std::size_t part,
                     std::size_t n_parts) {
  std::string label = entry.name + ", " + std::to_string(group.n_folds) + " folds";
  if (spec.fit_on.size() > 1)
    label += std::string(", scaled on ") + (group.fit_on == FitOn::all ? "all rows" : "folds");
  if (n_parts > 1) label += ", part " + std::to_string(part + 1);
  return label;
}

/// Trial factors of the group are there; seed and fold follow.
void add_rows(Group& group, const Spec& spec, std::vector<Axis>& axes) {
  const std::vector<double> seeds(spec.cv.seeds.begin(), spec.cv.seeds.end());
  Grid::Column seed = column_on(axes, "seed", seeds);
  Grid::Column fold = column_on(axes, "fold" + std::to_string(group.n_folds), numbers_below(group.n_folds));
  group.seed = seed.axis;
  group.fold = fold.axis;
  group.n_trials = group.grid.size();
  group.grid.add({{std::move(seed)}});
  group.grid.add({{std::move(fold)}});
}

/// One group a fold count, scaling and disjoint part of the entry's trials.
std::vector<Group> make_groups(ModelId model, const Spec& spec, std::vector<Axis>& axes) {
  const ModelSpec& entry = spec.models[static_cast<std::size_t>(model.value)];
  KILOFOLD_EXPECT(!entry.tune && !(entry.as_published && entry.as_published->tune));
  std::vector<Grid> parts = trial_grids(entry, axes);
  if (model_named(entry.model).schema.random) {
    const std::vector<double> seeds(spec.model_seeds.begin(), spec.model_seeds.end());
    for (Grid& part : parts) part.add({{column_on(axes, "model_seed", seeds)}});
  }
  std::vector<Group> groups;
  for (std::int32_t n_folds : spec.cv.folds)
    for (FitOn fit_on : spec.fit_on)
      for (std::size_t part = 0; part < parts.size(); ++part) {
        Group& group = groups.emplace_back();
        group.model = model;
        group.n_folds = n_folds;
        group.fit_on = fit_on;
        group.label = label_of(spec, entry, group, part, parts.size());
        group.grid = parts[part];
        add_rows(group, spec, axes);
      }
  return groups;
}

}  // namespace

GroupBuilder::GroupBuilder(Group& group, std::vector<Axis>& axes, const Spec& spec)
    : group_(group), axes_(axes), spec_(spec) {}

AxisSet GroupBuilder::rows() const { return {group_.seed, group_.fold}; }

AxisSet GroupBuilder::axis(std::string_view parameter) const { return {bind(parameter).axis}; }

Binding GroupBuilder::bind(std::string_view parameter) const {
  // Lists and numbers of one parameter are two axes of one name, so the group's own is meant.
  for (const AxisId axis : group_.grid.axes().list())
    if (axes_[static_cast<std::size_t>(axis.value)].name == parameter) return {std::string(parameter), axis, 0};
  throw_bug("precondition", "a group has an axis of every parameter", __FILE__, __LINE__);
}

NodeId GroupBuilder::standardize() {
  return add(Op::standardize,
             {fixed("features", spec_.feature_scaling), fixed("target", spec_.target_scaling),
              fixed("fit_on", group_.fit_on), fixed("replicates", Replicates::keep)},
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
  lowered.splitting = spec.cv.splitting;
  lowered.n_samples = data.n_samples();
  lowered.n_features = data.n_features();
  for (std::size_t m = 0; m < spec.models.size(); ++m)
    for (Group& group : make_groups(ModelId(static_cast<int>(m)), spec, lowered.axes)) {
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
