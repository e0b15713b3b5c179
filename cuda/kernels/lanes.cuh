// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.cuh"
#include "tridiagonal.cuh"

/// `posterior` from a tridiagonal matrix: a block answers up to 32 lanes of an item. Lane l belongs to thread l of each
/// warp; what runs over training rows is one thread's, the warps share the columns, and held-out rows go one a thread.
namespace kilofold::cuda {

inline constexpr int lanes_together = 32;
inline constexpr int lane_warps = 4;
inline constexpr int lane_threads = lanes_together * lane_warps;
inline constexpr int weights_together = 4;

/// Some lanes of one item of `posterior`.
struct LanesItem {
  GpInputs in;
  int n_basis;
  int n_lanes;  ///< 1 to 32
  const double* reduced;
  const std::int32_t* reduced_status;
  AnswerPlace place;         ///< of the first lane
  std::int64_t ld_held_out;  ///< distance of the lanes' answers
  double* work;              ///< (work_doubles)
  int* chosen;               ///< (n_basis)
  Noise noise[lanes_together];

  /// Doubles of work memory a lane.
  static constexpr std::int64_t work_doubles(std::int64_t u, std::int64_t m, std::int64_t n_basis) {
    return u * (n_basis + 3) + n_basis * (n_basis + 1) + 2 * m * n_basis;
  }
  __device__ AnswerPlace place_of(int lane) const {
    return {place.m,
            place.mean + lane * ld_held_out,
            place.sd + lane * ld_held_out,
            place.log_marginal_likelihood + lane,
            place.jitter + lane,
            place.status + lane};
  }
};

/// T + ratio_l I = L D L' of every lane, and the fit of its mean; arrays over training rows have the lane fastest.
struct ShiftedLanes {
  int u;
  int n;  ///< lanes
  int q;
  Tridiagonal<const double> T;
  double* multiplier;  ///< (u, n) l_i = e_(i-1) / D_(i-1), 0 at i = 0
  double* inverse;     ///< (u, n) 1 / D_i
  double* weights;     ///< (u, n, q + 1) the residual, then the directions of the basis
  double* R;           ///< (q, q) a lane
  double* c;           ///< (q) a lane
  double* along;       ///< (m, q) a lane, and as much of scratch
};

/// What the lanes of a block come to.
struct LaneSums {
  double log_det[lanes_together];
  double quadratic[lanes_together];
  bool positive[lanes_together];
};

/// The lane of this thread and the first column that it takes.
__device__ inline int own_lane() { return static_cast<int>(threadIdx.x) % lanes_together; }
__device__ inline int own_warp() { return static_cast<int>(threadIdx.x) / lanes_together; }

/// Column f of the weights, of one lane: element i follows n apart.
__device__ inline double* weights_of(const ShiftedLanes& s, int f, int lane) {
  return s.weights + static_cast<std::int64_t>(f) * s.u * s.n + lane;
}

/// D_i = fma(-l_i, e_(i-1), d_i + ratio), l_(i+1) = e_i (1 / D_i), a lane a thread of the first warp.
__device__ inline void eliminate(const ShiftedLanes& s, const Noise* noise, LaneSums& sums) {
  const int lane = own_lane();
  if (own_warp() != 0 || lane >= s.n) return;
  double multiplier = 0.0, logs = 0.0;
  bool positive = true;
  for (int i = 0; i < s.u; ++i) {
    const double pivot =
        std::fma(-multiplier, i == 0 ? 0.0 : s.T.off_diagonal[i - 1], s.T.diagonal[i] + noise[lane].ratio);
    const double inverse = 1.0 / pivot;
    s.multiplier[at(lane, i, s.n)] = multiplier;
    s.inverse[at(lane, i, s.n)] = inverse;
    multiplier = s.T.off_diagonal[i] * inverse;
    logs += natural_log(pivot);
    // a pivot of zero has an infinite inverse
    positive = positive && inverse > 0 && inverse <= std::numeric_limits<double>::max();
  }
  sums.log_det[lane] = logs;
  sums.positive[lane] = positive;
}

/// L^-1 of target and basis, a lane and column a thread.
__device__ inline void forward(const ShiftedLanes& s, int m, const int* chosen) {
  const int lane = own_lane();
  for (int f = own_warp(); f <= s.q && lane < s.n; f += lane_warps) {
    const double* const row = s.T.rows + m + (f == 0 ? 0 : 1 + chosen[f - 1]);
    double* const out = weights_of(s, f, lane);
    double x = 0.0;
    for (int i = 0; i < s.u; ++i) {
      x = std::fma(-s.multiplier[at(lane, i, s.n)], x, row[static_cast<std::int64_t>(i) * s.T.n_rows]);
      out[static_cast<std::int64_t>(i) * s.n] = x;
    }
  }
}

/// x' D^-1 y of one lane: one fma chain of (x_i / D_i) y_i.
__device__ inline double weighted_product(const ShiftedLanes& s, int lane, const double* x, const double* y) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < s.u; ++i) {
    sum = std::fma(x[i * s.n] * s.inverse[at(lane, i, s.n)], y[i * s.n], sum);
  }
  return sum;
}

