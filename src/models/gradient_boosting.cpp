// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/gradient_boosting.hpp"

#include "kilofold/core/op_options.hpp"
#include "models/tree_parameters.hpp"

namespace kilofold {
namespace {

constexpr double weak_depth = 3;  // scikit-learn's default

std::vector<ParameterSchema> parameters() {
  std::vector<ParameterSchema> parameters = ensemble_limits(100, weak_depth);
  parameters.push_back(learning_rate(0.1));
  parameters.push_back(
      category_parameter("init", {"mean", "zero"}, "what the first tree corrects: the training mean, or 0"));
  return parameters;
}

void lower(GroupBuilder& build) {
  const AxisSet reads = build.rows() | tree_limit_axes(build) | leaf_limit_axes(build) | build.axis("n_estimators") |
                        build.axis("learning_rate") | build.axis("init");
  std::vector<Binding> bindings = bind_tree_limits(build);
  for (Binding& limit : bind_leaf_limits(build)) bindings.push_back(std::move(limit));
  bindings.push_back(build.bind("n_estimators"));
  bindings.push_back(build.bind("learning_rate"));
  bindings.push_back(fixed("loss", 0));
  bindings.push_back(build.bind("init"));
  bindings.push_back(fixed("method", Boosting::squared));
  const NodeId chain = build.add(Op::boost, std::move(bindings), {}, reads);
  build.add(Op::read_trees,
            {build.bind("max_depth"), build.bind("n_estimators"), fixed("combine", Combine::weighted_sum)}, {chain},
            reads);
}

}  // namespace

Model gradient_boosting() {
  return {{"gradient_boosting", "gradient boosting of trees for the squared loss (MATLAB's LSBoost)", parameters()},
          &lower,
          {false, false, {members_used()}}};
}

}  // namespace kilofold
