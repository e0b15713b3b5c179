// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.cuh"

/// Tiles of 128 rows by 32 columns whose elements are chains a -= row_k multiplier_k, k ascending, by a block of 256
/// threads: 4 x 4 elements a thread, 16 steps at a time from shared memory.
namespace kilofold::cuda {

inline constexpr int tile_threads = 256;
inline constexpr int tile_rows = 128;
inline constexpr int tile_columns = 32;
inline constexpr int chain_depth = 16;
inline constexpr int thread_rows = 4;
inline constexpr int thread_columns = 4;

/// Elements of this thread: rows place.row + 8 r, columns place.column + c of the tile.
struct TilePlace {
  int row;
  int column;
};

__device__ inline TilePlace own_place() {
  const int t = static_cast<int>(threadIdx.x), warp = t / 32, lane = t % 32;
  return {warp % 4 * 32 + lane % 8, warp / 4 * 16 + lane / 8 * thread_columns};
}

/// A thread's elements while their chains run.
struct TileElements {
  double a[thread_rows][thread_columns];

  /// Call visit(row, column, element) for each element.
  template <class Visit> __device__ void for_each(Visit visit) {
    const TilePlace place = own_place();
    DEV_UNROLL
    for (int r = 0; r < thread_rows; ++r) {
      DEV_UNROLL
      for (int c = 0; c < thread_columns; ++c) visit(place.row + 8 * r, place.column + c, a[r][c]);
    }
  }
};

/// What 16 steps of the chains read.
struct ChainStage {
  double rows[chain_depth * tile_rows];            ///< (128, 16), column-major
  double multipliers[chain_depth * tile_columns];  ///< (32, 16), column-major
};

/// Fill the stage: row(i, k) and multiplier(j, k) for rows, columns and steps of the tile. Barriers are the caller's.
template <class Row, class Multiplier>
__device__ void fill_stage(ChainStage& stage, const Row& row, const Multiplier& multiplier) {
  const int t = static_cast<int>(threadIdx.x);
  for (int e = t; e < chain_depth * tile_rows; e += tile_threads) stage.rows[e] = row(e % tile_rows, e / tile_rows);
  for (int e = t; e < chain_depth * tile_columns; e += tile_threads) {
    stage.multipliers[e] = multiplier(e % tile_columns, e / tile_columns);
  }
}

/// Fill what 16 steps read of `count` rows or columns, to[i + count k] = element(i, k), where the memory behind
/// neighbouring steps may be as near as that behind neighbouring rows: a warp takes patches of eight by four.
template <int count, class Element> __device__ void fill_by_patches(double* to, const Element& element) {
  for (int e = static_cast<int>(threadIdx.x); e < chain_depth * count; e += tile_threads) {
    const int i = e / 4 % count, k = e % 4 + e / (4 * count) * 4;
    to[i + count * k] = element(i, k);
  }
}

/// Go on with the thread's chains by the steps that are staged.
__device__ inline void run_stage(const ChainStage& stage, TileElements& own) {
  const TilePlace place = own_place();
  const double* rows = stage.rows + place.row;
  const double* multipliers = stage.multipliers + place.column;
  DEV_UNROLL_4
  for (int step = 0; step < chain_depth; ++step, rows += tile_rows, multipliers += tile_columns) {
    DEV_UNROLL
    for (int r = 0; r < thread_rows; ++r) {
      DEV_UNROLL
      for (int c = 0; c < thread_columns; ++c) own.a[r][c] = std::fma(-rows[8 * r], multipliers[c], own.a[r][c]);
    }
  }
}

}  // namespace kilofold::cuda
