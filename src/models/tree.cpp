// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/tree.hpp"

#include <limits>

#include "kilofold/core/op_options.hpp"
#include "models/tree_parameters.hpp"

namespace kilofold {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

void lower(GroupBuilder& build) {
  const AxisSet reads = build.rows() | tree_limit_axes(build);
  std::vector<Binding> limits = bind_tree_limits(build);
  limits.push_back(fixed("n_estimators", 1));
  limits.push_back(fixed("max_features", none));
  limits.push_back(fixed("sampling", Sampling::all_rows));
  limits.push_back(fixed("gains", limits_leaves(build) ? 1 : 0));
  const NodeId grown = build.add(Op::grow_trees, std::move(limits), {}, reads);
  std::vector<Binding> reading = bind_leaf_limits(build);
  reading.push_back(build.bind("max_depth"));
  reading.push_back(fixed("n_estimators", 1));
  reading.push_back(fixed("combine", Combine::mean));
  // one growth answers them all
  build.add(Op::read_trees, std::move(reading), {grown}, reads, leaf_limit_axes(build));
}

}  // namespace

Model tree() {
  ModelSchema schema{"tree", "regression tree (CART, least squares)", tree_limits(none)};
  // MATLAB's Regression Learner. Its smallest parent is 10 rows, which only the fine tree notices.
  schema.presets = {{"fine", {{"min_samples_leaf", 4}, {"min_samples_split", 10}}},
                    {"medium", {{"min_samples_leaf", 12}}},
                    {"coarse", {{"min_samples_leaf", 36}}}};
  return {schema, &lower, {true, false, {}}};
}

}  // namespace kilofold
