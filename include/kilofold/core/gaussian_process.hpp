// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/fit_status.hpp"

/// Scalar formulas of Gaussian processes, the same on every backend.
namespace kilofold {

/// What becomes of a noise variance s below 16 N eps v, N the rows of the table and v the signal variance: a matrix
/// with less is singular to rounding.
enum class NoiseFloor : std::int32_t {
  raise = 0,  ///< raised to it, as Gaussian processes have it
  none = 1,   ///< kept: a matrix that cannot be factorised is a failed fit
};

/// Half-width of the band that `reduce` leaves of a matrix in the form `band`: it has 2 band_width + 1 diagonals. Wide
/// enough for products of matrices to be bound by arithmetic, and every level pays 2 band_width flops a row and column.
inline constexpr std::int64_t band_width = 32;

/// Noise and signal variance of a fit: A = K + ratio I in units of the signal variance.
struct Noise {
  double signal;  ///< signal variance v
  double noise;   ///< noise variance s, raised to the floor
  double jitter;  ///< what the floor added
  double ratio;   ///< s / v

  KILOFOLD_HD FitStatus status() const { return jitter > 0 ? FitStatus::jittered : FitStatus::ok; }
};

/// Raise the noise to 16 N eps v, N the rows of the table, where there is a floor.
KILOFOLD_HD inline Noise raised_noise(double noise_variance, double signal_variance, std::int64_t n_table,
                                      NoiseFloor noise_floor) {
  constexpr double eps = std::numeric_limits<double>::epsilon();
  const double raised = 16.0 * static_cast<double>(n_table) * eps * signal_variance;
  const double floor = noise_floor == NoiseFloor::raise ? raised : 0.0;
  const double noise = noise_variance < floor ? floor : noise_variance;
  return {signal_variance, noise, noise - noise_variance, noise / signal_variance};
}

/// What a fit's evidence is made of.
struct Evidence {
  double quadratic;  ///< r' A^-1 r
  double log_det;    ///< ln det A
  std::int64_t u;    ///< rows of A
  std::int64_t n;    ///< training rows, u unless collapsed
  double within;     ///< sum of squared deviations from the replicates' means
};

/// Log marginal likelihood of all n training rows.
///
/// With counts C and A = C^(1/2) K C^(1/2) + (s / v) I the set means have the density N(0, C^(-1/2) v A C^(-1/2)),
/// whose determinant brings + half the log of the product of counts; the deviations within the sets bring minus it,
/// within / (2 s) and (n - u) / 2 ln(2 pi s). The counts cancel.
KILOFOLD_HD inline double log_marginal_likelihood(const Evidence& e, const Noise& noise) {
  constexpr double log_2_pi = 1.8378770664093454836;
  const auto u = static_cast<double>(e.u), n = static_cast<double>(e.n);
  double twice = e.quadratic / noise.signal + e.log_det;
  twice += u * natural_log(noise.signal);
  twice += n * log_2_pi;
  if (e.n != e.u) twice += e.within / noise.noise + (n - u) * natural_log(noise.noise);
  return -0.5 * twice;
}

/// Derivatives of the log marginal likelihood by the logarithms of the two variances.
struct VarianceSlopes {
  double by_noise;
  double by_signal;
};

/// trace is that of A^-1, square a'a with a = A^-1 r.
KILOFOLD_HD inline VarianceSlopes variance_slopes(const Evidence& e, double trace, double square, const Noise& noise) {
  const auto u = static_cast<double>(e.u);
  const double noise_part = noise.ratio * (square / noise.signal - trace);
  double by_noise = 0.5 * noise_part;
  if (e.n != e.u) by_noise += 0.5 * (e.within / noise.noise - static_cast<double>(e.n - e.u));
  return {by_noise, 0.5 * (e.quadratic / noise.signal - u - noise_part)};
}

}  // namespace kilofold
