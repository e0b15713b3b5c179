// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cholesky.cuh"
#include "covariance.cuh"
#include "kilofold/core/gaussian_process.hpp"
#include "symmetric_inverse.cuh"

namespace kilofold::cuda {

/// One item of `invert`.
struct InvertItem {
  Covariance covariance;
  Noise noise;
  double* factor;  ///< work memory: L and L^-1' below it
  SymmetricInverse inverse;
  double* jitter;  ///< null: not wanted
  std::int32_t* status;

  static constexpr std::int64_t factor_doubles(std::int64_t n) { return FactorStorage::doubles(n, n); }
};

/// A matrix with the identity as right-hand sides: rows [first, first + u) below it.
template <class Matrix> struct IdentityBelow {
  Matrix matrix;
  int first;

  __device__ int leading_zeros(int i) const { return i > first ? i - first : 0; }
  __device__ double operator()(int i, int j) const {
    if (i < first) return matrix(i, j);
    return i - first == j ? 1.0 : 0.0;
  }
};

/// Factor of each item with L^-1' below it, one block an item.
__global__ void __launch_bounds__(factor_threads, 2) factor_for_inverse(const InvertItem* items) {
  const InvertItem& item = items[blockIdx.x];
  const Covariance& covariance = item.covariance;
  const int n = covariance.in.u;
  FitStatus status = FitStatus::not_finite;
  if (block_finite(covariance.in)) {
    const FactorStorage L{item.factor, nullptr, FactorStorage::ld_of(2 * n)};
    covariance.block_prepare();
    const IdentityBelow<Covariance> matrix{covariance, n};
    status = FitStatus::not_positive_definite;
    if (block_cholesky(matrix, n, 2 * n, L)) {
      status = item.noise.status();
      const double log_det = 2.0 * block_log_diagonal(L.far, L.ld, n);
      if (threadIdx.x == 0) item.inverse.log_det() = log_det;
    }
  }
  if (threadIdx.x != 0) return;
  if (item.jitter != nullptr) *item.jitter = item.noise.jitter;
  *item.status = static_cast<std::int32_t>(status);
}

inline constexpr int product_tile = 32;
inline constexpr int product_depth = 16;
inline constexpr int product_threads = 256;

/// 32 x 16 elements of V = L^-1', rows from `row`, columns from k, zero where V has none.
__device__ inline void stage_rows(const FactorStorage& L, int n, int row, int k, double* to) {
  for (int e = static_cast<int>(threadIdx.x); e < product_tile * product_depth; e += product_threads) {
    const int i = row + e % product_tile, column = k + e / product_tile;
    to[e] = i < n && column < n && column >= i ? L.far[at(n + i, column, L.ld)] : 0.0;
  }
}

/// B = V V': b_ij = sum over k >= i of V_ik V_jk, j <= i, one fma chain, and its mirror image. Blocks: items by tiles
/// of 32 x 32 in the lower half, row after row of tiles.
__global__ void __launch_bounds__(product_threads) multiply_inverses(const InvertItem* items) {
  using Staged = double[product_tile * product_depth];
  DEV_SHARED(Staged, left);
  DEV_SHARED(Staged, right);
  const InvertItem& item = items[blockIdx.x];
  if (failed(static_cast<FitStatus>(*item.status))) return;
  int tile_row = 0, tile = static_cast<int>(blockIdx.y);
  while (tile > tile_row) tile -= ++tile_row;
  const int n = item.inverse.n, first_row = tile_row * product_tile, first_column = tile * product_tile;
  const FactorStorage L{item.factor, nullptr, FactorStorage::ld_of(2 * n)};
  const int t = static_cast<int>(threadIdx.x), row = t % product_tile, column = t / product_tile * thread_columns;
  double sum[thread_columns] = {0.0, 0.0, 0.0, 0.0};
  for (int k = first_row; k < n; k += product_depth) {
    stage_rows(L, n, first_row, k, left);
    stage_rows(L, n, first_column, k, right);
    __syncthreads();
    for (int step = 0; step < product_depth; ++step) {
      DEV_UNROLL
      for (int c = 0; c < thread_columns; ++c) {
        sum[c] = std::fma(left[row + step * product_tile], right[column + c + step * product_tile], sum[c]);
      }
    }
    __syncthreads();
  }
  const int i = first_row + row;
  DEV_UNROLL
  for (int c = 0; c < thread_columns; ++c) {
    const int j = first_column + column + c;
    if (i >= n || j > i) continue;
    item.inverse.column(j)[i] = sum[c];
    item.inverse.column(i)[j] = sum[c];
  }
}

}  // namespace kilofold::cuda
