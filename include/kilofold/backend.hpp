// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "kilofold/core/gaussian_process.hpp"
#include "kilofold/core/op_options.hpp"

/// Face of the backends, and itself the binary contract: a struct of function pointers over plain argument structs. The
/// CPU library fills one, the CUDA module fills one; there is no adapter between them and the executor. A backend sees
/// no spec and no plan. Nothing here throws, and nothing but pointers, integers, doubles and plain structs crosses.
///
/// Conventions
///   - An op answers a span of *items*; each item is one independent task. An item's bits never depend on which other
///     items share the call, on the thread, or on the instruction set (docs/numerics.md).
///   - An item may answer several *lanes* (neighbouring hyperparameters) from the same work.
///   - `Batch` addresses an array of every item: item i lies at data + i * stride. Inputs go through `slot`: consumer
///     item i reads input item slot[i].
///   - A parameter of lane l of item i is at values[i * item_stride + l]; item_stride 0 = all items share the lanes.
///   - Matrices are column-major. Row lists are ascending. `status` takes one kilofold::FitStatus an item (or item and
///     lane).
///   - Pointers are device pointers of the backend (its own `allocate`), except argument structs, `RowSetView` arrays,
///     parameters, random keys and slots, which are host memory.
///   - An op, an upload or a download returns 0, `out_of_memory`, `op_stopped`, or another number when the machine
///     failed; `last_error` then says how. Out of memory or stopped, it has computed nothing that counts; in the first
///     case the same call with fewer items may succeed. A fit that fails numerically is a status, and its numbers are
///     NaN.
///   - A backend with memory of its own (`memory` not null) is called by one thread at a time, less `last_error`. Its
///     ops may return before they are done: ops and downloads that the same thread calls later come behind them, so
///     that memory given to a later op is free by then. A failure is told by the op or by a later call.
namespace kilofold {

inline constexpr std::uint32_t backend_abi = 12;

/// What an op returns when memory ran out.
inline constexpr int out_of_memory = 2;

/// What an op returns that was left because a stop was wanted.
inline constexpr int op_stopped = 3;

/// The study's table, uploaded once. X (n, d), y (n), code (n, d) and levels as in data.hpp's RankCodes.
struct TableView {
  std::int64_t n;
  std::int64_t d;
  const double* X;
  const double* y;
  const std::int32_t* code;
  const double* level;
  const std::int64_t* level_begin;
};

/// Training and held-out rows of one item; the lists live in the backend's memory.
///
/// Training rows whose features are equal in every bit form a replicate set; the sets are numbered by first appearance.
struct RowSetView {
  const std::int32_t* train;
  const std::int32_t* held_out;
  std::int32_t n_train;
  std::int32_t n_held_out;
  const std::int32_t* replicate;  ///< (n_train) number of the row's replicate set
  std::int32_t n_unique;          ///< replicate sets
};

template <class T> struct Batch {
  T* data;
  std::int64_t stride;  ///< elements between items
};

struct Parameter {
  const double* values;
  std::int64_t item_stride;
};

/// Scale features and target by their training rows.
///
/// zscore: (v - mean) / population standard deviation; minmax: (v - min) / (max - min); a constant column has scale 1.
/// center: v - mean. none: v.
///
/// replicates = collapse: the first row of each replicate set stands for it (X_train, y_train and count have n_unique
/// rows): y_train is the set's mean, count its size, within the sum over the sets of squared deviations from the mean.
/// Centre and scale are those of all training rows. Otherwise count is 1 and within 0.
///
/// Shapes    X_train (n_train, d), ld = ld_train · X_held_out (n_held_out, d), ld = ld_held_out · y_train, count
///           (n_train) · within (1), in scaled units · centre, scale (d + 1): the features', then the target's
/// Errors    status: ok, or not_finite where a column's sums leave the range of double; that column becomes NaN
/// Cost      O(n d) an item
/// Accuracy  mean and variance by the canonical reduction over ascending training rows, two passes
struct StandardizeArgs {
  const TableView* table;
  std::int64_t n_items;
  const RowSetView* rows;  ///< (n_items)
  Scaling features;
  Scaling target;
  FitOn fit_on;
  Replicates replicates;
  std::int64_t ld_train;
  std::int64_t ld_held_out;
  Batch<double> X_train;
  Batch<double> X_held_out;
  Batch<double> y_train;
  Batch<double> count;   ///< data null: not wanted
  Batch<double> within;  ///< data null: not wanted
  Batch<double> centre;
  Batch<double> scale;
  std::int32_t* status;  ///< (n_items)
};

/// Standardised inputs of an op, as `standardize` left them.
struct ScaledInputs {
  const std::int32_t* slot;  ///< (n_items) item of these
  std::int64_t ld_train;
  std::int64_t ld_held_out;
  Replicates replicates;  ///< collapse: items have n_unique rows, not n_train
  Batch<const double> X_train;
  Batch<const double> X_held_out;
  Batch<const double> y_train;
  Batch<const double> count;
  Batch<const double> within;
  Batch<const double> centre;
  Batch<const double> scale;
};

/// Fit a linear model with intercept and predict, for every ridge penalty from one factorisation.
///
/// Minimises |y - b0 - X w|^2 + alpha |w|^2 on the standardised columns, intercept unpenalised. One SVD of the centred
/// design (Householder QR, then one-sided Jacobi on R) answers every alpha: w = V diag(s / (s^2 + alpha)) U' y.
/// Singular values below max(n, d) eps s_max count as zero, so alpha = 0 on a singular design gives the minimum-norm
/// solution. The columns may be of any magnitude from 1e-290 to 1e290, y too (docs/numerics.md).
///
/// Shapes    alpha (lanes) >= 0 · coefficient (d + 1, lanes): w in standardised units, then
///           the intercept · prediction (n_held_out, lanes), ld = ld_held_out, in the target's own unit
/// Errors    status(lane, item) = ok, rank_deficient (alpha = 0, minimum norm), not_finite
/// Cost      2 n d^2 + O(d^3) an item, O(n_held_out d + d^2) a lane
/// Accuracy  50 eps cond(X) relative to sd(y)
struct LeastSquaresArgs {
  const TableView* table;
  std::int64_t n_items;
  std::int64_t n_lanes;
  const RowSetView* rows;  ///< (n_items)
  ScaledInputs scaled;     ///< replicates = keep
  Parameter alpha;
  Batch<double> coefficient;
  Batch<double> prediction;
  std::int32_t* status;  ///< (n_items, n_lanes), lane fastest
};

/// The trees of an item, one member after another, each in every lane; nodes of a tree in breadth-first order, the
/// children of a node adjacent.
///
/// Member t in lane l is tree k = t n_lanes + l and has the nodes [begin[k], begin[k + 1]), its root first. Arrays have
/// `capacity` entries an item for all trees together; `left` counts from the item's first node. A leaf has feature =
/// -1. A split sends a sample left when code(sample, feature) <= cut. mean is the mean target of the node's training
/// rows, at inner nodes too: that is what makes a tree cut at a lesser depth equal to the tree grown to that depth.
struct TreeBatch {
  std::int64_t capacity;
  std::int64_t n_members;
  Batch<std::int32_t> begin;    ///< (n_members n_lanes + 1); members not grown are empty
  Batch<std::int32_t> feature;  ///< (capacity)
  Batch<std::int32_t> cut;      ///< (capacity) a rank code of the table
  Batch<std::int32_t> left;     ///< (capacity) index of the left child; the right one follows it
  Batch<double> mean;           ///< (capacity) in the target's unit
  Batch<double> gain = {};      ///< (capacity) by how much a node's split lowers the sample's mean squared error, 0 at
                                ///< leaves; data null: not wanted
  std::int64_t n_lanes = 1;
};

/// Limits on trees that look at gains, each with `values` null where it limits nothing. They act on a grown tree: a
/// node that gains less than min_impurity_decrease is a leaf; of what is left the splits of largest gain are kept, best
/// first from the root, until there are max_leaf_nodes leaves (equal gains: the node grown first, breadth first); then
/// every branch is cut, lowest first, that gains no more than ccp_alpha for each leaf it adds (ccp_alpha = 0: none is).
struct LeafLimits {
  Parameter max_leaf_nodes = {};         ///< >= 2 or +infinity
  Parameter min_impurity_decrease = {};  ///< >= 0
  Parameter ccp_alpha = {};              ///< >= 0

