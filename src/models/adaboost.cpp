// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/adaboost.hpp"

#include "kilofold/core/op_options.hpp"
#include "models/tree_parameters.hpp"

namespace kilofold {
namespace {

constexpr double weak_depth = 3;  // scikit-learn's default learner

std::vector<ParameterSchema> parameters() {
  std::vector<ParameterSchema> parameters = ensemble_limits(50, weak_depth);
  parameters.push_back(learning_rate(1));
  parameters.push_back(category_parameter("loss", {"linear", "square", "exponential"},
                                          "how a row's error counts, as a share of the largest error"));
  ParameterSchema resample =
      category_parameter("resample", {"on", "off"},
                         "on: each tree fits a sample of the rows drawn by weight; off: all rows, by their weights");
  resample.foreign_names = {"Resample", "sampling", "bootstrap"};
  parameters.push_back(std::move(resample));
  return parameters;
}

void lower(GroupBuilder& build) {
  const AxisSet reads = build.rows() | tree_limit_axes(build) | leaf_limit_axes(build) | build.axis("n_estimators") |
                        build.axis("learning_rate") | build.axis("loss") | build.axis("resample") |
                        build.axis("model_seed");
  std::vector<Binding> bindings = bind_tree_limits(build);
  for (Binding& limit : bind_leaf_limits(build)) bindings.push_back(std::move(limit));
  bindings.push_back(build.bind("n_estimators"));
  bindings.push_back(build.bind("learning_rate"));
  bindings.push_back(build.bind("loss"));
  bindings.push_back(build.bind("resample"));
  bindings.push_back(build.bind("model_seed"));
  bindings.push_back(fixed("start", 0));
  bindings.push_back(fixed("method", Boosting::adaboost));
  const NodeId chain = build.add(Op::boost, std::move(bindings), {}, reads);
  build.add(Op::read_trees,
            {build.bind("max_depth"), build.bind("n_estimators"), fixed("combine", Combine::weighted_median)}, {chain},
            reads);
}

}  // namespace

Model adaboost() {
  return {{"adaboost", "AdaBoost.R2 (Drucker 1997): reweighted trees and their weighted median", parameters(), true},
          &lower,
          {false, false, {members_used()}}};
}

}  // namespace kilofold
