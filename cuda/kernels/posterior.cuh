// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.cuh"
#include "cholesky.cuh"

namespace kilofold::cuda {

inline constexpr int posterior_threads = 128;

/// One lane of one item of `posterior` that a block answers.
struct PosteriorItem {
  GpInputs in;
  int n_basis;
  Noise noise;
  const double* source;  ///< factor, or band
  const std::int32_t* source_status;
  AnswerPlace place;
  double* work;  ///< (work_doubles), then what the form takes
  int* chosen;   ///< (n_basis)

  static constexpr std::int64_t work_doubles(std::int64_t u, std::int64_t m, std::int64_t n_basis) {
    return u * (n_basis + 1) + n_basis * (n_basis + 1) + 2 * m * n_basis;
  }
};

/// The mean of a lane and its arrays while it is answered.
struct LaneFit {
  MeanFit mean;
  double* W;         ///< (u, q) whitened basis, orthonormal
  double* residual;  ///< (u) whitened, behind W
  double* along;     ///< (m, q)
  double* t;         ///< (m, q)
};

/// Choose the basis and lay out the arrays.
__device__ inline LaneFit block_begin_fit(const PosteriorItem& item) {
  const GpInputs& in = item.in;
  const int q = block_choose_basis(in.X, in.ld_X, in.u, item.n_basis, item.work, item.chosen);
  double* const residual = item.work + static_cast<std::int64_t>(in.u) * q;
  double* const R = residual + in.u;
  double* const along = R + q * q + q;
  return {{q, item.chosen, R, R + q * q}, item.work, residual, along, along + static_cast<std::int64_t>(in.m) * q};
}

/// Answer held-out row i.
__device__ inline void answer_row(const PosteriorItem& item, const LaneFit& fit, int i, const RowSums& sums) {
  const RowAnswer answer = predict_row(item.in, fit.mean, sums, item.noise, i, fit.along + i, fit.t + i);
  item.place.mean[i] = answer.mean;
  item.place.sd[i] = answer.sd;
}

/// Finish the lane: log_diagonal is the sum of ln l_ii.
__device__ inline void block_finish_lane(const PosteriorItem& item, const LaneFit& fit, double log_diagonal) {
  const double quadratic = block_dot(fit.residual, fit.residual, item.in.u);
  const Evidence evidence{quadratic, 2.0 * log_diagonal, item.in.u, item.in.n_train, item.in.spread()};
  block_finish_answer(item.place, evidence, item.noise);
}

/// Whitened rows below a factor.
struct WhiteRows {
  const double* data;  ///< row r, element k at r + k ld
  std::int64_t ld;

  /// Row `row` as a vector of u.
  __device__ void block_copy(int row, int u, double* to) const {
    for (int k = static_cast<int>(threadIdx.x); k < u; k += static_cast<int>(blockDim.x)) to[k] = data[at(row, k, ld)];
  }
};

/// Take the basis out of the target.
__device__ inline LaneFit block_fit(const PosteriorItem& item, const WhiteRows& rows) {
  const LaneFit fit = block_begin_fit(item);
  const int u = item.in.u, m = item.in.m;
  for (int j = 0; j < fit.mean.q; ++j) {
    rows.block_copy(m + 1 + item.chosen[j], u, fit.W + static_cast<std::int64_t>(j) * u);
  }
  rows.block_copy(m, u, fit.residual);
  __syncthreads();
  block_project_out(fit.W, fit.residual, u, fit.mean.q, fit.mean.R, fit.mean.c);
  return fit;
}

/// Answer the held-out rows, a row a thread: its sums are fma chains over ascending training rows.
__device__ inline void predict_rows(const PosteriorItem& item, const LaneFit& fit, const WhiteRows& rows) {
  const GpInputs& in = item.in;
  for (int i = static_cast<int>(threadIdx.x); i < in.m; i += static_cast<int>(blockDim.x)) {
    const double* const v = rows.data + i;
    RowSums sums{0.0, 0.0};
    for (int k = 0; k < in.u; ++k) {
      sums.fit = std::fma(v[k * rows.ld], fit.residual[k], sums.fit);
      sums.square = std::fma(v[k * rows.ld], v[k * rows.ld], sums.square);
    }
    for (int j = 0; j < fit.mean.q; ++j) {
      const double* const direction = fit.W + static_cast<std::int64_t>(j) * in.u;
      double sum = 0.0;
      for (int k = 0; k < in.u; ++k) sum = std::fma(v[k * rows.ld], direction[k], sum);
      fit.along[i + static_cast<std::int64_t>(j) * in.m] = sum;
    }
    answer_row(item, fit, i, sums);
  }
}

/// One block an item.
__global__ void __launch_bounds__(posterior_threads) answer_factors(const PosteriorItem* items) {
  const PosteriorItem& item = items[blockIdx.x];
  const auto source = static_cast<FitStatus>(*item.source_status);
  if (failed(source)) {
    block_write_failure(item.place, item.noise, source);
    return;
  }
  const std::int64_t ld = FactorStorage::ld_of(item.in.u + item.in.m + 1 + item.n_basis);
  const WhiteRows rows{item.source + item.in.u, ld};
  const LaneFit fit = block_fit(item, rows);
  predict_rows(item, fit, rows);
  block_finish_lane(item, fit, block_log_diagonal(item.source, ld, item.in.u));
}

}  // namespace kilofold::cuda
