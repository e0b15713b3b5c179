// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "block.cuh"

namespace kilofold::cuda {

/// The scaled inputs of one item, in device memory.
struct GpInputs {
  int u;  ///< training rows, or replicate sets
  int m;  ///< held-out rows
  int d;
  int n_train;
  std::int64_t ld_X, ld_Z;
  const double* X;       ///< (u, d)
  const double* Z;       ///< (m, d)
  const double* y;       ///< (u)
  const double* count;   ///< (u), null unless collapsed
  const double* within;  ///< (1), null unless collapsed
  const double* centre;  ///< (1) of the target
  const double* scale;   ///< (1)

  __device__ double spread() const { return within == nullptr ? 0.0 : *within; }
};

/// Column-major element (i, j).
__device__ inline std::int64_t at(std::int64_t i, std::int64_t j, std::int64_t ld) { return i + j * ld; }

/// Are all elements of X (rows, columns) finite? Each thread looks at some.
__device__ inline bool finite_here(const double* X, int rows, int columns, std::int64_t ld) {
  bool finite = true;
  for (int j = 0; j < columns; ++j) {
    for (int i = static_cast<int>(threadIdx.x); i < rows; i += static_cast<int>(blockDim.x)) {
      finite = finite && std::isfinite(X[at(i, j, ld)]);
    }
  }
  return finite;
}

/// Are all inputs of an item finite?
__device__ inline bool block_finite(const GpInputs& in) {
  const bool here = finite_here(in.X, in.u, in.d, in.ld_X) && finite_here(in.Z, in.m, in.d, in.ld_Z) &&
                    finite_here(in.y, in.u, 1, in.u) && std::isfinite(in.spread()) && std::isfinite(*in.centre) &&
                    std::isfinite(*in.scale);
  return !block_any(!here);
}

/// Set n doubles to NaN.
__device__ inline void block_fill_nan(double* x, int n) {
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) {
    x[i] = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace kilofold::cuda
