// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "band_form.cuh"
#include "posterior.cuh"

/// `posterior` from a band, a lane a block: the Cholesky factor of the shifted band, the same chains as those of a
/// whole matrix, then substitutions a row a thread. Held-out rows are never stored; their sums run beside the
/// substitution.
namespace kilofold::cuda {

inline constexpr int band_lane_threads = 128;
inline constexpr int sums_together = 4;

/// Tile of a step: rows 0 to 31 the block's triangle, 32 to 63 what is below it, 64 to 95 what was below the last one.
inline constexpr int rows_below = band_columns, rows_before = 2 * band_columns;

/// Elements of B + ratio I into the tile, zero where it has none.
__device__ inline void load_band(FactorTiles& s, const BandForm<const double>& B, double ratio, int first, int u) {
  for (int e = static_cast<int>(threadIdx.x); e < rows_before * band_columns; e += band_lane_threads) {
    const int row = e % rows_before, column = e / rows_before, i = first + row;
    double b = 0.0;
    if (row >= column && row - column <= band_columns && i < u) b = B.element(i, first + column);
    s.tile[row + column * tile_rows] = row == column ? b + ratio : b;
  }
  __syncthreads();
}

/// Go on with the triangle's chains by the columns of the last block.
__device__ inline void subtract_before(FactorTiles& s) {
  for (int e = static_cast<int>(threadIdx.x); e < band_columns * band_columns; e += band_lane_threads) {
    const int row = e % band_columns, column = e / band_columns;
    const double* const before = s.tile + rows_before;
    double a = s.tile[row + column * tile_rows];
    for (int k = row / group_columns * group_columns; k < band_columns && column <= row; ++k) {  // zeros until there
      a = std::fma(-before[row + k * tile_rows], before[column + k * tile_rows], a);
    }
    s.tile[row + column * tile_rows] = a;
  }
  __syncthreads();
}

/// The finished block column of the factor into memory, and what is below the triangle to where the next step reads it.
__device__ inline void keep_factor(FactorTiles& s, int first, int u, double* L) {
  for (int e = static_cast<int>(threadIdx.x); e < band_columns * band_columns; e += band_lane_threads) {
    const int row = e % band_columns, column = e / band_columns, k = first + column;
    const double below = s.tile[rows_below + row + column * tile_rows];
    s.tile[rows_before + row + column * tile_rows] = below;
    double* const to = L + at(row - column, k, BandForm<double>::height);  // element (first + row, k)
    if (row >= column && first + row < u) to[0] = s.diagonal[row + column * band_columns];
    if (row <= column && first + band_columns + row < u) to[band_columns] = below;
  }
  __syncthreads();
}

/// B + ratio I = L L', stored as B.
///
/// Returns   false at the first pivot that is not above zero, NaN included; L is then void
__device__ inline bool block_band_cholesky(FactorTiles& s, const BandForm<const double>& B, double ratio, int u,
                                           double* L) {
  const int t = static_cast<int>(threadIdx.x);
  if (t == 0) s.bad_pivot = 0;
  for (int first = 0; first < u; first += band_columns) {
    const int width = u - first < band_columns ? u - first : band_columns;
    load_band(s, B, ratio, first, u);
    if (first > 0) subtract_before(s);
    if (t < band_columns) factor_diagonal(s, width);
    __syncthreads();
    if (s.bad_pivot != 0) return false;
    if (t < band_columns) finish_row(s, rows_below + t, width, [](int, double) {});
    __syncthreads();
    keep_factor(s, first, u, L);
  }
  return true;
}

/// What 32 columns of a substitution read: element (first + c, first - 32 + k) of L at 32 k + c, the identity beyond u.
__device__ inline void stage_band(double* stage, const double* L, int first, int u) {
  for (int e = static_cast<int>(threadIdx.x); e < 2 * band_columns * band_columns; e += band_lane_threads) {
    const int c = e % band_columns, i = first + c, k = first - band_columns + e / band_columns;
    const bool inside = k >= 0 && k <= i && i - k <= band_columns && i < u;
    stage[e] = inside ? L[at(i - k, k, BandForm<double>::height)] : i == k ? 1.0 : 0.0;
  }
}

/// x = L^-1 z of one row a thread: visit(k, x_k) for ascending k. All threads of the block call, `active` or not.
///
/// Shapes    stage (64 x 32) of shared memory · z (u), `step` apart
template <class Visit>
__device__ void block_substitute(double* stage, const double* L, int u, bool active, const double* z, std::int64_t step,
                                 Visit visit) {
  double before[band_columns] = {};
  for (int first = 0; first < u; first += band_columns) {
    __syncthreads();
    stage_band(stage, L, first, u);
    __syncthreads();
    for (int group = 0; active && group < band_columns && first + group < u; group += group_columns) {
      double x[group_columns];
      DEV_UNROLL
      for (int e = 0; e < group_columns; ++e) {
        const int i = first + group + e;
        x[e] = i < u ? z[i * step] : 0.0;
      }
      const double* l = stage + band_columns * group + group;
      DEV_UNROLL
      for (int k = 0; k < band_columns; ++k, l += band_columns) {
        DEV_UNROLL
        for (int e = 0; e < group_columns; ++e) x[e] = std::fma(-before[k], l[e], x[e]);
      }
      DEV_UNROLL
      for (int e = 0; e < group_columns; ++e, l += band_columns) {
        x[e] = x[e] / l[e];
        DEV_UNROLL
        for (int f = e + 1; f < group_columns; ++f) x[f] = std::fma(-x[e], l[f], x[f]);
        if (first + group + e < u) visit(first + group + e, x[e]);
      }
      DEV_UNROLL
      for (int k = 0; k + group_columns < band_columns; ++k) before[k] = before[k + group_columns];
      DEV_UNROLL
      for (int e = 0; e < group_columns; ++e) before[band_columns - group_columns + e] = x[e];
    }
  }
}

/// Whiten target and basis, a row a thread, and take the basis out of the target.
__device__ inline void block_fit_band(const PosteriorItem& item, const LaneFit& fit, const BandForm<const double>& B,
                                      double* stage, const double* L) {
  const int u = item.in.u, q = fit.mean.q;
  for (int begin = 0; begin <= q; begin += band_lane_threads) {
    const int f = begin + static_cast<int>(threadIdx.x);
    const bool active = f <= q;
    const int row = item.in.m + (active && f < q ? 1 + item.chosen[f] : 0);
    double* const out = fit.W + static_cast<std::int64_t>(active ? f : 0) * u;  // the target behind the basis
    block_substitute(stage, L, u, active, B.rows + row, B.n_rows, [&](int k, double x) { out[k] = x; });
  }
  __syncthreads();
  block_project_out(fit.W, fit.residual, u, q, fit.mean.R, fit.mean.c);
}

/// With x = L^-1 row i: the row's sums of x_k weight_k, all but the first to `along`, and of x_k^2; fma chains over
/// ascending training rows. The substitution runs again for every four weights: residual, then the basis.
__device__ inline RowSums block_sum_row(const PosteriorItem& item, const LaneFit& fit, const BandForm<const double>& B,
                                        double* stage, const double* L, int i) {
  const int u = item.in.u, q = fit.mean.q;
  const bool active = i < item.in.m;
  RowSums sums{0.0, 0.0};
  for (int first = 0; first <= q; first += sums_together) {
    double square = 0.0, sum[sums_together] = {};
    block_substitute(stage, L, u, active, B.rows + (active ? i : 0), B.n_rows, [&](int k, double x) {
      square = std::fma(x, x, square);
      DEV_UNROLL
      for (int f = 0; f < sums_together; ++f) {
        const int weight = first + f == 0 ? q : first + f - 1;
        if (first + f <= q) sum[f] = std::fma(x, fit.W[at(k, weight, u)], sum[f]);
      }
    });
    sums.square = square;
    DEV_UNROLL
    for (int f = 0; f < sums_together; ++f) {
      if (first + f == 0) sums.fit = sum[f];
      if (active && first + f > 0 && first + f <= q) fit.along[at(i, first + f - 1, item.in.m)] = sum[f];
    }
  }
  return sums;
}

/// One block a lane of an item.
__global__ void __launch_bounds__(band_lane_threads, 2) answer_bands(const PosteriorItem* items) {
  DEV_SHARED(FactorTiles, s);
  const PosteriorItem& item = items[blockIdx.x];
  const int u = item.in.u;
  const auto source = static_cast<FitStatus>(*item.source_status);
  if (failed(source)) {
    block_write_failure(item.place, item.noise, source);
    return;
  }
  const auto B = BandForm<const double>::in(item.source, u, item.in.m + 1 + item.n_basis);
  double* const L = item.work + PosteriorItem::work_doubles(u, item.in.m, item.n_basis);
  if (!block_band_cholesky(s, B, item.noise.ratio, u, L)) {
    block_write_failure(item.place, item.noise, FitStatus::not_positive_definite);
    return;
  }
  const LaneFit fit = block_begin_fit(item);
  block_fit_band(item, fit, B, s.tile, L);
  for (int first = 0; first < item.in.m; first += band_lane_threads) {
    const int i = first + static_cast<int>(threadIdx.x);
    const RowSums sums = block_sum_row(item, fit, B, s.tile, L, i);
    if (i < item.in.m) answer_row(item, fit, i, sums);
  }
  block_finish_lane(item, fit, block_log_diagonal(L, BandForm<double>::height - 1, u));
}

}  // namespace kilofold::cuda
