// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.cuh"
#include "kilofold/core/exp_log.hpp"

/// Cholesky factorisation of one matrix by one block, in the order of docs/numerics.md: l_ij = (a_ij - sum over k < j
/// of l_ik l_jk) / l_jj, one fma chain over ascending k.
///
/// Left-looking in block columns of 32: tiles of 128 rows take their elements from a function, go through the chains of
/// all earlier columns (16 at a time through shared memory, 4 x 4 elements a thread) and are finished row by row. So
/// the matrix is never stored before it is a factor, and the factor is read once for every 32 columns.
namespace kilofold::cuda {

inline constexpr int factor_threads = 256;
inline constexpr int block_columns = 32;
inline constexpr int tile_rows = 128;
inline constexpr int chain_depth = 16;
inline constexpr int thread_rows = 4;
inline constexpr int thread_columns = 4;
inline constexpr int group_columns = 8;

/// Lower triangle (u, u) of L and rows below it, column-major; `near` holds the same in shared memory where it fits.
struct FactorStorage {
  double* far;
  double* near;  ///< null: does not fit
  std::int64_t ld;

  /// Distance of columns: whole cache lines.
  static constexpr std::int64_t ld_of(std::int64_t rows) { return (rows + 15) / 16 * 16; }
  static constexpr std::int64_t doubles(std::int64_t u, std::int64_t n_extra) { return ld_of(u + n_extra) * u; }

