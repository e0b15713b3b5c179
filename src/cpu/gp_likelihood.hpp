// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/flavour.hpp"
#include "cpu/gp_inputs.hpp"

namespace kilofold::cpu {

/// The log marginal likelihood of one training set as a function of its hyperparameters, with its gradient.
///
/// The covariance of the target is S = v K + s I (collapsed rows: v C^(1/2) K C^(1/2) + s I), a = S^-1 r with r = y - H
/// b and b of generalised least squares; a derivative is tr((a a' - S^-1) dS) / 2, because b is optimal at every point.
class Likelihood {
 public:
  /// Take a training set: n rows, `inputs.u` of them distinct if collapsed, of a table of n_table rows.
  void begin(const ItemInputs& inputs, std::int64_t n, std::int64_t n_table, Kernel kernel,
             std::int64_t n_length_scales, Mean mean, NoiseFloor noise_floor = NoiseFloor::raise,
             const Factorisations& flavour = canonical);

  /// Value and gradient by the logarithms of theta: length scales, alpha, noise variance, signal variance.
  ///
  /// Returns   NaN where the covariance is not positive definite; the gradient is then void. Alpha's component is zero
  ///           unless the kernel is rational_quadratic
  /// Cost      u^3 flops, and u^2 (d + 2)
  /// Accuracy  value as `posterior`; gradient 50 eps cond(S) of its largest term
  double evaluate(std::span<const double> theta, std::span<double> gradient);

 private:
  struct Sums {                      ///< over the pairs of rows, of (a_i a_k / v - (A^-1)_ik) times
    std::vector<double> by_feature;  ///< the kernel's derivative by the logarithm of the feature's length scale
    double by_alpha;                 ///< the same by the logarithm of alpha
  };
  bool factorise(std::span<const double> theta, const Noise& noise);
  void whiten();
  Sums sum_pairs(std::span<const double> theta, double signal);

  const Factorisations* flavour_ = &canonical;
  ItemInputs inputs_{};
  std::int64_t n_ = 0;
  std::int64_t n_table_ = 0;
  Kernel kernel_ = Kernel::squared_exponential;
  std::int64_t n_length_scales_ = 1;
  NoiseFloor noise_floor_ = NoiseFloor::raise;
  CovarianceBuilder builder_;
  Basis basis_;
  Panels A_{};  ///< K + ratio I, then its factor; extra rows: the identity, then the inverse of the factor
  Panels K_{};  ///< the triangle of K
  SymmetricInverse inverse_{};
  Scratch<double> A_store_, K_store_, inverse_store_, weighted_store_, whitened_store_, R_store_, solved_store_;
  double quadratic_ = 0;      ///< r' A^-1 r
  double* solved_ = nullptr;  ///< (u) A^-1 r
};

}  // namespace kilofold::cpu
