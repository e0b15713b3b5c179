// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "band_form.cuh"
#include "chain_tile.cuh"
#include "reduce_item.cuh"

/// What the kernels of a step of a reduction to bands share (band.cuh).
namespace kilofold::cuda {

static_assert(band_columns == tile_columns);

/// A symmetric matrix while it is reduced.
struct BandWork {
  std::int64_t ld;
  double* A;         ///< (n, n), lower half; what is below a finished block becomes its reflections, zeros above them
  double* Y;         ///< (n, 32) W, then Y, of the rows below the block
  double* products;  ///< (32, 32) v_a'v_c at 32 a + c
  double* tau;       ///< (32)

  static constexpr std::int64_t ld_of(std::int64_t n) { return (n + 15) / 16 * 16; }  // whole cache lines
  static constexpr std::int64_t doubles(std::int64_t n) {
    return ld_of(n) * (n + band_width) + band_width * (band_width + 1);
  }
  __device__ static BandWork in(double* data, int n) {
    const std::int64_t ld = ld_of(n);
    double* const Y = data + ld * n;
    double* const products = Y + ld * band_width;
    return {ld, data, Y, products, products + band_width * band_width};
  }
};

/// A step of an item: the block of columns from `first` on, and what is below and right of it.
struct BandStep {
  int first;
  int below;  ///< row of the matrix that is row 0 here
  int rows;   ///< at most 0: the block is the last one
  std::int64_t ld;
  double* V;  ///< (rows, 32) below the block: its columns, then its reflections
  double* A;  ///< (rows, rows), lower half
  BandWork work;
  BandForm<double> B;
};

__device__ inline BandStep step_of(const ReduceItem& item, int first) {
  const int u = item.covariance.in.u, below = first + band_columns;
  const BandWork work = BandWork::in(item.work, u);
  return {first,
          below,
          u - below,
          work.ld,
          work.A + at(below, first, work.ld),
          work.A + at(below, below, work.ld),
          work,
          BandForm<double>::in(item.reduced, u, item.n_rows)};
}

/// Has the item numbers, and rows below the block?
__device__ inline bool goes_on(const ReduceItem& item, const BandStep& s) { return item.is_sound() && s.rows > 0; }

/// out_(32 a + c) = sum over rows of X_ia Y_ic: one fma chain each, ascending.
__device__ inline void block_multiply_columns(const double* X, const double* Y, std::int64_t ld, int rows,
                                              double* out) {
  using Stage = double[chain_depth * band_columns];
  DEV_SHARED(Stage, x);
  DEV_SHARED(Stage, y);
  const int t = static_cast<int>(threadIdx.x), a = t / 16 * 2, c = t % 16 * 2;
  double sum[2][2] = {};
  for (int first = 0; first < rows; first += chain_depth) {
    const auto element = [&](const double* of, int column, int k) {
      return first + k < rows ? of[at(first + k, column, ld)] : 0.0;
    };
    __syncthreads();
    fill_by_patches<band_columns>(x, [&](int column, int k) { return element(X, column, k); });
    fill_by_patches<band_columns>(y, [&](int column, int k) { return element(Y, column, k); });
    __syncthreads();
    for (int k = 0; k < chain_depth; ++k) {
      const double* const own_x = x + band_columns * k + a;
      const double* const own_y = y + band_columns * k + c;
      DEV_UNROLL
      for (int p = 0; p < 2; ++p) {
        DEV_UNROLL
        for (int q = 0; q < 2; ++q) sum[p][q] = std::fma(own_x[p], own_y[q], sum[p][q]);
      }
    }
  }
  for (int p = 0; p < 2; ++p)
    for (int q = 0; q < 2; ++q) out[band_columns * (a + p) + c + q] = sum[p][q];
}

}  // namespace kilofold::cuda
