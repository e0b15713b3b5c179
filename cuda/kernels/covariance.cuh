// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.cuh"
#include "kilofold/core/kernel_functions.hpp"

namespace kilofold::cuda {

/// The covariance matrix of an item and its right-hand sides as rows below it, element by element: rows [0, u) K, or
/// C^(1/2) K C^(1/2) of collapsed rows, plus ratio on the diagonal; then m cross covariances, the target and the
/// columns of the basis, each times C^(1/2). Nothing of it is stored: whoever factorises it asks for each element once.
struct Covariance {
  GpInputs in;
  KernelFunction function;
  const double* length_scale;  ///< (d)
  double ratio;
  double* divided;  ///< (work_doubles): rows of X and Z over their length scales, (u + m, d), then roots of counts (u)

  static constexpr std::int64_t work_doubles(std::int64_t u, std::int64_t m, std::int64_t d) { return (u + m) * d + u; }

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
    __syncthreads();
  }

  __device__ int leading_zeros(int) const { return 0; }

  /// Element (i, j), j < u, j <= i.
  __device__ double operator()(int i, int j) const {
    if (i == j) return (in.count == nullptr ? 1.0 : in.count[i]) + ratio;
    const double* const root = roots();
    if (i >= in.u + in.m) return right_hand_side(i - in.u - in.m, j) * root[j];
    const std::int64_t rows = in.u + in.m;
    double q = 0.0;
    for (int f = 0; f < in.d; ++f) {
      const double difference = divided[at(i, f, rows)] - divided[at(j, f, rows)];
      q = std::fma(difference, difference, q);
    }
    const double k = evaluate(function, q);
    if (in.count == nullptr) return k;
    return i < in.u ? k * root[i] * root[j] : k * root[j];
  }

 private:
  __device__ double* roots() const { return divided + static_cast<std::int64_t>(in.u + in.m) * in.d; }

  /// The target, then the basis 1, x_1 .. x_d.
  __device__ double right_hand_side(int which, int j) const {
    if (which == 0) return in.y[j];
    return which == 1 ? 1.0 : in.X[at(j, which - 2, in.ld_X)];
  }
};

}  // namespace kilofold::cuda
