// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kilofold/core/gaussian_process.hpp"
#include "kilofold/core/matrix.hpp"
#include "kilofold/core/op_options.hpp"

namespace kilofold {

/// A Gaussian process: its covariance, of scaled distances or a kernel of SVR's, its scales, and the mean function.
struct ReferenceGp {
  Kernel kernel = Kernel::squared_exponential;
  std::vector<double> length_scale;  ///< one, or one a feature
  double alpha = 1;                  ///< rational_quadratic
  Mean mean = Mean::zero;
  double noise_variance = 0;  ///< raised to 16 N eps signal_variance, N the rows of the table, if there is a floor
  double signal_variance = 1;
  Scaling features = Scaling::zscore;
  Scaling target = Scaling::zscore;
  NoiseFloor noise_floor = NoiseFloor::raise;
  double gamma = 1;         ///< rbf, polynomial
  double coef0 = 0;         ///< polynomial
  std::int32_t degree = 1;  ///< polynomial
  /// Least size of the target in the bound: its root mean square where folds may come from one inverse, which meets the
  /// target before it is centred.
  double least_size = 0;
};

struct ReferenceGpFit {
  std::vector<double> mean, sd;        ///< of a new observation, in the target's unit
  double log_marginal_likelihood = 0;  ///< of the scaled target
  double condition = 0;                ///< of A, by power iteration
  double target_sd = 0;                ///< population sd of the training target
  /// How far a mean in double may be: 50 eps cond(A) times the root mean square of the target about its centre, plus a
  /// rounding of the answer (eps of the largest), plus what the rounding of the centre, which moves every target alike,
  /// leaves in a prediction of weights w (as much as 1 - sum of w). In the target's unit.
  double bound = 0;
  /// The same of the sd: a variance is within it times the larger of the sd and target_sd. A centre that is off by c
  /// makes the squared scale larger by c^2.
  double sd_bound = 0;
};

/// Fit the process to the training rows and predict the held-out rows, from the textbook's formulas: A = K + (s / v) I
/// over every row, b = (H' A^-1 H)^-1 H' A^-1 y, no row collapsed, nothing shared.
///
/// Features are scaled by `feature_rows`, the target by the training rows. Basis columns that depend on earlier ones in
/// the training rows (less than max(n, q) eps of their norm is left, eps of double) get the coefficient 0.
///
/// Cost      O(n^3) in long double
/// Accuracy  that of long double
ReferenceGpFit reference_gp(MatrixView<const double> X, std::span<const double> y, std::span<const std::int32_t> train,
                            std::span<const std::int32_t> held_out, std::span<const std::int32_t> feature_rows,
                            const ReferenceGp& model);

}  // namespace kilofold
