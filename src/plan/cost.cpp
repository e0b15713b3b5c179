// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kilofold/plan.hpp"

namespace kilofold {
namespace {

// Version 1, cpu: nanoseconds, from bench/cpu_ops_bench on one Zen 4 core. Only ratios matter to the planner; the ETA
// corrects the scale while a study runs.
constexpr double unlimited = 1e300;
constexpr double call_ns = 300;            // an item's share of a call
constexpr double standardize_ns = 1.2;     // a value
constexpr double svd_design_ns = 0.35;     // n d^2
constexpr double svd_small_ns = 25;        // d^3
constexpr double predict_linear_ns = 0.3;  // held-out value and lane
constexpr double order_rows_ns = 4;        // training value, once a tree
constexpr double grow_level_ns = 3;        // training value and level
constexpr double reweight_ns = 10;         // training row and member of a chain
constexpr double descend_ns = 4;           // held-out row, member and level
constexpr double read_lane_ns = 1.5;       // held-out row and lane

/// Mean of a parameter over the group, each value cut at `limit`.
double typical(const Node& node, std::string_view parameter, double limit, const Grid& grid,
               std::span<const Axis> axes) {
  const Binding* binding = node.binding(parameter);
  KILOFOLD_EXPECT(binding != nullptr);
  if (!binding->axis) return std::min(binding->fixed, limit);
  for (const Grid::Factor& factor : grid.factors())
    for (const Grid::Column& column : factor.columns) {
      if (column.axis != binding->axis) continue;
      double sum = 0;
      for (std::int32_t code : column.code)
        sum +=
            std::min(axes[static_cast<std::size_t>(column.axis.value)].values[static_cast<std::size_t>(code)], limit);
      return sum / static_cast<double>(column.code.size());
    }
  KILOFOLD_ASSERT(false && "a bound axis is one of the grid's");
  return limit;
}

/// Levels a greedy tree really has: about twice the balanced depth when nothing else stops it.
double natural_levels(double n_train, double leaf) { return 2 * std::log2(std::max(2.0, n_train / leaf)); }

double tree_ns(const Node& node, double n, double d, const Grid& grid, std::span<const Axis> axes) {
  const double leaf = typical(node, "min_samples_leaf", n, grid, axes);
  return n * d * (order_rows_ns + grow_level_ns * typical(node, "max_depth", natural_levels(n, leaf), grid, axes));
}

}  // namespace

double item_seconds(const Node& node, const Shape& shape, const Grid& grid, std::span<const Axis> axes) {
  const auto n = static_cast<double>(shape.n_train);
  const auto m = static_cast<double>(shape.n_held_out);
  const auto d = static_cast<double>(shape.n_features);
  const auto lanes = static_cast<double>(grid.count(node.lanes));
  double ns = call_ns;
  switch (node.op) {
    case Op::standardize:
      ns += standardize_ns * (n + m) * d;
      break;
    case Op::least_squares:
      ns += svd_design_ns * n * d * d + svd_small_ns * d * d * d + predict_linear_ns * m * d * lanes;
      break;
    case Op::grow_trees:
      ns += typical(node, "n_estimators", unlimited, grid, axes) * tree_ns(node, n, d, grid, axes);
      break;
    case Op::boost:
      ns += typical(node, "n_estimators", unlimited, grid, axes) * (tree_ns(node, n, d, grid, axes) + reweight_ns * n);
      break;
    case Op::read_trees:
      ns += m * (typical(node, "n_estimators", unlimited, grid, axes) * descend_ns * natural_levels(n, 1) / 2 +
                 read_lane_ns * lanes);
      break;
  }
  return ns * 1e-9;
}

}  // namespace kilofold