  bool any() const {
    return max_leaf_nodes.values != nullptr || min_impurity_decrease.values != nullptr || ccp_alpha.values != nullptr;
  }
};

/// Where an item's random numbers come from: Philox4x32-10 under the key (model_seed, fold seed), counted by fold,
/// member and purpose (core/random.hpp). Nothing depends on the order of drawing, so members and nodes may be taken in
/// any order.
struct RandomSource {
  const std::uint32_t* model_seed;  ///< (n_items)
  const std::uint32_t* fold_seed;   ///< (n_items)
  const std::uint32_t* fold;        ///< (n_items)
};

/// Grow CART regression trees: exact greedy least squares over the table's rank codes.
///
/// A node splits where the decrease of the squared error is largest; sums are int64 fixed point of the centred target,
/// so the choice does not depend on any order of summation. Ties go to the lowest feature, then the lowest threshold.
/// The threshold is the midpoint of neighbouring training values as scikit-learn computes it (a / 2 + b / 2), turned
/// into the largest code whose value it admits. A node is a leaf at max_depth, with fewer than min_samples_split or 2
/// min_samples_leaf rows, with constant target, or where every feature is constant. As in scikit-learn a node may be
/// split at no gain: what lies below may gain.
///
/// With max_features < d each node looks at that many features, drawn without replacement by a number that depends on
/// the node's path from the root alone; constant features count as looked at, but at least one that varies is found
/// where there is one.
///
/// Shapes    parameters (1 lane): n_estimators in [1, n_members], the members to grow; max_depth >= 1 or +infinity,
///           min_samples_split >= 2, max_features >= 1 (above d: d) · min_samples_leaf >= 1 (lanes), any order ·
///           capacity
///           >= n_members times the lanes' sum of 2 max(1, n_train / min_samples_leaf) - 1
/// Errors    status: ok
/// Cost      O(u d) a level after O(n d) to order the rows, times the members; u replicate sets, each grown as one row.
///           A lane more costs the nodes where its split is none of the others'
/// Accuracy  bitwise, whatever the CPU; the target's fixed-point step is below 2^-50 of its training range at n = 1000
struct GrowTreesArgs {
  const TableView* table;
  std::int64_t n_items;
  const RowSetView* rows;
  Sampling sampling;
  RandomSource random;
  Parameter n_estimators;
  Parameter max_depth;
  Parameter min_samples_split;
  Parameter min_samples_leaf;
  Parameter max_features;
  TreeBatch tree;
  std::int32_t* status;  ///< (n_items)
};

/// Grow chains of trees, each member fitted to what the earlier ones leave.
///
/// squared: F_0 = mean of the training target (start = 0) or 0 (start = 1); member t fits y - F_(t-1) on all rows and
/// F_t = F_(t-1) + learning_rate h_t. weight[t] = learning_rate, base = F_0.
///
/// adaboost: weights 1/n; n_train draws with replacement by weight (largest k with cumulative weight <= u); fit, with
/// draws counted as rows, or (Resample::off) fit every row by its weight in weight_parts, min_samples_* counting rows;
/// e = |h - y| on all training rows, D = max e over rows of positive weight, L = e / D (loss 0),
/// (e / D)^2 (1) or 1 - exp(-e / D) (2); mean loss Lbar = sum w L. Lbar <= 0: keep the member with weight 1 and stop.
/// Lbar >= 1/2: drop the member, unless it is the only one, and stop. beta = Lbar / (1 - Lbar), weight[t] =
/// learning_rate ln(1 / beta), w *= beta^((1 - L) learning_rate), renormalised. base = 0.
///
/// Shapes    parameters (1 lane): n_estimators >= 1, the longest chain wanted; learning_rate > 0; loss, start; tree
///           limits as in GrowTreesArgs; resample (Resample), read by adaboost · weight (n_members) · base (1) ·
///           n_grown (1): members kept, <= n_estimators
/// Errors    status: ok; not_finite when the residuals leave double's range
/// Cost      n_estimators trees, one after another
/// Accuracy  bitwise; sums of weights in the canonical order, exp and log those of core/exp_log.hpp. The first T
///           members are those of the chain with n_estimators = T
/// Source    Drucker 1997; Friedman 2001; step by step as in scikit-learn, docs/numerics.md
struct BoostArgs {
  const TableView* table;
  std::int64_t n_items;
  const RowSetView* rows;
  Boosting method;
  RandomSource random;
  Parameter n_estimators;
  Parameter learning_rate;
  Parameter loss;
  Parameter start;
  Parameter resample = {};
  Parameter max_depth;
  Parameter min_samples_split;
  Parameter min_samples_leaf;
  LeafLimits leaves = {};  ///< of every member, before it predicts; nodes cut off stay in `tree`, out of reach
  TreeBatch tree;
  Batch<double> weight;
  Batch<double> base;
  Batch<std::int32_t> n_grown;
  std::int32_t* status;  ///< (n_items)
};

/// Predict the held-out rows from trees cut at each lane's depth, the first T members of a forest or chain together.
///
/// Shapes    tree_lane (lanes), null: 0, the lane of `tree` that is read · max_depth (lanes), any order; n_estimators
/// (lanes): T, at most n_members are used, of a chain at most
///           n_grown · weight, base, n_grown as in BoostArgs, read unless combine = mean · prediction (n_held_out,
///           lanes), ld = ld_held_out, in the target's unit
/// Errors    status(lane, item) = that of the trees, else ok
/// Cost      one descent a held-out row and member, whatever the number of lanes; the median sorts once for all T
/// Accuracy  bitwise: lane (d, T) equals growing with max_depth = d and n_estimators = T. Depths of a chain are all
///           those it was grown with: chains do not nest by depth
struct ReadTreesArgs {
  const TableView* table;
  std::int64_t n_items;
  std::int64_t n_lanes;
  const RowSetView* rows;
  const std::int32_t* slot;  ///< (n_items) item of `tree`
  const std::int32_t* tree_lane = nullptr;
  std::int64_t ld_held_out;
  TreeBatch tree;
  Combine combine;
  Batch<const double> weight;
  Batch<const double> base;
  Batch<const std::int32_t> n_grown;
  const std::int32_t* tree_status;  ///< by item of `tree`
  Parameter max_depth;
  Parameter n_estimators;
  LeafLimits leaves = {};  ///< (lanes) of a forest's members; needs tree.gain
  Batch<double> prediction;
  std::int32_t* n_used;  ///< (n_items, n_lanes), lane fastest: members that the prediction uses
  std::int32_t* status;  ///< (n_items, n_lanes), lane fastest
};

/// The kernel matrix of each item. `length_scale` holds `n_length_scales` values an item (1: shared by all features; d:
/// one each) from values + i * item_stride; features are divided by it. `alpha` is read by rational_quadratic alone;
/// gamma, a number or a word of SvrPathArgs, by rbf and polynomial; coef0 and degree in [1, 100] by polynomial. What is
/// not read may be null.
struct KernelArgs {
  Kernel kernel;
  std::int64_t n_length_scales;
  Parameter length_scale;
  Parameter alpha;
  Parameter gamma = {};
  Parameter coef0 = {};
  Parameter degree = {};
};

/// Factorise covariance matrices, with the right-hand sides that predictions need.
///
/// With signal variance v and noise variance s: A = K + (max(s, floor) / v) I in units of v, floor = 16 N eps v, N =
/// rows of the whole table, or 0 with noise_floor = none. A = L L' by the element recurrence of docs/numerics.md;
/// held-out cross rows, target and basis columns are appended as rows, so their forward substitution L^-1 . comes with
/// it. Collapsed rows with counts c: A = C^(1/2) K C^(1/2) + (s / v) I, and cross, target and basis times C^(1/2).
///
/// Shapes    u = training rows of the item (n_train, or n_unique if collapsed), m = held-out rows, q = basis columns
///           factor (factor_doubles(u, m + 1 + q)): opaque to all but `posterior` · jitter (1): what was added to s, in
///           scaled target units
/// Errors    status: ok; jittered; not_positive_definite; not_finite from the inputs
/// Cost      u^2 d / 2 exp + u^3 / 3 + u^2 (m + 1 + q) flops
/// Accuracy  bitwise, whatever the CPU; rounding 50 eps cond(A) against exact arithmetic
struct FactorArgs {
  const TableView* table;
  std::int64_t n_items;
  const RowSetView* rows;  ///< (n_items)
  ScaledInputs scaled;
  KernelArgs kernel;
  Mean mean;
  Parameter noise_variance;
  Parameter signal_variance;
  NoiseFloor noise_floor = NoiseFloor::raise;
  Batch<double> factor;
  Batch<double> jitter;
  std::int32_t* status;  ///< (n_items)
};

/// Reduce kernel matrices once, for every noise and signal variance: K (collapsed: C^(1/2) K C^(1/2)) = Q T Q' by
/// Householder reflections, T tridiagonal or a band of band_width diagonals on each side; cross rows, target and basis
/// columns are multiplied by Q'.
///
/// Shapes    reduced (reduced_doubles(form, u, m + 1 + q)): opaque to all but `posterior`
/// Errors    status: ok; not_finite from the inputs
/// Cost      u^2 d / 2 exp + 4/3 u^3 + 2 u^2 (m + 1 + q) flops, of the tridiagonal form bound by memory
/// Accuracy  bitwise, whatever the CPU
struct ReduceArgs {
  Factorized form;  ///< tridiagonal or band
  const TableView* table;
  std::int64_t n_items;
  const RowSetView* rows;  ///< (n_items)
  ScaledInputs scaled;
  KernelArgs kernel;
  Mean mean;
  Batch<double> reduced;
  std::int32_t* status;  ///< (n_items)
};

/// Mean and standard deviation of held-out rows, and the log marginal likelihood.
///
/// r = y - H b with b = (H' A^-1 H)^-1 H' A^-1 y. mean = h*' b + k*' A^-1 r. Variance of a new observation = v (1 - k*'
/// A^-1 k* + w' (H' A^-1 H)^-1 w) + s with w = h* - H' A^-1 k* (the mean's uncertainty included). Log marginal
/// likelihood, of the scaled target: - r' A^-1 r / (2 v) - log det(A v) / 2 - n log(2 pi) / 2; with collapsed rows
/// minus within / (2 s) + (n - u) log(s) / 2, n all training rows: it is the likelihood of every row. (Their counts
/// cancel between the density of the set means and that of the deviations from them.)
///
/// s is the raised noise variance. A basis column that depends on earlier ones in the training rows is left out. The
/// variance holds where k(x, x) = 1; of other kernels only the mean is meant (kernel ridge: alpha = s at v = 1).
///
/// Shapes    source: `factor` (one lane: its noise and signal variance)
///           or `reduced` of that form (lanes in any order)
///           mean, sd (n_held_out, lanes), ld = ld_held_out, in the target's unit
///           log_marginal_likelihood (lanes) an item
///           jitter (lanes) an item
/// Errors    status(lane, item): that of the source; jittered; not_positive_definite, numbers NaN, also where s = 0 and
///           rows are collapsed
/// Cost      cholesky: 2 u m. tridiagonal: 10 u (m + q) a lane. band: 2 b u (m + q + b) flops a lane, b = band_width
/// Accuracy  as the source; the forms agree within 50 eps cond(A) sd(y)
struct PosteriorArgs {
  const TableView* table;
  std::int64_t n_items;
  std::int64_t n_lanes;
  const RowSetView* rows;  ///< (n_items)
  ScaledInputs scaled;
  Mean mean_function;
  Factorized form;
  const std::int32_t* slot;  ///< (n_items) item of `source`
  Batch<const double> source;
  const std::int32_t* source_status;  ///< by item of `source`
  Parameter noise_variance;
  Parameter signal_variance;
  NoiseFloor noise_floor = NoiseFloor::raise;
  Batch<double> mean;
  Batch<double> sd;
  Batch<double> log_marginal_likelihood;  ///< (lanes)
  Batch<double> jitter;                   ///< (lanes)
  std::int32_t* status;                   ///< (n_items, n_lanes), lane fastest
};

/// Invert covariance matrices of the whole table, for every fold of every seed.
///
/// B = (K + (max(s, floor) / v) I)^-1 over all N rows, features scaled on the whole table.
///
/// Shapes    inverse (inverse_doubles(N)): opaque to all but `fold_posterior`
/// Errors, cost, accuracy  as FactorArgs with u = N, twice more for the inverse
struct InvertArgs {
  const TableView* table;
  std::int64_t n_items;
  ScaledInputs scaled;  ///< of the row set of all rows
  KernelArgs kernel;
  Parameter noise_variance;
  Parameter signal_variance;
  NoiseFloor noise_floor = NoiseFloor::raise;
  Batch<double> inverse;
  Batch<double> jitter;
  std::int32_t* status;  ///< (n_items)
};

/// Posteriors of all folds of a seed from one inverse over the whole table.
///
/// For fold F: error e_F = [(P)_FF]^-1 (P y)_F and covariance [(P)_FF]^-1, P = B - B H (H' B H)^-1 H' B; target scaling
/// by the fold's own training rows is an exact change of unit and, for the mean zero function, of origin (methods in
/// docs/rules.md). log det of the training block = log det A + log det B_FF.
///
/// Shapes    lanes = folds: rows (n_items, n_lanes), lane fastest · mean, sd (n_held_out, lanes), ld = ld_held_out, in
///           the target's unit · log_marginal_likelihood (lanes), jitter (lanes) an item
/// Errors    status(lane, item), as PosteriorArgs
/// Cost      N^2 / k once a fold for the block, (N / k)^3 flops for its factor
/// Accuracy  50 eps cond(A) sd(y), A over all rows, against `posterior` on the fold's own matrix
struct FoldPosteriorArgs {
  const TableView* table;
  std::int64_t n_items;
  std::int64_t n_lanes;
  const RowSetView* rows;  ///< (n_items, n_lanes), lane fastest
  ScaledInputs scaled;     ///< of the row set of all rows
  Scaling target;
  Mean mean_function;
  const std::int32_t* slot;  ///< (n_items) item of `inverse`
  std::int64_t ld_held_out;
  Batch<const double> inverse;
  const std::int32_t* inverse_status;  ///< by item of `inverse`
  Parameter noise_variance;
  Parameter signal_variance;
  NoiseFloor noise_floor = NoiseFloor::raise;
  Batch<double> mean;
  Batch<double> sd;
  Batch<double> log_marginal_likelihood;
  Batch<double> jitter;
  std::int32_t* status;  ///< (n_items, n_lanes), lane fastest
};

/// Solve epsilon-SVR for every C and epsilon of a kernel matrix.
///
/// Minimises over b and beta 1/2 beta' K beta + C sum max(|y - K beta - b| - epsilon, 0) (scaled target). Training rows
/// of one replicate set share a coefficient; without sets (replicate null) every row is its own. A path over ascending
/// C finds the active set; the answer is computed from the active set alone, so it does not depend on the path
/// (docs/numerics.md).
///
/// Words: gamma -1 = 1 / (d v), v the variance of all entries of X_train (1 where it is 0); -2 = 1 / d; -3, -4, -5 =
/// MATLAB's fine, medium and coarse Gaussian, 16 / d, 1 / d, 1 / (16 d). C -1 and epsilon -1 = iqr(y) / 1.349 and
/// iqr(y) / 13.49 of the training target in its own unit (1 and 0.1 where the range is 0), divided by the target's
/// scale.
///
/// Shapes    parameters a lane: C > 0, epsilon >= 0; an item (1 lane): kernel, gamma > 0, coef0, degree in [1, 100] ·
///           prediction (n_held_out, lanes), ld = ld_held_out, in the target's unit · the diagnostics (lanes) an item,
///           in the scaled target's unit or relative to C
/// Limits    max_iter counts the path's steps: exchanges of a pair and faces. A lane that has one is solved from
///           scratch, so that its neighbours do not decide how far it gets. fit_time_limit is CPU time of the calling
///           thread, looked at between steps: a lane overruns it by two factorisations of its free rows at most
/// Errors    status(lane, item): ok; converged_degenerate (optimal, but rounding decides a sign, or coefficients are
///           not unique; margin is 0 and cond and correction NaN where no certificate was found); iteration_limit, the
///           numbers as far as they are, gap says how far; time_limit and not_finite, numbers NaN
/// Cost      u (u + m) d / 2 exp, u the distinct rows; a lane about f^3 + 100 u f flops, f its free rows
/// Accuracy  bitwise: cold, warm, any lanes beside it in any order, any CPU; `iterations` alone tells of the path
struct SvrPathArgs {
  const TableView* table;
  std::int64_t n_items;
  std::int64_t n_lanes;
  const RowSetView* rows;  ///< (n_items)
  ScaledInputs scaled;     ///< replicates = keep: the op collapses rows itself
  Parameter kernel;        ///< an item: Kernel::rbf, linear or polynomial, as a number
  Parameter gamma;
  Parameter coef0;
  Parameter degree;
  Parameter max_iter;  ///< an item: whole, at least 1; infinity = no limit
  Parameter C;
  Parameter epsilon;
  double fit_time_limit;  ///< seconds a lane; infinity = no limit
  Batch<double> prediction;
  Batch<double> gap;               ///< KKT violation of the answer
  Batch<double> margin;            ///< least distance from its bound: of a free beta, in C, or a kink's prediction
  Batch<double> cond;              ///< condition estimate of the free block, from its pivots
  Batch<double> correction;        ///< of the one step of refinement, relative to C
  Batch<std::int32_t> iterations;  ///< face steps and SMO steps
  Batch<std::int32_t> n_support;
  std::int32_t* status;  ///< (n_items, n_lanes), lane fastest
};

/// Find the hyperparameters of largest log marginal likelihood, for the training set of each item.
///
/// Kernels of distance with length scales. L-BFGS over the logarithms of the length scales, rational_quadratic's alpha,
/// the noise and the signal variance, each within [1e-5, 1e5] (scikit-learn's bounds), with analytic gradients. Start 0
/// is what the parameters say; further starts are drawn uniformly in the logarithm, by the item's random numbers
/// (core/random.hpp, member = start). The best end wins, the earliest on ties. The mean's coefficients are profiled
/// out.
///
/// Shapes    theta (d + 3): a length scale a feature, alpha, noise variance, signal variance ·
///           log_marginal_likelihood, gradient_norm (largest component by a logarithm), iterations (all starts): 1 each
/// Errors    status: ok; iteration_limit where the best start ran out of its 200 steps; not_positive_definite where no
///           start could be evaluated, theta then is start 0; not_finite from the inputs
/// Cost      an evaluation: a factorisation with its inverse and u^2 d / 2 products; some 20 to 60 a start
/// Accuracy  bitwise, whatever the CPU. Gradient norm below 1e-5, or no step that gains more than rounding
struct MaximizeLmlArgs {
  const TableView* table;
  std::int64_t n_items;
  const RowSetView* rows;  ///< (n_items)
  ScaledInputs scaled;
  KernelArgs kernel;
  Mean mean;
  Parameter noise_variance;
  Parameter signal_variance;
  NoiseFloor noise_floor = NoiseFloor::raise;
  bool per_feature;      ///< false: the length scales keep their ratios and move together
  Parameter n_restarts;  ///< further starts, >= 0
  RandomSource random;
  Batch<double> theta;
  Batch<double> log_marginal_likelihood;
  Batch<double> gradient_norm;
  Batch<std::int32_t> iterations;
  std::int32_t* status;  ///< (n_items)
};

/// A backend. Ops it does not offer are null, and the planner's device choice skips it for studies that need them.
struct Backend {
  std::uint32_t abi;  ///< backend_abi of the header it was built with
  const char* name;   ///< "cpu", "cuda"
  /// Have its ops passed their acceptance on hardware of this kind? `auto` takes no other backend; 1 or 0.
  std::int32_t accepted;

