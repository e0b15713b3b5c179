// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Nanoseconds of an op's parts on one machine. Only ratios matter to the choice of rules; the ETA corrects the scale
/// while a study runs.
struct CostTable {
  double call;            ///< an item's share of a call
  double standardize;     ///< a value
  double svd_design;      ///< n d^2
  double svd_small;       ///< d^3
  double predict_linear;  ///< held-out value and lane
  double order_rows;      ///< training value, once a tree
  double grow_level;      ///< training value and level
  double tree_lane;       ///< of a tree: the same under one more min_samples_leaf
  double reweight;        ///< training row and member of a chain
  double descend;         ///< held-out row, member and level
  double read_lane;       ///< held-out row and lane
  double kernel;          ///< value of a kernel matrix
  double cholesky;        ///< flop of a factorisation or a substitution in blocks
  double reduce_near;     ///< flop of a tridiagonal reduction in a core's own cache
  double reduce_far;      ///< the same beyond it: bound by memory
  double near_rows;       ///< rows of the matrix whose triangle fills that cache
  double reduce_to_band;  ///< flop of it
  double rotate;          ///< flop of Q' on right-hand sides
  double shift;           ///< row of the tridiagonal form and lane
  double shift_variance;  ///< row, held-out row and lane
  double band;            ///< row of a band and lane: its factor
  double band_solve;      ///< row, right-hand side and lane
  double posterior;       ///< row and held-out row
  double invert;          ///< flop of a factorisation with its inverse
  double evaluations;     ///< of the likelihood, a start of its maximisation; a number
  double derivative;      ///< pair of rows and feature
  double block;           ///< cube of a fold's rows: its block's factor and inverse
  double kernel_value;    ///< and feature
  double svr_start;       ///< n^2, once an epsilon
  double svr_lane;        ///< n^2 and lane
};

/// Version 3, from bench/ on one Zen 4 core; what tells the two reduced forms apart on a Xeon with AVX-512 and 2 MB of
/// cache a core, in units of `cholesky` there.
inline constexpr CostTable cpu_costs{
    .call = 300,
    .standardize = 1.2,
    .svd_design = 0.35,
    .svd_small = 25,
    .predict_linear = 0.3,
    .order_rows = 4,
    .grow_level = 3,
    .tree_lane = 0.25,
    .reweight = 10,
    .descend = 4,
    .read_lane = 1.5,
    .kernel = 1,
    .cholesky = 0.02,
    .reduce_near = 0.026,
    .reduce_far = 0.05,
    .near_rows = 700,
    .reduce_to_band = 0.024,
    .rotate = 0.03,
    .shift = 12,
    .shift_variance = 0.25,
    .band = 70,
    .band_solve = 3,
    .posterior = 0.3,
    .invert = 0.025,
    .evaluations = 40,
    .derivative = 2,
    .block = 0.08,
    .kernel_value = 0.7,
    .svr_start = 7,
    .svr_lane = 1.6,
};

/// Version 3, all of it estimated: no GPU has timed an op yet. One of the H200's class, kept busy by thousands of
/// items: 33.5 Tflop/s in double, 4.3 TB/s. Factorisations reach a third of that arithmetic (50,000 matrices of 525
/// rows in 0.25 s). A reduction reads its matrix once a column, so it gets what the memory gives: half of 4.3 TB/s, 0.4
/// s for 3,125 of them. One to a band is made of products of matrices, but reads, and reads and writes the matrix for
/// every 32 columns, which takes the memory as long as the arithmetic. A level of a band is one block's: 0.15 ms of
/// dependent steps for the factor of 525 rows, 264 blocks at a time. Substitutions and sums over pairs read what they
/// add once; an exp costs forty flops. Solvers and trees are chains of small steps, one a block: what a core does,
/// divided by 30 and by 500.
inline constexpr CostTable cuda_costs{
    .call = 100,
    .standardize = 0.012,
    .svd_design = 0.0035,
    .svd_small = 0.25,
    .predict_linear = 0.003,
    .order_rows = 0.008,
    .grow_level = 0.006,
    .tree_lane = 0.25,
    .reweight = 0.02,
    .descend = 0.008,
    .read_lane = 0.003,
    .kernel = 0.003,
    .cholesky = 1e-4,
    .reduce_near = 7e-4,
    .reduce_far = 7e-4,
    .near_rows = 1,
    .reduce_to_band = 1.5e-4,
    .rotate = 3e-4,
    .shift = 0.02,
    .shift_variance = 0.002,
    .band = 1,
    .band_solve = 0.006,
    .posterior = 0.0025,
    .invert = 1e-4,
    .evaluations = 40,
    .derivative = 0.01,
    .block = 4e-4,
    .kernel_value = 0.023,
    .svr_start = 0.23,
    .svr_lane = 0.053,
};

constexpr const CostTable& cost_table(PricedFor machine) { return machine == PricedFor::cuda ? cuda_costs : cpu_costs; }

}  // namespace kilofold
