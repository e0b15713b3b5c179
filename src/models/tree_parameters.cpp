// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/tree_parameters.hpp"

#include <limits>

namespace kilofold {

ParameterSchema integer_parameter(const char* name, double minimum, double default_value, const char* help,
                                  std::vector<std::string> foreign_names) {
  ParameterSchema parameter;
  parameter.name = name;
  parameter.kind = ParameterSchema::Kind::integer;
  parameter.minimum = minimum;
  parameter.default_value = default_value;
  parameter.help = help;
  parameter.foreign_names = std::move(foreign_names);
  return parameter;
}

ParameterSchema category_parameter(const char* name, std::vector<std::string> categories, const char* help) {
  ParameterSchema parameter;
  parameter.name = name;
  parameter.kind = ParameterSchema::Kind::category;
  parameter.categories = std::move(categories);
  parameter.minimum = 0;
  parameter.maximum = static_cast<double>(parameter.categories.size()) - 1;
  parameter.help = help;
  return parameter;
}

std::vector<ParameterSchema> leaf_limits() {
  ParameterSchema nodes = integer_parameter("max_leaf_nodes", 2, std::numeric_limits<double>::infinity(),
                                            "leaves of the splits of largest gain, best first; none = no limit",
                                            {"max_leaves", "num_leaves", "MaxNumSplits"});
  nodes.none_allowed = true;
  ParameterSchema decrease;
  decrease.name = "min_impurity_decrease";
  decrease.minimum = 0;
  decrease.default_value = 0;
  decrease.help = "least decrease of the training sample's mean squared error that a split must bring";
  ParameterSchema alpha = decrease;
  alpha.name = "ccp_alpha";
  alpha.help = "branches that lower the mean squared error by no more than this for each leaf they add are cut";
  return {nodes, decrease, alpha};
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
  ParameterSchema rate;
  rate.name = "learning_rate";
  rate.minimum = 0;
  rate.minimum_allowed = false;
  rate.default_value = default_value;
  rate.help = "weight of each tree's contribution";
  rate.foreign_names = {"LearnRate", "eta", "shrinkage"};
  return rate;
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
