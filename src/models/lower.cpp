// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "kilofold/core/gaussian_process.hpp"
#include "kilofold/models.hpp"
#include "models/trial_grids.hpp"
#include "models/tuning.hpp"

namespace kilofold {
namespace {

std::vector<double> numbers_below(std::int32_t n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

/// Some of an entry's trials, all with the same nodes.
struct Part {
  Grid grid;
  std::string label;            ///< what tells it from the others
  std::int64_t model_seed = 0;  ///< of a tuned entry, which has a trial a model seed: which of them
};

/// The rows of a factor that hold one code in one of its columns.
Grid::Factor rows_with(const Grid::Factor& factor, std::size_t column, std::int32_t code) {
  Grid::Factor kept = factor;
  for (std::size_t c = 0; c < factor.columns.size(); ++c) {
    kept.columns[c].code.clear();
    for (std::size_t row = 0; row < factor.columns[c].code.size(); ++row)
      if (factor.columns[column].code[row] == code) kept.columns[c].code.push_back(factor.columns[c].code[row]);
  }
  return kept;
}

/// Split a part by the values of a category that decides the nodes.
std::vector<Part> split_by(const Part& part, const ParameterSchema& category, std::span<const Axis> axes) {
  for (std::size_t f = 0; f < part.grid.factors().size(); ++f) {
    const Grid::Factor& factor = part.grid.factors()[f];
    const auto column = std::ranges::find_if(factor.columns, [&](const Grid::Column& c) {
      return axes[static_cast<std::size_t>(c.axis.value)].name == category.name;
    });
    if (column == factor.columns.end()) continue;
    std::vector<std::int32_t> codes;
    for (std::int32_t code : column->code)
      if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
    std::vector<Part> finer;
    for (std::int32_t code : codes) {
      const double value = axes[static_cast<std::size_t>(column->axis.value)].values[static_cast<std::size_t>(code)];
      const std::string& word = category.categories[static_cast<std::size_t>(value)];
      Part& one = finer.emplace_back(Part{{}, codes.size() > 1 ? part.label + ", " + word : part.label});
      for (std::size_t other = 0; other < part.grid.factors().size(); ++other)
        one.grid.add(other == f ? rows_with(factor, static_cast<std::size_t>(column - factor.columns.begin()), code)
                                : part.grid.factors()[other]);
    }
    return finer;
  }
  throw_bug("precondition", "a part has an axis of every parameter", __FILE__, __LINE__);
}

/// Every part once a model seed: no seed is chosen from several.
std::vector<Part> parts_by_seed(const std::vector<Part>& parts, const Spec& spec, std::vector<Axis>& axes) {
  std::vector<Part> all;
  for (std::size_t s = 0; s < spec.model_seeds.size(); ++s)
    for (const Part& part : parts) {
      Part& one = all.emplace_back(part);
      one.grid.add({{column_on(axes, "model_seed", {static_cast<double>(spec.model_seeds[s])})}});
      one.model_seed = static_cast<std::int64_t>(s);
    }
  return all;
}

/// An entry's trials in parts that share their nodes.
std::vector<Part> parts_of(const Spec& spec, const ModelSpec& entry, std::vector<Axis>& axes) {
  const Model& model = model_named(entry.model);
  const std::vector<Grid> grids = trial_grids(entry, axes);
  std::vector<Part> parts;
  for (std::size_t g = 0; g < grids.size(); ++g)
    parts.push_back({grids[g], grids.size() > 1 ? ", part " + std::to_string(g + 1) : ""});
  for (const std::string& name : model.shape) {
    std::vector<Part> finer;
    for (const Part& part : parts)
      for (Part& one : split_by(part, *std::ranges::find(model.schema.parameters, name, &ParameterSchema::name), axes))
        finer.push_back(std::move(one));
    parts = std::move(finer);
  }
  if (model.schema.random && entry.is_tuned()) return parts_by_seed(parts, spec, axes);
  if (model.schema.random) {
    const std::vector<double> seeds(spec.model_seeds.begin(), spec.model_seeds.end());
    for (Part& part : parts) part.grid.add({{column_on(axes, "model_seed", seeds)}});
  }
  return parts;
}

std::string label_of(const Spec& spec, const ModelSpec& entry, const Group& group, const Part& part) {
  std::string label = entry.name + ", " + std::to_string(group.n_folds) + " folds";
  if (spec.fit_on.size() > 1)
    label += std::string(", scaled on ") + (group.fit_on == FitOn::all ? "all rows" : "folds");
  return label + part.label;
}

/// Trial factors of the group are there; seed and fold follow.
void add_rows(Group& group, const Spec& spec, std::vector<Axis>& axes) {
  const std::int32_t inner_folds = group.tuning ? group.tuning->inner_folds : 0;
  std::vector<double> sets = numbers_below(group.n_folds);
  for (std::int32_t fold = 0; fold < group.n_folds; ++fold)
    for (std::int32_t inner = 0; inner < inner_folds; ++inner)
      sets.push_back(RowSetName{fold, inner_folds, inner}.number());
  const std::vector<double> seeds(spec.cv.seeds.begin(), spec.cv.seeds.end());
  Grid::Column seed = column_on(axes, "seed", seeds);
  Grid::Column fold = column_on(axes, "fold" + std::to_string(group.n_folds), sets);
  group.seed = seed.axis;
  group.fold = fold.axis;
  group.n_trials = group.grid.size();
  group.grid.add({{std::move(seed)}});
  group.grid.add({{std::move(fold)}});
}

/// One group a fold count, scaling and part of the entry's trials.
std::vector<Group> make_groups(ModelId model, const Spec& spec, std::vector<Axis>& axes) {
  const ModelSpec& entry = spec.models[static_cast<std::size_t>(model.value)];
  const std::vector<Part> parts = parts_of(spec, entry, axes);
  const bool random = model_named(entry.model).schema.random;
  const std::int64_t n_seeds = random ? std::ssize(spec.model_seeds) : 1;
  std::vector<Group> groups;
  std::int64_t cell = 0;  // of folds x scaling
  for (std::int32_t n_folds : spec.cv.folds)
    for (FitOn fit_on : spec.fit_on) {
      for (const Part& part : parts) {
        Group& group = groups.emplace_back();
        group.model = model;
        group.n_folds = n_folds;
        group.fit_on = fit_on;
        group.label = label_of(spec, entry, group, part);
        group.grid = part.grid;
        if (entry.is_tuned()) group.tuning = tuning_of(entry, cell * n_seeds + part.model_seed, groups);
        add_rows(group, spec, axes);
      }
      ++cell;
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

double GroupBuilder::only(std::string_view parameter) const {
  const AxisId axis = bind(parameter).axis;
  const std::int32_t code = group_.grid.column_of(axis).code.front();
  const double value = axes_[static_cast<std::size_t>(axis.value)].values[static_cast<std::size_t>(code)];
  KILOFOLD_EXPECT(always(parameter, value));
  return value;
}

bool GroupBuilder::always(std::string_view parameter, double value) const {
  const AxisId axis = bind(parameter).axis;
  const std::vector<double>& values = axes_[static_cast<std::size_t>(axis.value)].values;
  return std::ranges::all_of(group_.grid.column_of(axis).code,
                             [&](std::int32_t code) { return values[static_cast<std::size_t>(code)] == value; });
}

Binding GroupBuilder::noise_floor() const {
  return fixed("noise_floor", spec_.jitter ? NoiseFloor::raise : NoiseFloor::none);
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
  const std::int64_t n_distinct = std::ranges::max(equal_rows(data.X)) + 1;
  for (std::size_t m = 0; m < spec.models.size(); ++m)
    for (Group& group : make_groups(ModelId(static_cast<int>(m)), spec, lowered.axes)) {
      group.n_samples = data.n_samples();
      group.n_distinct = n_distinct;
      GroupBuilder build(group, lowered.axes, spec);
      const Model& model = model_named(spec.models[m].model);
      model.lower(build);
      group.has_sd = model.results.has_sd;
      for (const DiagnosticColumn& column : diagnostics_of(spec, spec.models[m]))
        group.diagnostics.push_back(column.source.empty() ? column.name : column.source);
      if (group.tuning) add_choices(group, spec.models[m], lowered.axes);
      lowered.groups.push_back(std::move(group));
    }
  return lowered;
}

}  // namespace kilofold