  /// Take device number `device`, from 0, for all that this thread calls from now on; a thread begins with number 0.
  /// Returns 0, or non-zero with a reason as `probe`. Null: there is number 0 alone.
  int (*select)(std::int32_t device, char* reason, std::size_t size);
  /// From now on, once *wanted is true, the ops that this thread calls return `op_stopped` where they would take
  /// noticeably longer than `patience` seconds more. *wanted may be set by any thread or a signal handler and must live
  /// as long as ops are called; null: none. Null itself: no op takes long.
  void (*stop_when)(const std::atomic<bool>* wanted, double patience);
  /// Can it run here, on the selected device? Returns 0, or non-zero with a reason of at most size - 1 characters, fit
  /// for the report.
  int (*probe)(char* reason, std::size_t size);
  /// One line on the device and its libraries, for provenance.
  int (*describe)(char* text, std::size_t size);
  /// The flavour `vendor` of this backend, on the selected device: ops on dense matrices use a library. Null, with a
  /// reason as of `probe`, where that library cannot be used. Null itself: there is no such flavour.
  const Backend* (*vendor)(char* reason, std::size_t size);
  /// Of a flavour `vendor`: name, version and kernels of the library, whatever its bits depend on. Null: canonical.
  const char* library;
  /// Why the last call of this thread returned non-zero.
  const char* (*last_error)();