/// y -= along x of one lane, along = x' D^-1 y.
__device__ inline double remove(const ShiftedLanes& s, int lane, const double* x, double* y) {
  const double along = weighted_product(s, lane, x, y);
  for (std::int64_t i = 0; i < s.u; ++i) y[i * s.n] = std::fma(-along, x[i * s.n], y[i * s.n]);
  return along;
}

/// Norm of direction j, and the direction over it, a lane a thread.
__device__ inline void normalise(const ShiftedLanes& s, int j) {
  const int lane = own_lane();
  if (own_warp() != 0 || lane >= s.n) return;
  double* const x = weights_of(s, j + 1, lane);
  const double norm = std::sqrt(weighted_product(s, lane, x, x));
  s.R[lane * s.q * s.q + j + j * s.q] = norm;
  for (std::int64_t i = 0; i < s.u; ++i) x[i * s.n] = x[i * s.n] / norm;
}

/// Take direction j out of the later ones and of the target.
__device__ inline void take_out(const ShiftedLanes& s, int j) {
  const int lane = own_lane();
  for (int k = j + 1 + own_warp(); k <= s.q && lane < s.n; k += lane_warps) {
    const double along = remove(s, lane, weights_of(s, j + 1, lane), weights_of(s, k == s.q ? 0 : k + 1, lane));
    (k == s.q ? s.c[lane * s.q + j] : s.R[lane * s.q * s.q + j + k * s.q]) = along;
  }
}

/// Eliminate, whiten, take the basis out of the target; then the weights are over their pivots.
__device__ inline void block_prepare_lanes(const LanesItem& item, const ShiftedLanes& s, LaneSums& sums) {
  eliminate(s, item.noise, sums);
  __syncthreads();
  forward(s, item.in.m, item.chosen);
  __syncthreads();
  for (int j = 0; j < s.q; ++j) {
    normalise(s, j);
    __syncthreads();
    take_out(s, j);
    __syncthreads();
  }
  const int lane = own_lane();
  if (own_warp() == 0 && lane < s.n) {
    const double* const residual = weights_of(s, 0, lane);
    sums.quadratic[lane] = weighted_product(s, lane, residual, residual);
  }
  __syncthreads();
  const std::int64_t length = static_cast<std::int64_t>(s.u) * s.n;
  for (std::int64_t e = threadIdx.x; e < length * (s.q + 1); e += lane_threads) {
    s.weights[e] = s.weights[e] * s.inverse[e % length];
  }
  __syncthreads();
}

