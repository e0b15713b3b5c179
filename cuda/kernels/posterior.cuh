// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.cuh"
#include "cholesky.cuh"

namespace kilofold::cuda {

inline constexpr int posterior_threads = 128;

/// One item of `posterior` from a factor: its one lane.
struct PosteriorItem {
  GpInputs in;
  int n_basis;
  Noise noise;
  const double* factor;
  const std::int32_t* factor_status;
  AnswerPlace place;
  double* work;  ///< (work_doubles)
  int* chosen;   ///< (n_basis)

  static constexpr std::int64_t work_doubles(std::int64_t u, std::int64_t m, std::int64_t n_basis) {
    return u * (n_basis + 1) + n_basis * (n_basis + 1) + 2 * m * n_basis;
  }
};

/// An item's factor and arrays while it is answered.
struct FactoredFit {
  const double* L;
  std::int64_t ld;
  MeanFit mean;
  double* W;         ///< (u, q) whitened basis, orthonormal
  double* residual;  ///< (u) whitened
  double* along;     ///< (m, q)
  double* t;         ///< (m, q)
};

/// Row `row` below the triangle as a vector of u.
__device__ inline void block_copy_row(const double* L, std::int64_t ld, int row, int u, double* to) {
  for (int k = static_cast<int>(threadIdx.x); k < u; k += static_cast<int>(blockDim.x)) to[k] = L[at(row, k, ld)];
}

/// Whiten basis and target, and take the basis out of the target.
__device__ inline FactoredFit block_fit(const PosteriorItem& item) {
  const GpInputs& in = item.in;
  const int q = block_choose_basis(in.X, in.ld_X, in.u, item.n_basis, item.work, item.chosen);
  double* const residual = item.work + static_cast<std::int64_t>(in.u) * q;
  double* const R = residual + in.u;
  double* const along = R + q * q + q;
  const FactoredFit fit{item.factor,
                        FactorStorage::ld_of(in.u + in.m + 1 + item.n_basis),
                        {q, item.chosen, R, R + q * q},
                        item.work,
                        residual,
                        along,
                        along + static_cast<std::int64_t>(in.m) * q};
  const int target = in.u + in.m;
  for (int j = 0; j < q; ++j) {
    block_copy_row(fit.L, fit.ld, target + 1 + item.chosen[j], in.u, fit.W + static_cast<std::int64_t>(j) * in.u);
  }
  block_copy_row(fit.L, fit.ld, target, in.u, fit.residual);
  __syncthreads();
  block_project_out(fit.W, fit.residual, in.u, q, R, fit.mean.c);
  return fit;
}

/// Answer the held-out rows, a row a thread: its sums are fma chains over ascending training rows.
__device__ inline void predict_rows(const PosteriorItem& item, const FactoredFit& fit) {
  const GpInputs& in = item.in;
  for (int i = static_cast<int>(threadIdx.x); i < in.m; i += static_cast<int>(blockDim.x)) {
    const double* const v = fit.L + in.u + i;
    RowSums sums{0.0, 0.0};
    for (int k = 0; k < in.u; ++k) {
      sums.fit = std::fma(v[k * fit.ld], fit.residual[k], sums.fit);
      sums.square = std::fma(v[k * fit.ld], v[k * fit.ld], sums.square);
    }
    for (int j = 0; j < fit.mean.q; ++j) {
      const double* const direction = fit.W + static_cast<std::int64_t>(j) * in.u;
      double sum = 0.0;
      for (int k = 0; k < in.u; ++k) sum = std::fma(v[k * fit.ld], direction[k], sum);
      fit.along[i + static_cast<std::int64_t>(j) * in.m] = sum;
    }
    const RowAnswer answer = predict_row(in, fit.mean, sums, item.noise, i, fit.along + i, fit.t + i);
    item.place.mean[i] = answer.mean;
    item.place.sd[i] = answer.sd;
  }
}

/// One block an item.
__global__ void __launch_bounds__(posterior_threads) answer_factors(const PosteriorItem* items) {
  const PosteriorItem& item = items[blockIdx.x];
  const auto source = static_cast<FitStatus>(*item.factor_status);
  if (failed(source)) {
    block_write_failure(item.place, item.noise, source);
    return;
  }
  const FactoredFit fit = block_fit(item);
  predict_rows(item, fit);
  const int u = item.in.u;
  const double quadratic = block_dot(fit.residual, fit.residual, u);
  const double log_diagonal = block_log_diagonal(fit.L, fit.ld, u);
  const Evidence evidence{quadratic, 2.0 * log_diagonal, u, item.in.n_train, item.in.spread()};
  block_finish_answer(item.place, log_marginal_likelihood(evidence, item.noise), item.noise);
}

}  // namespace kilofold::cuda
