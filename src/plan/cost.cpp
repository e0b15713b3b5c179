// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "kilofold/core/op_options.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {
namespace {

// Version 2, cpu: nanoseconds, from bench/cpu_ops_bench on one Zen 4 core. Only ratios matter to the planner; the ETA
// corrects the scale while a study runs.
constexpr double unlimited = 1e300;
constexpr double call_ns = 300;             // an item's share of a call
constexpr double standardize_ns = 1.2;      // a value
constexpr double svd_design_ns = 0.35;      // n d^2
constexpr double svd_small_ns = 25;         // d^3
constexpr double predict_linear_ns = 0.3;   // held-out value and lane
constexpr double order_rows_ns = 4;         // training value, once a tree
constexpr double grow_level_ns = 3;         // training value and level
constexpr double tree_lane = 0.25;          // of a tree: the same under one more min_samples_leaf
constexpr double reweight_ns = 10;          // training row and member of a chain
constexpr double descend_ns = 4;            // held-out row, member and level
constexpr double read_lane_ns = 1.5;        // held-out row and lane
constexpr double kernel_ns = 1;             // value of a kernel matrix
constexpr double cholesky_ns = 0.02;        // flop of a factorisation or a substitution in blocks
constexpr double reduce_ns = 0.05;          // flop of a tridiagonal reduction: bound by memory
constexpr double rotate_ns = 0.03;          // flop of Q' on right-hand sides
constexpr double shift_ns = 12;             // row of the tridiagonal form and lane
constexpr double shift_variance_ns = 0.25;  // row, held-out row and lane
constexpr double posterior_ns = 0.3;        // row and held-out row
constexpr double invert_ns = 0.025;         // flop of a factorisation with its inverse
constexpr double evaluations = 40;          // of the likelihood, a start of its maximisation
constexpr double derivative_ns = 2;         // pair of rows and feature
constexpr double block_ns = 0.08;           // cube of a fold's rows: its block's factor and inverse
constexpr double kernel_value_ns = 0.7;     // and feature
constexpr double svr_start_ns = 7;          // n^2, once an epsilon
constexpr double svr_lane_ns = 1.6;         // n^2 and lane

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

double tree_ns(const Node& node, double n, double d, const Grid& grid, std::span<const Axis> axes) {
  const double leaf = typical(node, "min_samples_leaf", n, grid, axes);
  return n * d * (order_rows_ns + grow_level_ns * typical(node, "max_depth", natural_levels(n, leaf), grid, axes));
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

double factor_ns(const Node& node, const Shape& shape) {
  const double u = matrix_rows(node, shape);
  const double rhs = right_hand_sides(node, shape);
  return kernel_ns * u * (u / 2 + rhs) + cholesky_ns * (cube(u) / 3 + square(u) * rhs);
}

double reduce_item_ns(const Node& node, const Shape& shape) {
  const double u = matrix_rows(node, shape);
  const double rhs = right_hand_sides(node, shape);
  return kernel_ns * u * (u / 2 + rhs) + reduce_ns * 4 / 3 * cube(u) + rotate_ns * 2 * square(u) * rhs;
}

double posterior_item_ns(const Node& node, const Shape& shape, double lanes) {
  const double u = matrix_rows(node, shape);
  const auto m = static_cast<double>(shape.n_held_out);
  if (node.binding("form")->fixed == static_cast<double>(Factorized::cholesky)) return posterior_ns * u * m;
  return lanes * u * (shift_ns + m * shift_variance_ns);
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

double item_seconds(const Node& node, const Shape& shape, const Grid& grid, std::span<const Axis> axes) {
  const auto n = static_cast<double>(shape.n_train);
  const auto distinct = static_cast<double>(shape.n_distinct_train);  // trees grow on them alone
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
    case Op::factor:
      ns += factor_ns(node, shape);
      break;
    case Op::reduce:
      ns += reduce_item_ns(node, shape);
      break;
    case Op::posterior:
      ns += posterior_item_ns(node, shape, lanes);
      break;
    case Op::invert:
      ns += kernel_ns * square(n + m) / 2 + invert_ns * cube(n + m);
      break;
    case Op::fold_posterior:
      ns += lanes * (block_ns * cube(m) + posterior_ns * (n + m) * m);
      break;
    case Op::maximize_lml:
      ns += evaluations * (1 + typical(node, "n_restarts_optimizer", unlimited, grid, axes)) *
            (invert_ns * cube(matrix_rows(node, shape)) + derivative_ns * square(matrix_rows(node, shape)) * d);
      break;
    case Op::grow_trees:
      ns += typical(node, "n_estimators", unlimited, grid, axes) * tree_ns(node, distinct, d, grid, axes) *
            (1 + tree_lane * (lanes - 1));
      break;
    case Op::boost:
      ns += typical(node, "n_estimators", unlimited, grid, axes) *
            (tree_ns(node, distinct, d, grid, axes) + reweight_ns * n);
      break;
    case Op::read_trees:
      ns += m * (typical(node, "n_estimators", unlimited, grid, axes) * descend_ns * natural_levels(n, 1) / 2 +
                 read_lane_ns * lanes);
      break;
    case Op::svr_path:
      ns += kernel_value_ns * n * (n + m) * d + n * n * (svr_start_ns * epsilons(node, grid) + svr_lane_ns * lanes);
      break;
  }
  return ns * 1e-9;
}

}  // namespace kilofold
