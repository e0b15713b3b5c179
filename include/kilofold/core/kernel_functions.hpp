// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/op_options.hpp"
#include "kilofold/core/reduction.hpp"

/// Kernel functions of kernel methods, each by one order of operations, so that the bits are the same everywhere.
/// src/cpu/kernel_functions-inl.h holds the same for eight numbers at once.
namespace kilofold {

/// The word for gamma that reads the training rows: 1 / (d v), v the variance of all their entries.
inline constexpr double gamma_scale = -1;
inline constexpr double gamma_fine = -3;
inline constexpr double gamma_coarse = -5;

/// A number above 0, or one of the five words.
inline bool is_gamma(double gamma) {
  if (gamma < 0) return gamma >= gamma_coarse && gamma == std::floor(gamma);
  return std::isfinite(gamma) && gamma > 0;
}

/// The number of a gamma. -1 scale: 1 / (d v), 1 if v is 0. -2 auto: 1 / d. -3, -4, -5: MATLAB's fine, medium and
/// coarse Gaussian, 1 / s^2 with s = sqrt(d) / 4, sqrt(d), 4 sqrt(d). `variance` is read by scale alone.
KILOFOLD_HD inline double resolved_gamma(double gamma, double d, double variance) {
  if (gamma > 0) return gamma;
  if (gamma == gamma_scale) return variance == 0 ? 1 : 1 / (d * variance);
  if (gamma == gamma_fine) return 16 / d;
  if (gamma == gamma_coarse) return 1 / (16 * d);
  return 1 / d;
}

/// A kernel and the parameters it reads itself; length scales are divided out of the features beforehand.
struct KernelFunction {
  Kernel kernel = Kernel::squared_exponential;
  double alpha = 1;         ///< rational_quadratic, > 0
  double gamma = 1;         ///< rbf, polynomial; a number by the time a kernel is evaluated
  double coef0 = 0;         ///< polynomial
  std::int32_t degree = 1;  ///< polynomial, >= 0
};

/// Is the kernel's argument the squared distance q of two rows (one fma chain over ascending features of the
/// differences), or their inner product (the same chain of the values)?
KILOFOLD_HD constexpr bool reads_distance(Kernel kernel) {
  return kernel != Kernel::linear && kernel != Kernel::polynomial;
}

/// Squared distances and scaled arguments above this count as this: every kernel is then 0 or as good as, and nothing
/// overflows.
inline constexpr double largest_kernel_argument = 1e300;

/// The smaller of x and the largest argument; NaN stays NaN.
KILOFOLD_HD inline double bounded_argument(double x) {
  return x > largest_kernel_argument ? largest_kernel_argument : x;
}

KILOFOLD_HD inline double squared_exponential(double q) { return exp_minus(0.5 * q); }

KILOFOLD_HD inline double matern32(double q) {
  const double u = std::sqrt(3.0 * bounded_argument(q));
  const double e = exp_minus(u);
  return std::fma(u, e, e);
}

KILOFOLD_HD inline double matern52(double q) {
  const double u = std::sqrt(5.0 * bounded_argument(q));
  return std::fma(u, std::fma(u, 1.0 / 3.0, 1.0), 1.0) * exp_minus(u);
}

/// (1 + t)^-alpha with t = q / (2 alpha), as exp(-alpha ln(1 + t)). What rounding takes from 1 + t is given back to the
/// logarithm to first order: without it large alpha would lose log10(alpha) digits.
KILOFOLD_HD inline double rational_quadratic(double q, double alpha) {
  const double t = bounded_argument(q / (2.0 * alpha));
  const double base = 1.0 + t;
  const double lost = (t - (base - 1.0)) / base;
  return exp_minus(alpha * (natural_log(base) + lost));
}

KILOFOLD_HD inline double exponential(double q) { return exp_minus(std::sqrt(q)); }

KILOFOLD_HD inline double rbf(double q, double gamma) { return exp_minus(gamma * q); }

/// (gamma p + coef0)^degree by repeated multiplication.
KILOFOLD_HD inline double polynomial(double product, double gamma, double coef0, std::int32_t degree) {
  const double base = std::fma(gamma, product, coef0);
  double power = 1.0;
  for (std::int32_t i = 0; i < degree; ++i) power *= base;
  return power;
}

/// f of a squared distance or an inner product.
///
/// Accuracy  under 4 ulp; rational_quadratic 4 ulp times 1 + the exponent
KILOFOLD_HD inline double evaluate(const KernelFunction& f, double argument) {
  switch (f.kernel) {
    case Kernel::squared_exponential:
      return squared_exponential(argument);
    case Kernel::matern32:
      return matern32(argument);
    case Kernel::matern52:
      return matern52(argument);
    case Kernel::rational_quadratic:
      return rational_quadratic(argument, f.alpha);
    case Kernel::exponential:
      return exponential(argument);
    case Kernel::rbf:
      return rbf(argument, f.gamma);
    case Kernel::linear:
      return argument;
    case Kernel::polynomial:
      return polynomial(argument, f.gamma, f.coef0, f.degree);
  }
  return NAN;
}

/// -2 dk/dq divided by k of a covariance of scaled distances, so that the derivative of k by the logarithm of a length
/// scale is k times this times the feature's part of q.
KILOFOLD_HD inline double relative_slope(const KernelFunction& f, double q) {
  switch (f.kernel) {
    case Kernel::matern32:
      return 3.0 / (1.0 + std::sqrt(3.0 * q));
    case Kernel::matern52: {
      const double u = std::sqrt(5.0 * q);
      return (5.0 / 3.0) * (1.0 + u) / (1.0 + u + u * u / 3.0);
    }
    case Kernel::rational_quadratic:
      return 1.0 / (1.0 + q / (2.0 * f.alpha));
    case Kernel::exponential:
      return q > 0 ? 1.0 / std::sqrt(q) : 0.0;
    default:
      return 1.0;
  }
}

/// Derivative of ln k by ln alpha, rational_quadratic.
KILOFOLD_HD inline double slope_by_alpha(double q, double alpha) {
  const double base = 1.0 + q / (2.0 * alpha);
  return q / (2.0 * base) - alpha * natural_log(base);
}

}  // namespace kilofold
