// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/tile.hpp"
#include "execute/tile_nodes.hpp"

/// Support vector regression: what backend.hpp asks for, found in the plan and in earlier values.
namespace kilofold {
void Tile::svr_path(NodeItems& node) {
  const Scaled scaled = scaled_inputs(node);
  const std::vector<RowSetView> rows = rows_of(node);
  Values kernel = parameter(node, "kernel");
  for (double& value : kernel.values) value += static_cast<double>(Kernel::rbf);  // the model lists them in this order
  const Values gamma = parameter(node, "gamma"), coef0 = parameter(node, "coef0"), degree = parameter(node, "degree");
  const Values C = parameter(node, "C"), epsilon = parameter(node, "epsilon");
  const Values max_iter = parameter(node, "max_iter");
  node.ld_held_out = scaled.view.ld_held_out;
  allocate_predictions(node);
  const auto number = [&] { return node.allocate_lanes<double>(pool_); };
  const auto count = [&] { return node.allocate_lanes<std::int32_t>(pool_); };

  const SvrPathArgs args{.table = &study_.table(),
                         .n_items = node.n_items(),
                         .n_lanes = node.n_lanes(),
                         .rows = rows.data(),
                         .scaled = scaled.view,
                         .kernel = kernel.view(),
                         .gamma = gamma.view(),
                         .coef0 = coef0.view(),
                         .degree = degree.view(),
                         .max_iter = max_iter.view(),
                         .C = C.view(),
                         .epsilon = epsilon.view(),
                         .fit_time_limit = fit_time_limit_,
                         .prediction = node.prediction,
                         .gap = number(),
                         .margin = number(),
                         .cond = number(),
                         .correction = number(),
                         .iterations = count(),
                         .n_support = count(),
                         .status = node.status.as<std::int32_t>()};
  check(backend_.svr_path(&args), node);
  fetch_predictions(node);
  // iterations tell of the path, not of the answer, so no file keeps them
  fetch_diagnostic<double>(node, "gap", args.gap.data);
  fetch_diagnostic<double>(node, "margin", args.margin.data);
  fetch_diagnostic<double>(node, "cond", args.cond.data);
  fetch_diagnostic<double>(node, "correction", args.correction.data);
  fetch_diagnostic<std::int32_t>(node, "n_support", args.n_support.data);
}

}  // namespace kilofold