  /// Bytes of the selected device: free now, and in all. Null: its memory is the host's.
  int (*memory)(std::size_t* free_bytes, std::size_t* total_bytes);
  void* (*allocate)(std::size_t bytes);  ///< 64-byte aligned; null when out of memory
  void (*release)(void* pointer);
  int (*upload)(void* to, const void* from_host, std::size_t bytes);
  int (*download)(void* to_host, const void* from, std::size_t bytes);

  /// Host memory that `begin_download` reaches; null when there is none left. Null where begin_download is.
  void* (*allocate_host)(std::size_t bytes);
  void (*release_host)(void* pointer);
  /// Begin to copy what the ops called so far leave at `from` into memory of allocate_host. Ops called from now on run
  /// beside the copy and must not write there before wait_download; neither memory may be released. `number`, from 1
  /// on, names the copy for the thread that began it. Null: there is `download` alone.
  int (*begin_download)(void* to_host, const void* from, std::size_t bytes, std::int64_t* number);
  /// Wait for the copy of that number and those begun before it.
  int (*wait_download)(std::int64_t number);

  /// Doubles of one item's opaque value: u rows, and right-hand sides beside them.
  std::int64_t (*factor_doubles)(std::int64_t u, std::int64_t n_rhs);
  std::int64_t (*reduced_doubles)(Factorized form, std::int64_t u, std::int64_t n_rhs);
  std::int64_t (*inverse_doubles)(std::int64_t u);

  int (*standardize)(const StandardizeArgs*);
  int (*factor)(const FactorArgs*);
  int (*invert)(const InvertArgs*);
  int (*reduce)(const ReduceArgs*);
  int (*posterior)(const PosteriorArgs*);
  int (*fold_posterior)(const FoldPosteriorArgs*);
  int (*maximize_lml)(const MaximizeLmlArgs*);
  int (*svr_path)(const SvrPathArgs*);
  int (*grow_trees)(const GrowTreesArgs*);
  int (*boost)(const BoostArgs*);
  int (*read_trees)(const ReadTreesArgs*);
  int (*least_squares)(const LeastSquaresArgs*);
};

/// The CPU backend, always there.
const Backend& cpu_backend();

}  // namespace kilofold

/// The one symbol that a backend module exports.
extern "C" const kilofold::Backend* kilofold_backend();
