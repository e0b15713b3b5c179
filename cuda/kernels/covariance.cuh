// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.cuh"
#include "kilofold/core/kernel_functions.hpp"

namespace kilofold::cuda {

/// Variance of all entries of X, rows counted as often as they stand for: canonical sums of the columns, added in their
/// order; two passes.
__device__ inline double block_variance(const GpInputs& in) {
  const auto times = [&](std::int64_t i, double x) { return in.count == nullptr ? x : in.count[i] * x; };
  double entries = static_cast<double>(static_cast<std::int64_t>(in.u) * in.d);
  if (in.count != nullptr) {
    entries = block_reduce(in.u, [&](std::int64_t i, double sum) { return sum + in.count[i]; }) * in.d;
  }
  double sum = 0.0;
  for (int f = 0; f < in.d; ++f) {
    const double* const x = in.X + at(0, f, in.ld_X);
    sum += block_reduce(in.u, [&](std::int64_t i, double s) { return s + times(i, x[i]); });
  }
  const double mean = sum / entries;
  double squares = 0.0;
  for (int f = 0; f < in.d; ++f) {
    const double* const x = in.X + at(0, f, in.ld_X);
    squares += block_reduce(in.u, [&](std::int64_t i, double s) {
      const double difference = x[i] - mean;
      return std::fma(times(i, difference), difference, s);
    });
  }
  return squares / entries;
}

/// The covariance matrix of an item and its right-hand sides as rows below it, element by element: rows [0, u) K, or
/// C^(1/2) K C^(1/2) of collapsed rows, plus ratio on the diagonal; then m cross covariances, the target and the
/// columns of the basis, each times C^(1/2). Nothing of it is stored: whoever factorises it asks for each element once.
struct Covariance {
  GpInputs in;
  KernelFunction function;     ///< gamma as it is written
  const double* length_scale;  ///< (d)
  double ratio;
  double* divided;  ///< (work_doubles): rows of X and Z over their length scales, (u + m, d), then roots of counts (u)
                    ///< and gamma as a number

  static constexpr std::int64_t work_doubles(std::int64_t u, std::int64_t m, std::int64_t d) {
    return (u + m) * d + u + 1;
  }

  /// Fill `divided`. Called by the whole block before it asks for elements.
  __device__ void block_prepare() const {
    const int t = static_cast<int>(threadIdx.x), step = static_cast<int>(blockDim.x);
    for (int f = 0; f < in.d; ++f) {
      double* const column = divided + static_cast<std::int64_t>(f) * (in.u + in.m);
      for (int i = t; i < in.u + in.m; i += step) {
        column[i] = (i < in.u ? in.X[at(i, f, in.ld_X)] : in.Z[at(i - in.u, f, in.ld_Z)]) / length_scale[f];
      }
    }
    double* const root = roots();
    for (int i = t; i < in.u; i += step) root[i] = in.count == nullptr ? 1.0 : std::sqrt(in.count[i]);
    const double variance = function.gamma == gamma_scale ? block_variance(in) : 0.0;
    if (t == 0) gamma() = resolved_gamma(function.gamma, in.d, variance);
    __syncthreads();
  }

  __device__ int leading_zeros(int) const { return 0; }

  /// Element (i, j), j < u, j <= i.
  __device__ double operator()(int i, int j) const {
    const bool distance = reads_distance(function.kernel);
    if (i == j && distance) return (in.count == nullptr ? 1.0 : in.count[i]) + ratio;  // k(x, x) = 1
    const double* const root = roots();
    if (i >= in.u + in.m) return right_hand_side(i - in.u - in.m, j) * root[j];
    const std::int64_t rows = in.u + in.m;
    double argument = 0.0;
    for (int f = 0; f < in.d; ++f) {
      const double x = divided[at(i, f, rows)], other = divided[at(j, f, rows)], difference = x - other;
      argument = distance ? std::fma(difference, difference, argument) : std::fma(x, other, argument);
    }
    KernelFunction resolved = function;
    resolved.gamma = gamma();
    double k = evaluate(resolved, argument);
    if (in.count != nullptr) k = i < in.u ? k * root[i] * root[j] : k * root[j];
    return i == j ? k + ratio : k;
  }

 private:
  __device__ double* roots() const { return divided + static_cast<std::int64_t>(in.u + in.m) * in.d; }
  __device__ double& gamma() const { return roots()[in.u]; }

  /// The target, then the basis 1, x_1 .. x_d.
  __device__ double right_hand_side(int which, int j) const {
    if (which == 0) return in.y[j];
    return which == 1 ? 1.0 : in.X[at(j, which - 2, in.ld_X)];
  }
};

}  // namespace kilofold::cuda
