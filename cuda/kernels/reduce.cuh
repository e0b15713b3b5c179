// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reduce_item.cuh"
#include "tridiagonal.cuh"

namespace kilofold::cuda {

/// Compute the matrix, both halves, and its right-hand sides.
__device__ inline void block_fill(const Covariance& covariance, const Reduction& r, const Tridiagonal<double>& T) {
  const int t = static_cast<int>(threadIdx.x);
  for (int j = 0; j < r.n; ++j) {
    for (int i = j + t; i < r.n; i += reduce_threads) {
      r.A[at(i, j, r.ld)] = r.A[at(j, i, r.ld)] = covariance(i, j);
    }
    for (int row = t; row < T.n_rows; row += reduce_threads) T.rows[at(row, j, T.n_rows)] = covariance(r.n + row, j);
  }
  __syncthreads();
}

/// One block an item. near_doubles: of dynamic shared memory, for the vectors of a step and for matrices that fit
/// beside them; what does not fit lies in device memory.
__global__ void __launch_bounds__(reduce_threads, 2) reduce_items(const ReduceItem* items, std::int64_t near_doubles) {
  const ReduceItem& item = items[blockIdx.x];
  const int u = item.covariance.in.u;
  FitStatus status = FitStatus::not_finite;
  if (block_finite(item.covariance.in)) {
    double* const near = dev::dyn_shared<double>();
    const std::int64_t vectors = Reduction::vector_doubles(u);
    const bool whole = Reduction::work_doubles(u) <= near_doubles;
    const Reduction r =
        Reduction::in((whole ? near : item.work) + vectors, vectors <= near_doubles ? near : item.work, u);
    const Tridiagonal<double> T = Tridiagonal<double>::in(item.reduced, u, item.n_rows);
    item.covariance.block_prepare();
    block_fill(item.covariance, r, T);
    block_tridiagonalise(r, T);
    block_reflect_rows(r, T);
    status = FitStatus::ok;
  }
  if (threadIdx.x == 0) *item.status = static_cast<std::int32_t>(status);
}

}  // namespace kilofold::cuda