  __device__ double read(int i, int k) const { return (near != nullptr ? near : far)[at(i, k, ld)]; }
  __device__ void write(int i, int k, double value) const {
    far[at(i, k, ld)] = value;
    if (near != nullptr) near[at(i, k, ld)] = value;
  }
};

/// Shared memory of a factorisation. The tile's place also holds what the chains read, while its elements are in
/// registers.
struct FactorTiles {
  double tile[block_columns * tile_rows];          ///< (128, 32), column-major
  double diagonal[block_columns * block_columns];  ///< the block column's own triangle
  int bad_pivot;
};

/// Dynamic shared memory that a factor may take beside the tiles: what an sm_80 block has, so that one rule holds for
/// every device.
inline constexpr std::int64_t most_near_doubles =
    (163 * 1024 - static_cast<std::int64_t>(sizeof(FactorTiles)) - 1024) / static_cast<std::int64_t>(sizeof(double));

/// Of a block column: its first column and width; rows of the whole matrix.
struct BlockColumn {
  int first;
  int width;
  int rows;
};

/// Elements of the matrix into the tile, zero where it has none.
template <class Element>
__device__ void fill_tile(FactorTiles& s, const Element& element, const BlockColumn& b, int first_row) {
  for (int e = static_cast<int>(threadIdx.x); e < block_columns * tile_rows; e += factor_threads) {
    const int i = first_row + e % tile_rows, column = e / tile_rows, j = b.first + column;
    s.tile[e] = i < b.rows && column < b.width && j <= i ? element(i, j) : 0.0;
  }
  __syncthreads();
}

/// Rows of the tile and multipliers for 16 steps of the chains. Leading zeros of a row were never written.
template <class Element>
__device__ void stage_chains(FactorTiles& s, const Element& element, const FactorStorage& L, const BlockColumn& b,
                             int first_row, int k) {
  double* const rows = s.tile;
  double* const multipliers = s.tile + chain_depth * tile_rows;
  for (int e = static_cast<int>(threadIdx.x); e < chain_depth * tile_rows; e += factor_threads) {
    const int i = first_row + e % tile_rows;
    const int column = k + e / tile_rows;
    rows[e] = i < b.rows && column >= element.leading_zeros(i) ? L.read(i, column) : 0.0;
  }
  for (int e = static_cast<int>(threadIdx.x); e < chain_depth * block_columns; e += factor_threads) {
    const int column = e % block_columns;
    multipliers[e] = column < b.width ? L.read(b.first + column, k + e / block_columns) : 0.0;
  }
  __syncthreads();
}

/// The tile's chains over all columns before the block column: a -= l_ik l_jk, k ascending.
template <class Element>
__device__ void run_chains(FactorTiles& s, const Element& element, const FactorStorage& L, const BlockColumn& b,
                           int first_row) {
  const int t = static_cast<int>(threadIdx.x), warp = t / 32, lane = t % 32;
  const int row = warp % 4 * 32 + lane % 8, column = warp / 4 * 16 + lane / 8 * thread_columns;
  double a[thread_rows][thread_columns];
  DEV_UNROLL
  for (int r = 0; r < thread_rows; ++r) {
    DEV_UNROLL
    for (int c = 0; c < thread_columns; ++c) a[r][c] = s.tile[row + 8 * r + (column + c) * tile_rows];
  }
  __syncthreads();
  for (int k = element.leading_zeros(first_row) / chain_depth * chain_depth; k < b.first; k += chain_depth) {
    stage_chains(s, element, L, b, first_row, k);
    const double* rows = s.tile + row;
    const double* multipliers = s.tile + chain_depth * tile_rows + column;
    DEV_UNROLL_4
    for (int step = 0; step < chain_depth; ++step, rows += tile_rows, multipliers += block_columns) {
      DEV_UNROLL
      for (int r = 0; r < thread_rows; ++r) {
        DEV_UNROLL
        for (int c = 0; c < thread_columns; ++c) a[r][c] = std::fma(-rows[8 * r], multipliers[c], a[r][c]);
      }
    }
    __syncthreads();
  }
  DEV_UNROLL
  for (int r = 0; r < thread_rows; ++r) {
    DEV_UNROLL
    for (int c = 0; c < thread_columns; ++c) s.tile[row + 8 * r + (column + c) * tile_rows] = a[r][c];
  }
  __syncthreads();
}

/// Columns [first, first + 8) of one row of the tile, with their chains over the columns before them: own(c) is the
/// row's element of the factor.
template <class Own>
__device__ void load_group(const FactorTiles& s, int row, int first, Own own, double (&x)[group_columns]) {
  DEV_UNROLL
  for (int e = 0; e < group_columns; ++e) x[e] = s.tile[row + (first + e) * tile_rows];
  for (int c = 0; c < first; ++c) {
    const double l = own(c);
    const double* const multipliers = s.diagonal + first + c * block_columns;
    DEV_UNROLL
    for (int e = 0; e < group_columns; ++e) x[e] = std::fma(-l, multipliers[e], x[e]);
  }
}

/// The triangle at the head of the tile, by the first warp, a row a lane; rows and columns beyond the width are the
/// identity's.
__device__ inline void factor_diagonal(FactorTiles& s, int width) {
  const int row = static_cast<int>(threadIdx.x);
  for (int c = 0; c < block_columns; ++c) {
    if (row >= width || c >= width) s.diagonal[row + c * block_columns] = row == c ? 1.0 : 0.0;
  }
  __syncwarp();
  for (int first = 0; first < width; first += group_columns) {
    double x[group_columns];
    load_group(
        s, row, first, [&](int c) { return s.diagonal[row + c * block_columns]; }, x);
    DEV_UNROLL
    for (int e = 0; e < group_columns; ++e) {
      const int c = first + e;
      const double pivot = __shfl_sync(whole_warp, x[e], c);
      if (c >= width) continue;
      if (!(pivot > 0)) {
        if (row == 0) s.bad_pivot = 1;
        return;
      }
      const double root = std::sqrt(pivot);
      x[e] = row == c ? root : x[e] / root;
      if (row < width) s.diagonal[row + c * block_columns] = x[e];
      __syncwarp();
      const double* const multipliers = s.diagonal + first + c * block_columns;
      DEV_UNROLL
      for (int f = e + 1; f < group_columns; ++f) x[f] = std::fma(-x[e], multipliers[f], x[f]);
    }
  }
}

/// Finish the tile's rows with the block column's triangle, a row a thread, and write them out.
__device__ inline void finish_rows(FactorTiles& s, const FactorStorage& L, const BlockColumn& b, int first_row) {
  const int row = static_cast<int>(threadIdx.x), i = first_row + row;
  if (row >= tile_rows || i >= b.rows) return;
  if (i < b.first + b.width) {
    for (int c = 0; c <= row; ++c) L.write(i, b.first + c, s.diagonal[row + c * block_columns]);
    return;
  }
  for (int first = 0; first < b.width; first += group_columns) {
    double x[group_columns];
    load_group(
        s, row, first, [&](int c) { return s.tile[row + c * tile_rows]; }, x);
    DEV_UNROLL
    for (int e = 0; e < group_columns; ++e) {
      const double* const multipliers = s.diagonal + first + (first + e) * block_columns;
      x[e] = x[e] / multipliers[e];
      DEV_UNROLL
      for (int f = e + 1; f < group_columns; ++f) x[f] = std::fma(-x[e], multipliers[f], x[f]);
      s.tile[row + (first + e) * tile_rows] = x[e];
      if (first + e < b.width) L.write(i, b.first + first + e, x[e]);
    }
  }
}

/// Factorise the matrix whose element (i, j), j <= i, is element(i, j), with `rows` - u right-hand sides as rows below
/// it.
/// Row i begins with element.leading_zeros(i) zeros, 0 for i < u and never fewer than the row before it; what L has
/// there is neither read nor written.
///
/// Requires  factor_threads threads, all of which call
/// Returns   false at the first pivot that is not above zero, NaN included; L is then void
/// Cost      u^3 / 3 + u^2 (rows - u) flops; u^2 rows / 64 doubles read
template <class Element>
__device__ bool block_cholesky(const Element& element, int u, int rows, const FactorStorage& L) {
  DEV_SHARED(FactorTiles, s);
  if (threadIdx.x == 0) s.bad_pivot = 0;
  for (int first = 0; first < u; first += block_columns) {
    const BlockColumn b{first, u - first < block_columns ? u - first : block_columns, rows};
    for (int first_row = first; first_row < rows; first_row += tile_rows) {
      if (element.leading_zeros(first_row) >= first + b.width) break;
      fill_tile(s, element, b, first_row);
      run_chains(s, element, L, b, first_row);
      if (first_row == first) {
        if (threadIdx.x < warp_threads) factor_diagonal(s, b.width);
        __syncthreads();
        if (s.bad_pivot != 0) return false;
      }
      finish_rows(s, L, b, first_row);
      __syncthreads();
    }
  }
  return true;
}

/// Sum of ln l_jj, a reduction to a scalar.
__device__ inline double block_log_diagonal(const double* L, std::int64_t ld, int u) {
  return block_reduce(u, [=](std::int64_t i, double sum) { return sum + natural_log(L[at(i, i, ld)]); });
}

}  // namespace kilofold::cuda
