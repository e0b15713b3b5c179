// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/tree_parameters.hpp"

#include <limits>

namespace kilofold {

std::vector<ParameterSchema> leaf_limits() {
  ParameterSchema nodes = integer_parameter("max_leaf_nodes", 2, std::numeric_limits<double>::infinity(),
                                            "leaves of the splits of largest gain, best first; none = no limit",
                                            {"max_leaves", "num_leaves", "MaxNumSplits"});
  nodes.none_allowed = true;
  return {nodes,
          real_parameter(
              "min_impurity_decrease", 0, 0,
              "least decrease of the training sample's mean squared error that a split must bring, in the target's "
              "own unit, squared"),
          real_parameter(
              "ccp_alpha", 0, 0,
              "branches that lower the mean squared error by no more than this for each leaf they add are cut; in the "
              "target's own unit, squared")};
}

std::vector<ParameterSchema> tree_limits(double default_depth) {
  ParameterSchema depth =
      integer_parameter("max_depth", 1, default_depth, "splits from the root to the deepest leaf; none = no limit",
                        {"MaxDepth", "depth", "maxdepth"});
  depth.none_allowed = true;
  std::vector<ParameterSchema> limits = {
      depth,
      integer_parameter("min_samples_split", 2, 2, "fewest training rows a node needs to split",
                        {"MinParentSize", "min_split", "minsplit"}),
      integer_parameter("min_samples_leaf", 1, 1, "fewest training rows in a leaf",
                        {"MinLeafSize", "min_child_samples", "min_data_in_leaf", "minbucket", "min_leaf", "nodesize"})};
  for (ParameterSchema& limit : leaf_limits()) limits.push_back(std::move(limit));
  return limits;
}

std::vector<ParameterSchema> ensemble_limits(double default_members, double default_depth) {
  std::vector<ParameterSchema> parameters = {
      integer_parameter("n_estimators", 1, default_members, "trees of the ensemble",
                        {"NumLearningCycles", "n_trees", "ntree", "num_trees", "num_boost_round", "num_iterations"})};
  for (ParameterSchema& limit : tree_limits(default_depth)) parameters.push_back(std::move(limit));
  return parameters;
}

ParameterSchema learning_rate(double default_value) {
  return positive_parameter("learning_rate", default_value, "weight of each tree's contribution",
                            {"LearnRate", "eta", "shrinkage"});
}

DiagnosticColumn members_used() { return {"n_members", "members the prediction uses", true}; }

std::vector<Binding> bind_tree_limits(const GroupBuilder& build) {
  return {build.bind("max_depth"), build.bind("min_samples_split"), build.bind("min_samples_leaf")};
}

std::vector<Binding> bind_leaf_limits(const GroupBuilder& build) {
  return {build.bind("max_leaf_nodes"), build.bind("min_impurity_decrease"), build.bind("ccp_alpha")};
}

AxisSet leaf_limit_axes(const GroupBuilder& build) {
  return build.axis("max_leaf_nodes") | build.axis("min_impurity_decrease") | build.axis("ccp_alpha");
}

bool limits_leaves(const GroupBuilder& build) {
  return !build.always("max_leaf_nodes", std::numeric_limits<double>::infinity()) ||
         !build.always("min_impurity_decrease", 0) || !build.always("ccp_alpha", 0);
}

AxisSet tree_limit_axes(const GroupBuilder& build) {
  return build.axis("max_depth") | build.axis("min_samples_split") | build.axis("min_samples_leaf");
}

}  // namespace kilofold
