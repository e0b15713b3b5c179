// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "band_step.cuh"

/// A step's products of matrices: its reflections applied to what is left of A from both sides.
namespace kilofold::cuda {

/// Turn 32 sums z into t: t_a = tau_a (z_a - sum over c < a of (v_a'v_c) t_c), c ascending. products as of BandWork,
/// which are symmetric.
__device__ inline void couple(const double* products, const double* tau, double (&z)[band_columns]) {
  DEV_UNROLL
  for (int c = 0; c < band_columns; ++c) {
    z[c] = tau[c] * z[c];
    DEV_UNROLL
    for (int a = c + 1; a < band_columns; ++a) z[a] = std::fma(-products[band_columns * c + a], z[c], z[a]);
  }
}

/// Shared memory of a tile of A V. The tile's elements are in registers while their chains run.
struct ProductTile {
  union {
    double tile[tile_columns * tile_rows];  ///< (128, 32), column-major
    ChainStage stage;
  };
  double products[band_columns * band_columns];
  double tau[band_columns];
};

/// Chains of a tile of A V: sums of a_ij v_j, j ascending.
__device__ inline void run_products(ProductTile& p, const BandStep& s, int first_row, TileElements& own) {
  for (int j = 0; j < s.rows; j += chain_depth) {
    fill_by_patches<tile_rows>(p.stage.rows, [&](int row, int k) {
      const int i = first_row + row, other = j + k;
      if (i >= s.rows || other >= s.rows) return 0.0;
      return -(other <= i ? s.A[at(i, other, s.ld)] : s.A[at(other, i, s.ld)]);  // chains subtract
    });
    fill_by_patches<tile_columns>(
        p.stage.multipliers, [&](int column, int k) { return j + k < s.rows ? s.V[at(j + k, column, s.ld)] : 0.0; });
    __syncthreads();
    run_stage(p.stage, own);
    __syncthreads();
  }
}

/// W = t(A V), in the place of Y. Blocks: items by tiles of rows.
__global__ void __launch_bounds__(tile_threads, 2) multiply_reflections(const ReduceItem* items, int first) {
  DEV_SHARED(ProductTile, p);
  const ReduceItem& item = items[blockIdx.x];
  const BandStep s = step_of(item, first);
  const int first_row = static_cast<int>(blockIdx.y) * tile_rows, t = static_cast<int>(threadIdx.x);
  if (!goes_on(item, s) || first_row >= s.rows) return;
  for (int e = t; e < band_columns * band_columns; e += tile_threads) p.products[e] = s.work.products[e];
  if (t < band_columns) p.tau[t] = s.work.tau[t];
  TileElements own{};
  run_products(p, s, first_row, own);
  own.for_each([&](int row, int column, double a) { p.tile[row + column * tile_rows] = a; });
  __syncthreads();
  if (t >= tile_rows || first_row + t >= s.rows) return;
  double z[band_columns];
  DEV_UNROLL
  for (int a = 0; a < band_columns; ++a) z[a] = p.tile[t + a * tile_rows];
  couple(p.products, p.tau, z);
  DEV_UNROLL
  for (int a = 0; a < band_columns; ++a) s.work.Y[at(first_row + t, a, s.ld)] = z[a];
}

/// The chains of a tile from `first_row` and `first_column` on: a -= R_i M_j', 32 steps; R (rows, 32), multiplier(j,
/// k).
template <class Multiplier>
__device__ void subtract_product(ChainStage& stage, const double* R, std::int64_t ld, int first_row, int rows,
                                 const Multiplier& multiplier, TileElements& own) {
  for (int begin = 0; begin < band_columns; begin += chain_depth) {
    __syncthreads();
    fill_stage(
        stage, [&](int row, int k) { return first_row + row < rows ? R[at(first_row + row, begin + k, ld)] : 0.0; },
        [&](int column, int k) { return multiplier(column, begin + k); });
    __syncthreads();
    run_stage(stage, own);
  }
}

/// Y = W - V H with H = t(V'W) / 2, one block an item.
__global__ void __launch_bounds__(tile_threads, 2) finish_updates(const ReduceItem* items, int first) {
  using Coupled = double[band_columns * band_columns];
  DEV_SHARED(ChainStage, stage);
  DEV_SHARED(Coupled, H);  // at 32 a + c
  const ReduceItem& item = items[blockIdx.x];
  const BandStep s = step_of(item, first);
  const int t = static_cast<int>(threadIdx.x);
  if (!goes_on(item, s)) return;
  block_multiply_columns(s.V, s.work.Y, s.ld, s.rows, H);
  __syncthreads();
  if (t < band_columns) {
    double z[band_columns];
    DEV_UNROLL
    for (int a = 0; a < band_columns; ++a) z[a] = H[band_columns * a + t];
    couple(s.work.products, s.work.tau, z);
    DEV_UNROLL
    for (int a = 0; a < band_columns; ++a) H[band_columns * a + t] = 0.5 * z[a];
  }
  for (int first_row = 0; first_row < s.rows; first_row += tile_rows) {
    TileElements own{};
    const auto each = [&](auto move) {
      own.for_each([&](int row, int column, double& y) {
        if (first_row + row < s.rows) move(s.work.Y[at(first_row + row, column, s.ld)], y);
      });
    };
    each([](double from, double& to) { to = from; });
    subtract_product(
        stage, s.V, s.ld, first_row, s.rows, [&](int c, int a) { return H[band_columns * a + c]; }, own);
    each([](double& to, double from) { to = from; });
  }
}

/// A -= V Y' + Y V', the lower half. Blocks: items by tiles of rows by tiles of columns.
__global__ void __launch_bounds__(tile_threads, 2) update_matrices(const ReduceItem* items, int first) {
  DEV_SHARED(ChainStage, stage);
  const ReduceItem& item = items[blockIdx.x];
  const BandStep s = step_of(item, first);
  const int first_row = static_cast<int>(blockIdx.y) * tile_rows;
  const int first_column = static_cast<int>(blockIdx.z) * tile_columns;
  if (!goes_on(item, s) || first_row >= s.rows || first_column >= first_row + tile_rows) return;
  TileElements own{};
  const auto each = [&](auto move) {
    own.for_each([&](int row, int column, double& a) {
      const int i = first_row + row, j = first_column + column;
      if (j <= i && i < s.rows) move(s.A[at(i, j, s.ld)], a);
    });
  };
  const auto row_of = [&](const double* X) {
    return [&s, X, first_column](int column, int k) {
      const int j = first_column + column;
      return j < s.rows ? X[at(j, k, s.ld)] : 0.0;
    };
  };
  each([](double from, double& to) { to = from; });
  subtract_product(stage, s.V, s.ld, first_row, s.rows, row_of(s.work.Y), own);
  subtract_product(stage, s.work.Y, s.ld, first_row, s.rows, row_of(s.V), own);
  each([](double& to, double from) { to = from; });
}

}  // namespace kilofold::cuda
