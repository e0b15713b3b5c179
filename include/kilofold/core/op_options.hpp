// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The discrete choices of specs, models and ops, under one name everywhere; backend.hpp says what each does.
namespace kilofold {

enum class Scaling : std::int32_t { none = 0, zscore = 1, center = 2, minmax = 3 };

/// As specs write it.
constexpr const char* name(Scaling scaling) {
  constexpr const char* names[] = {"none", "zscore", "center", "minmax"};
  return names[static_cast<std::int32_t>(scaling)];
}

/// The rows that a member of a forest sees.
enum class Sampling : std::int32_t {
  all_rows = 0,
  /// n_train draws with replacement; a row drawn twice counts twice
  bootstrap = 1,
};

enum class Boosting : std::int32_t {
  squared = 0,   ///< gradient boosting for the squared loss: each member fits the residuals (MATLAB's LSBoost)
  adaboost = 1,  ///< AdaBoost.R2 (Drucker 1997): each member fits a bootstrap drawn by the weights of the rows
};

/// How the first T members of an ensemble predict together.
enum class Combine : std::int32_t {
  mean = 0,             ///< added in member order
  weighted_sum = 1,     ///< base + sum of weight h, in member order
  weighted_median = 2,  ///< the smallest prediction whose cumulative weight reaches half the total
};

/// Where the features' centre and scale come from. The target's always come from the training rows.
enum class FitOn : std::int32_t {
  fold = 0,  ///< the training rows: nothing of the held-out rows leaks
  all = 1,   ///< every row of the table, so that folds and seeds share one kernel matrix
};
constexpr const char* name(FitOn fit_on) { return fit_on == FitOn::fold ? "fold" : "all"; }

/// Training rows with equal features.
enum class Replicates : std::int32_t {
  keep = 0,      ///< every row is a row
  collapse = 1,  ///< one row with a count and the mean target
};

/// k(x, x') of kernel methods; q = sum over features of ((x_f - x'_f) / length_scale_f)^2, s = sqrt q. Signal
/// variance 1.
enum class Kernel : std::int32_t {
  squared_exponential = 0,  ///< exp(-q / 2)
  matern32 = 1,             ///< (1 + u) exp(-u), u = sqrt 3 s
  matern52 = 2,             ///< (1 + u + u^2 / 3) exp(-u), u = sqrt 5 s
  rational_quadratic = 3,   ///< (1 + q / (2 alpha))^(-alpha)
  exponential = 4,          ///< exp(-s)
  rbf = 5,                  ///< exp(-gamma |x - x'|^2)
  linear = 6,               ///< x . x'
  polynomial = 7,           ///< (gamma x . x' + coef0)^degree
};

/// What a posterior is computed from: a factor, or a form of the matrix that takes every noise.
enum class Factorized : std::int32_t { cholesky = 0, tridiagonal = 1, band = 2 };

/// Whose arithmetic an op's numbers have (docs/numerics.md).
enum class Flavour : std::int32_t {
  canonical = 0,  ///< our own: one order of operations, the same bits everywhere
  vendor = 1,     ///< dense matrices are factorised by a vendor's library, within rounding of the canonical numbers
};
constexpr const char* name(Flavour flavour) { return flavour == Flavour::canonical ? "canonical" : "vendor"; }

/// Mean function of a Gaussian process, its coefficients estimated by generalised least squares.
enum class Mean : std::int32_t { zero = 0, constant = 1, linear = 2 };

/// Columns of the mean function's basis.
constexpr std::int64_t basis_columns(Mean mean, std::int64_t n_features) {
  return mean == Mean::zero ? 0 : mean == Mean::constant ? 1 : 1 + n_features;
}

}  // namespace kilofold
