// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/tree_parameters.hpp"

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

std::vector<ParameterSchema> tree_limits(double default_depth) {
  ParameterSchema depth =
      integer_parameter("max_depth", 1, default_depth, "splits from the root to the deepest leaf; none = no limit",
                        {"MaxDepth", "depth", "maxdepth"});
  depth.none_allowed = true;
  return {
      depth,
      integer_parameter("min_samples_split", 2, 2, "fewest training rows a node needs to split",
                        {"MinParentSize", "min_split", "minsplit"}),
      integer_parameter("min_samples_leaf", 1, 1, "fewest training rows in a leaf",
                        {"MinLeafSize", "min_child_samples", "min_data_in_leaf", "minbucket", "min_leaf", "nodesize"})};
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

AxisSet tree_limit_axes(const GroupBuilder& build) {
  return build.axis("max_depth") | build.axis("min_samples_split") | build.axis("min_samples_leaf");
}

}  // namespace kilofold
