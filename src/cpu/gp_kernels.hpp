// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/linear_kernels.hpp"

/// Vector kernels of the Gaussian-process posterior. Lengths are whole blocks of eight; zeros beyond the rows add
/// nothing.
namespace kilofold::cpu {

/// Sum of x_i y_i, a reduction to a scalar.
double inner_product(const double* x, const double* y, std::int64_t n);

/// y_i = fma(factor, x_i, y_i).
void add_multiple(double factor, const double* x, double* y, std::int64_t n);

/// x_i = x_i / divisor.
void divide(double* x, std::int64_t n, double divisor);

/// Generalised least squares on whitened columns W = L^-1 H and target z = L^-1 y: W = Q R with Q orthonormal, by
/// modified Gram-Schmidt from the left; z loses its components c = Q' z.
///
/// Shapes    W (n, q), becomes Q · z (n) · R (q, q), ld = q, upper · c (q)
void project_out(const Columns& W, double* z, double* R, double* c);

/// Sums over the training rows of one fit that say all of its held-out rows. With v = L^-1 k* and r the whitened
/// residual z - Q c:
struct HeldOutSums {
  std::int64_t ld;        ///< held-out rows in whole blocks, also the distance of the columns of basis
  std::int64_t ld_along;  ///< distance of the columns of along
  std::int64_t q;
  const double* fit;     ///< (ld) v' r
  const double* square;  ///< (ld) v' v
  const double* along;   ///< (ld, q) Q' v, ld = ld_along
  const double* basis;   ///< (ld, q) h*
  const double* R;       ///< (q, q)
  const double* c;       ///< (q)
};

/// The units of a fit's answers.
struct FitUnits {
  double signal;  ///< signal variance
  double noise;   ///< noise variance
  double centre;  ///< of the target
  double scale;
};

/// Mean and standard deviation of a new observation in the target's unit; mean, sd (ld).
///
/// With t = R'^-1 h*: mean = fit + t' c, variance = signal (max(1 - square, 0) + |t - along|^2) + noise.
void predict_rows(const HeldOutSums& sums, const FitUnits& units, double* mean, double* sd);

}  // namespace kilofold::cpu
