// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/tree.hpp"

namespace kilofold {
namespace {

ParameterSchema count(const char* name, double minimum, double default_value, const char* help,
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

std::vector<ParameterSchema> parameters() {
  ParameterSchema depth =
      count("max_depth", 1, std::numeric_limits<double>::infinity(),
            "splits from the root to the deepest leaf; none = no limit", {"MaxDepth", "depth", "maxdepth"});
  depth.none_allowed = true;
  return {depth,
          count("min_samples_split", 2, 2, "fewest training rows a node needs to split",
                {"MinParentSize", "min_split", "minsplit"}),
          count("min_samples_leaf", 1, 1, "fewest training rows in a leaf",
                {"MinLeafSize", "min_child_samples", "min_data_in_leaf", "minbucket", "min_leaf", "nodesize"})};
}

void lower(GroupBuilder& build) {
  const AxisSet reads =
      build.rows() | build.axis("max_depth") | build.axis("min_samples_split") | build.axis("min_samples_leaf");
  const NodeId grown =
      build.add(Op::grow_trees,
                {build.bind("max_depth"), build.bind("min_samples_split"), build.bind("min_samples_leaf")}, {}, reads);
  build.add(Op::read_trees, {build.bind("max_depth")}, {grown}, reads);
}

}  // namespace

Model tree() { return {{"tree", "regression tree (CART, least squares)", parameters()}, &lower, true}; }

}  // namespace kilofold
