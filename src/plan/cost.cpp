// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kilofold/core/op_options.hpp"
#include "kilofold/plan.hpp"
#include "plan/cost_tables.hpp"

namespace kilofold {
namespace {

constexpr double unlimited = 1e300;

/// Mean of a parameter over the group, each value cut at `limit`.
double typical(const Node& node, std::string_view parameter, double limit, const Grid& grid,
               std::span<const Axis> axes) {
  const Binding* binding = node.binding(parameter);
  KILOFOLD_EXPECT(binding != nullptr);
  if (!binding->axis) return std::min(binding->fixed, limit);
  const std::vector<std::int32_t>& codes = grid.column_of(binding->axis).code;
  const std::vector<double>& values = axes[static_cast<std::size_t>(binding->axis.value)].values;
  double sum = 0;
  for (std::int32_t code : codes) sum += std::min(values[static_cast<std::size_t>(code)], limit);
  return sum / static_cast<double>(codes.size());
}

/// Levels a greedy tree really has: about twice the balanced depth when nothing else stops it.
double natural_levels(double n_train, double leaf) { return 2 * std::log2(std::max(2.0, n_train / leaf)); }

double tree_ns(const CostTable& costs, const Node& node, double n, double d, const Grid& grid,
               std::span<const Axis> axes) {
  const double leaf = typical(node, "min_samples_leaf", n, grid, axes);
  return n * d *
         (costs.order_rows + costs.grow_level * typical(node, "max_depth", natural_levels(n, leaf), grid, axes));
}

double square(double x) { return x * x; }
double cube(double x) { return x * x * x; }

double right_hand_sides(const Node& node, const Shape& shape) {
  const Binding* mean = node.binding("mean");
  const auto basis = mean == nullptr ? 0 : basis_columns(static_cast<Mean>(mean->fixed), shape.n_features);
  return static_cast<double>(shape.n_held_out + 1 + basis);
}

/// Rows of the matrix a kernel op works on.
double matrix_rows(const Node& node, const Shape& shape) {
  const Binding* replicates = node.binding("replicates");
  const bool collapsed = replicates != nullptr && replicates->fixed == static_cast<double>(Replicates::collapse);
  return static_cast<double>(collapsed ? shape.n_distinct_train : shape.n_train);
}

double factor_ns(const CostTable& costs, const Node& node, const Shape& shape) {
  const double u = matrix_rows(node, shape);
  const double rhs = right_hand_sides(node, shape);
  return costs.kernel * u * (u / 2 + rhs) + costs.cholesky * (cube(u) / 3 + square(u) * rhs);
}

bool has_form(const Node& node, Factorized form) {
  return node.binding("form")->fixed == static_cast<double>(static_cast<std::int32_t>(form));
}

/// A reduction passes over its triangle once a column; what the cache does not hold comes from further away.
double tridiagonal_flop_ns(const CostTable& costs, double u) {
  const double near = std::min(1.0, square(costs.near_rows / u));
  return near * costs.reduce_near + (1 - near) * costs.reduce_far;
}

double reduce_item_ns(const CostTable& costs, const Node& node, const Shape& shape) {
  const double u = matrix_rows(node, shape);
  const double rhs = right_hand_sides(node, shape);
  const double flop = has_form(node, Factorized::band) ? costs.reduce_to_band : tridiagonal_flop_ns(costs, u);
  return costs.kernel * u * (u / 2 + rhs) + flop * 4 / 3 * cube(u) + costs.rotate * 2 * square(u) * rhs;
}

double posterior_item_ns(const CostTable& costs, const Node& node, const Shape& shape, double lanes) {
  const double u = matrix_rows(node, shape);
  const auto m = static_cast<double>(shape.n_held_out);
  if (has_form(node, Factorized::cholesky)) return costs.posterior * u * m;
  if (has_form(node, Factorized::band))
    return lanes * u * (costs.band + right_hand_sides(node, shape) * costs.band_solve);
  return lanes * u * (costs.shift + m * costs.shift_variance);
}

/// Epsilons that one item answers.
double epsilons(const Node& node, const Grid& grid) {
  const AxisId axis = node.binding("epsilon")->axis;
  return node.lanes.contains(axis) ? static_cast<double>(grid.count({axis})) : 1;
}

}  // namespace

Shape shape_of(const Group& group, std::int64_t n_features) {
  const std::int64_t held_out = (group.n_samples + group.n_folds - 1) / group.n_folds;
  // A set of r equal rows is wholly held out with probability (1 / k)^r.
  const double repeats = static_cast<double>(group.n_samples) / static_cast<double>(group.n_distinct);
  const double seen = 1 - std::pow(1.0 / group.n_folds, repeats);
  const auto distinct = static_cast<std::int64_t>(std::ceil(static_cast<double>(group.n_distinct) * seen));
  const std::int64_t n_train = group.n_samples - held_out;
  return {n_train, held_out, n_features, group.n_samples, std::min(n_train, distinct)};
}

double item_bytes(const Node& node, const Shape& shape) {
  const auto n = static_cast<double>(shape.n_samples);
  const auto d = static_cast<double>(shape.n_features);
  double values = 0;
  switch (node.op) {
    case Op::standardize:
      values = n * (d + 3);
      break;
    case Op::factor:
    case Op::reduce: {
      const double u = matrix_rows(node, shape);
      values = u * (u / (node.op == Op::factor ? 2 : 1) + right_hand_sides(node, shape));
      break;
    }
    case Op::invert:
      values = n * n;
      break;
    case Op::posterior:
    case Op::fold_posterior:
    case Op::maximize_lml:
    case Op::grow_trees:
    case Op::boost:
    case Op::read_trees:
    case Op::svr_path:
    case Op::least_squares:
      break;
  }
  return 8 * values;
}

double item_seconds(PricedFor machine, const Node& node, const Shape& shape, const Grid& grid,
                    std::span<const Axis> axes) {
  const CostTable& costs = cost_table(machine);
  const auto n = static_cast<double>(shape.n_train);
  const auto distinct = static_cast<double>(shape.n_distinct_train);  // trees grow on them alone
  const auto m = static_cast<double>(shape.n_held_out);
  const auto d = static_cast<double>(shape.n_features);
  const auto lanes = static_cast<double>(grid.count(node.lanes));
  double ns = costs.call;
  switch (node.op) {
    case Op::standardize:
      ns += costs.standardize * (n + m) * d;
      break;
    case Op::least_squares:
      ns += costs.svd_design * n * d * d + costs.svd_small * d * d * d + costs.predict_linear * m * d * lanes;
      break;
    case Op::factor:
      ns += factor_ns(costs, node, shape);
      break;
    case Op::reduce:
      ns += reduce_item_ns(costs, node, shape);
      break;
    case Op::posterior:
      ns += posterior_item_ns(costs, node, shape, lanes);
      break;
    case Op::invert:
      ns += costs.kernel * square(n + m) / 2 + costs.invert * cube(n + m);
      break;
    case Op::fold_posterior:
      ns += lanes * (costs.block * cube(m) + costs.posterior * (n + m) * m);
      break;
    case Op::maximize_lml:
      ns += costs.evaluations * (1 + typical(node, "n_restarts_optimizer", unlimited, grid, axes)) *
            (costs.invert * cube(matrix_rows(node, shape)) + costs.derivative * square(matrix_rows(node, shape)) * d);
      break;
    case Op::grow_trees:
      ns += typical(node, "n_estimators", unlimited, grid, axes) * tree_ns(costs, node, distinct, d, grid, axes) *
            (1 + costs.tree_lane * (lanes - 1));
      break;
    case Op::boost:
      ns += typical(node, "n_estimators", unlimited, grid, axes) *
            (tree_ns(costs, node, distinct, d, grid, axes) + costs.reweight * n);
      break;
    case Op::read_trees:
      ns += m * (typical(node, "n_estimators", unlimited, grid, axes) * costs.descend * natural_levels(n, 1) / 2 +
                 costs.read_lane * lanes);
      break;
    case Op::svr_path:
      ns += costs.kernel_value * n * (n + m) * d +
            n * n * (costs.svr_start * epsilons(node, grid) + costs.svr_lane * lanes);
      break;
  }
  return ns * 1e-9;
}

}  // namespace kilofold
