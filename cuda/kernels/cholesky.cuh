// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain_tile.cuh"
#include "kilofold/core/exp_log.hpp"

/// Cholesky factorisation of one matrix by one block, in the order of docs/numerics.md: l_ij = (a_ij - sum over k < j
/// of l_ik l_jk) / l_jj, one fma chain over ascending k.
///
/// Left-looking in block columns of 32: tiles of 128 rows take their elements from a function, go through the chains of
/// all earlier columns (16 at a time through shared memory, 4 x 4 elements a thread) and are finished row by row. So
/// the matrix is never stored before it is a factor, and the factor is read once for every 32 columns.
namespace kilofold::cuda {

inline constexpr int factor_threads = tile_threads;
inline constexpr int block_columns = tile_columns;
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

/// Shared memory of a factorisation. The tile's elements are in registers while their chains run.
struct FactorTiles {
  union {
    double tile[block_columns * tile_rows];  ///< (128, 32), column-major
    ChainStage stage;
  };
  double diagonal[block_columns * block_columns];  ///< the block column's own triangle
  int bad_pivot;
};

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

/// The tile's chains over all columns before the block column: a -= l_ik l_jk, k ascending. Leading zeros of a row were
/// never written.
template <class Element>
__device__ void run_chains(FactorTiles& s, const Element& element, const FactorStorage& L, const BlockColumn& b,
                           int first_row) {
  TileElements own;
  own.for_each([&](int row, int column, double& a) { a = s.tile[row + column * tile_rows]; });
  __syncthreads();
  for (int k = element.leading_zeros(first_row) / chain_depth * chain_depth; k < b.first; k += chain_depth) {
    fill_stage(
        s.stage,
        [&](int row, int step) {
          const int i = first_row + row;
          return i < b.rows && k + step >= element.leading_zeros(i) ? L.read(i, k + step) : 0.0;
        },
        [&](int column, int step) { return column < b.width ? L.read(b.first + column, k + step) : 0.0; });
    __syncthreads();
    run_stage(s.stage, own);
    __syncthreads();
  }
  own.for_each([&](int row, int column, double a) { s.tile[row + column * tile_rows] = a; });
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

/// Finish a row of the tile with the block column's triangle; write(column, l) is told each element of the factor.
template <class Write> __device__ void finish_row(FactorTiles& s, int row, int width, Write write) {
  for (int first = 0; first < width; first += group_columns) {
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
      if (first + e < width) write(first + e, x[e]);
    }
  }
}

/// Finish the tile's rows, a row a thread, and write them out.
__device__ inline void finish_rows(FactorTiles& s, const FactorStorage& L, const BlockColumn& b, int first_row) {
  const int row = static_cast<int>(threadIdx.x), i = first_row + row;
  if (row >= tile_rows || i >= b.rows) return;
  if (i < b.first + b.width) {
    for (int c = 0; c <= row; ++c) L.write(i, b.first + c, s.diagonal[row + c * block_columns]);
  } else {
    finish_row(s, row, b.width, [&](int c, double l) { L.write(i, b.first + c, l); });
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
