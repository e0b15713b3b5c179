// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cholesky.cuh"
#include "symmetric_inverse.cuh"

/// A^-1 from a factorisation that had the identity among its right-hand sides.
namespace kilofold::cuda {

/// A matrix with its right-hand sides and below them, from row `first` on, the identity.
template <class Matrix> struct IdentityBelow {
  Matrix matrix;
  int first;

  __device__ int leading_zeros(int i) const { return i > first ? i - first : 0; }
  __device__ double operator()(int i, int j) const {
    if (i < first) return matrix(i, j);
    return i - first == j ? 1.0 : 0.0;
  }
};

/// What became of the identity: V = L^-1' (n, n), upper, in the rows of a factor from `first` on.
struct WhitenedIdentity {
  const double* factor;
  std::int64_t ld;
  int first;
  int n;
};

inline constexpr int product_tile = 32;
inline constexpr int product_depth = 16;
inline constexpr int product_threads = 256;

/// Tiles of the lower half.
KILOFOLD_HD constexpr int product_tiles(std::int64_t n) {
  const auto rows = static_cast<int>((n + product_tile - 1) / product_tile);
  return rows * (rows + 1) / 2;
}

/// Blocks that share an item's tiles: one a tile, up to as many as a grid may be high.
constexpr unsigned product_blocks(std::int64_t n) {
  constexpr int most_blocks = 65535;
  return static_cast<unsigned>(product_tiles(n) < most_blocks ? product_tiles(n) : most_blocks);
}

/// 32 x 16 elements of V, rows from `row`, columns from k, zero where V has none.
__device__ inline void stage_rows(const WhitenedIdentity& V, int row, int k, double* to) {
  for (int e = static_cast<int>(threadIdx.x); e < product_tile * product_depth; e += product_threads) {
    const int i = row + e % product_tile, column = k + e / product_tile;
    to[e] = i < V.n && column < V.n && column >= i ? V.factor[at(V.first + i, column, V.ld)] : 0.0;
  }
}

/// One tile of B = V V': b_ij = sum over k >= i of V_ik V_jk, j <= i, one fma chain, and its mirror image. Tiles of 32
/// x 32 in the lower half are numbered row after row of tiles.
__device__ inline void block_multiply_tile(const WhitenedIdentity& V, const SymmetricInverse& B, int tile) {
  using Staged = double[product_tile * product_depth];
  DEV_SHARED(Staged, left);
  DEV_SHARED(Staged, right);
  int tile_row = 0;
  while (tile > tile_row) tile -= ++tile_row;
  const int first_row = tile_row * product_tile, first_column = tile * product_tile;
  const int t = static_cast<int>(threadIdx.x), row = t % product_tile, column = t / product_tile * thread_columns;
  double sum[thread_columns] = {0.0, 0.0, 0.0, 0.0};
  for (int k = first_row; k < V.n; k += product_depth) {
    stage_rows(V, first_row, k, left);
    stage_rows(V, first_column, k, right);
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
    if (i >= V.n || j > i) continue;
    B.column(j)[i] = sum[c];
    B.column(i)[j] = sum[c];
  }
}

/// The tiles of B that are this block's. Blocks: items by product_blocks.
__device__ inline void multiply_inverse(const WhitenedIdentity& V, const SymmetricInverse& B) {
  const int n_tiles = product_tiles(V.n);
  for (int tile = static_cast<int>(blockIdx.y); tile < n_tiles; tile += static_cast<int>(gridDim.y)) {
    block_multiply_tile(V, B, tile);
  }
}

}  // namespace kilofold::cuda
