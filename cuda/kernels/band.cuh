// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "band_reflect.cuh"
#include "band_update.cuh"

/// Reduction of symmetric matrices to bands, in the order of docs/numerics.md, "reduce".
///
/// A step takes 32 columns. Its kernels follow each other in a stream, each over all items of a call: the reflections
/// by one block an item, what is a product of matrices by a block a tile, so that few large matrices fill a device too.
/// The lower half of a matrix is stored and read once for A V, read and written once for the update.
namespace kilofold::cuda {

/// Read the inputs and say whether they are finite.
__global__ void __launch_bounds__(tile_threads) prepare_bands(const ReduceItem* items) {
  const ReduceItem& item = items[blockIdx.x];
  const bool finite = block_finite(item.covariance.in);
  if (threadIdx.x == 0) *item.status = static_cast<std::int32_t>(finite ? FitStatus::ok : FitStatus::not_finite);
  if (finite) item.covariance.block_prepare();
}

inline constexpr int columns_a_fill = 16;

/// Compute the matrix and its right-hand sides. Blocks: items by groups of columns.
__global__ void __launch_bounds__(tile_threads) fill_bands(const ReduceItem* items) {
  const ReduceItem& item = items[blockIdx.x];
  if (!item.is_sound()) return;
  const int u = item.covariance.in.u, first = static_cast<int>(blockIdx.y) * columns_a_fill;
  const BandStep s = step_of(item, 0);
  for (int j = first; j < first + columns_a_fill && j < u; ++j) {
    for (int i = j + static_cast<int>(threadIdx.x); i < u + item.n_rows; i += tile_threads) {
      double* const to = i < u ? s.work.A + at(i, j, s.ld) : s.B.rows + at(i - u, j, item.n_rows);
      *to = item.covariance(i, j);
    }
  }
}

}  // namespace kilofold::cuda