/// With x = L^-1 row: the row's sums of x_i weight_i, all but the first to `along`, and of (x_i / D_i) x_i; fma chains
/// over ascending training rows. The recurrence runs again for every four weights.
__device__ inline RowSums sum_row(const ShiftedLanes& s, int lane, int row, double* along, std::int64_t step) {
  RowSums sums{0.0, 0.0};
  for (int first = 0; first <= s.q; first += weights_together) {
    double x = 0.0, square = 0.0, sum[weights_together] = {};
    for (int i = 0; i < s.u; ++i) {
      x = std::fma(-s.multiplier[at(lane, i, s.n)], x, s.T.rows[at(row, i, s.T.n_rows)]);
      square = std::fma(x * s.inverse[at(lane, i, s.n)], x, square);
      DEV_UNROLL
      for (int f = 0; f < weights_together; ++f) {
        if (first + f <= s.q) sum[f] = std::fma(x, weights_of(s, first + f, lane)[at(0, i, s.n)], sum[f]);
      }
    }
    sums.square = square;
    DEV_UNROLL
    for (int f = 0; f < weights_together; ++f) {
      if (first + f == 0) sums.fit = sum[f];
      if (first + f > 0 && first + f <= s.q) along[(first + f - 1) * step] = sum[f];
    }
  }
  return sums;
}

/// Answer the held-out rows of all lanes, one a thread.
__device__ inline void predict_lanes(const LanesItem& item, const ShiftedLanes& s, const LaneSums& sums) {
  const GpInputs& in = item.in;
  for (int e = static_cast<int>(threadIdx.x); e < in.m * s.n; e += lane_threads) {
    const int lane = e / in.m, row = e % in.m;
    if (!sums.positive[lane]) continue;
    double* const along = s.along + static_cast<std::int64_t>(2 * lane) * in.m * s.q + row;
    double* const t = along + static_cast<std::int64_t>(in.m) * s.q;
    const MeanFit mean{s.q, item.chosen, s.R + lane * s.q * s.q, s.c + lane * s.q};
    const RowAnswer answer = predict_row(in, mean, sum_row(s, lane, row, along, in.m), item.noise[lane], row, along, t);
    item.place.mean[lane * item.ld_held_out + row] = answer.mean;
    item.place.sd[lane * item.ld_held_out + row] = answer.sd;
  }
}

/// The arrays of an item's lanes in its work memory.
__device__ inline ShiftedLanes lanes_in(const LanesItem& item, int q) {
  const std::int64_t length = static_cast<std::int64_t>(item.in.u) * item.n_lanes;
  double* const weights = item.work + 2 * length;
  double* const R = weights + length * (q + 1);
  double* const c = R + item.n_lanes * q * q;
  return {item.in.u, item.n_lanes,
          q,         Tridiagonal<const double>::in(item.reduced, item.in.u, item.in.m + 1 + item.n_basis),
          item.work, item.work + length,
          weights,   R,
          c,         c + item.n_lanes * q};
}

/// One block for up to 32 lanes of an item.
__global__ void __launch_bounds__(lane_threads) answer_lanes(const LanesItem* items) {
  DEV_SHARED(LaneSums, sums);
  const LanesItem& item = items[blockIdx.x];
  const GpInputs& in = item.in;
  const auto source = static_cast<FitStatus>(*item.reduced_status);
  if (failed(source)) {
    for (int l = 0; l < item.n_lanes; ++l) block_write_failure(item.place_of(l), item.noise[l], source);
    return;
  }
  const int q = block_choose_basis(in.X, in.ld_X, in.u, item.n_basis, item.work, item.chosen);
  const ShiftedLanes s = lanes_in(item, q);
  block_prepare_lanes(item, s, sums);
  predict_lanes(item, s, sums);
  __syncthreads();
  for (int l = 0; l < item.n_lanes; ++l) {
    if (!sums.positive[l]) {
      block_write_failure(item.place_of(l), item.noise[l], FitStatus::not_positive_definite);
      continue;
    }
    const Evidence evidence{sums.quadratic[l], sums.log_det[l], in.u, in.n_train, in.spread()};
    block_finish_answer(item.place_of(l), evidence, item.noise[l]);
  }
}

}  // namespace kilofold::cuda
