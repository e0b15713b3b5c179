// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/forest.hpp"

#include <limits>

#include "kilofold/core/op_options.hpp"
#include "models/tree_parameters.hpp"

namespace kilofold {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

std::vector<ParameterSchema> parameters() {
  std::vector<ParameterSchema> parameters = ensemble_limits(100, none);
  ParameterSchema features =
      integer_parameter("max_features", 1, none, "features each node looks at; none = all of them",
                        {"NumVariablesToSample", "mtry", "NumPredictorsToSample"});
  features.none_allowed = true;
  parameters.push_back(std::move(features));
  return parameters;
}

void lower(GroupBuilder& build) {
  const AxisSet reads = build.rows() | tree_limit_axes(build) | build.axis("n_estimators") |
                        build.axis("max_features") | build.axis("model_seed");
  std::vector<Binding> limits = bind_tree_limits(build);
  limits.push_back(build.bind("n_estimators"));
  limits.push_back(build.bind("max_features"));
  limits.push_back(build.bind("model_seed"));
  limits.push_back(fixed("sampling", Sampling::bootstrap));
  limits.push_back(fixed("gains", limits_leaves(build) ? 1 : 0));
  const NodeId grown = build.add(Op::grow_trees, std::move(limits), {}, reads);
  std::vector<Binding> reading = bind_leaf_limits(build);
  reading.push_back(build.bind("max_depth"));
  reading.push_back(build.bind("n_estimators"));
  reading.push_back(fixed("combine", Combine::mean));
  // one growth answers them all
  build.add(Op::read_trees, std::move(reading), {grown}, reads, leaf_limit_axes(build));
}

}  // namespace

Model forest() {
  return {{"forest", "random forest, or bagging with all features: the mean of trees on bootstrap samples",
           parameters(), true},
          &lower,
          {false, false, {members_used()}}};
}

}  // namespace kilofold
