// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "basis.cuh"
#include "kilofold/core/gaussian_process.hpp"

namespace kilofold::cuda {

/// Where one lane's answers go.
struct AnswerPlace {
  int m;         ///< held-out rows
  double* mean;  ///< (m)
  double* sd;    ///< (m)
  double* log_marginal_likelihood;
  double* jitter;
  std::int32_t* status;
};

/// Write one lane without an answer: NaN and its status.
__device__ inline void block_write_failure(const AnswerPlace& place, const Noise& noise, FitStatus status) {
  block_fill_nan(place.mean, place.m);
  block_fill_nan(place.sd, place.m);
  block_fill_nan(place.log_marginal_likelihood, 1);
  if (threadIdx.x != 0) return;
  *place.jitter = noise.jitter;
  *place.status = static_cast<std::int32_t>(status);
}

/// Finish one lane whose mean and sd are written. Equal rows that no noise tells apart have no answer; a number that is
/// not finite makes it not_finite.
__device__ inline void block_finish_answer(const AnswerPlace& place, const Evidence& evidence, const Noise& noise) {
  if (noise.noise == 0 && evidence.n != evidence.u) {
    block_write_failure(place, noise, FitStatus::not_positive_definite);
    return;
  }
  const double likelihood = log_marginal_likelihood(evidence, noise);
  const bool here =
      finite_here(place.mean, place.m, 1, 0) && finite_here(place.sd, place.m, 1, 0) && std::isfinite(likelihood);
  if (block_any(!here)) {
    block_write_failure(place, noise, FitStatus::not_finite);
  } else if (threadIdx.x == 0) {
    *place.log_marginal_likelihood = likelihood;
    *place.jitter = noise.jitter;
    *place.status = static_cast<std::int32_t>(noise.status());
  }
}

/// Sums over the training rows that say a held-out row: with v = L^-1 k* and r the whitened residual.
struct RowSums {
  double fit;     ///< v'r
  double square;  ///< v'v
};

/// Mean and standard deviation of a new observation, in the target's unit.
struct RowAnswer {
  double mean;
  double sd;
};

/// The mean function of a fit: its chosen columns, whitened W = Q R, and c = Q'z.
struct MeanFit {
  int q;
  const int* chosen;  ///< (q)
  double* R;          ///< (q, q), upper
  double* c;          ///< (q)
};

/// With t = R'^-1 h*: mean = fit + t'c, variance = signal (max(1 - square, 0) + |t - along|^2) + noise.
///
/// Shapes    along, t (q), m apart: Q'v, and scratch
__device__ inline RowAnswer predict_row(const GpInputs& in, const MeanFit& mean, const RowSums& sums,
                                        const Noise& noise, int i, const double* along, double* t) {
  const std::int64_t step = in.m;
  double fit = sums.fit, spread = 1.0 - sums.square;
  if (spread < 0) spread = 0.0;
  for (int j = 0; j < mean.q; ++j) {
    double h = basis_element(in.Z, in.ld_Z, i, mean.chosen[j]);
    for (int k = 0; k < j; ++k) h = std::fma(-mean.R[k + j * mean.q], t[k * step], h);
    h = h / mean.R[j + j * mean.q];
    t[j * step] = h;
    fit = std::fma(h, mean.c[j], fit);
    const double open = h - along[j * step];
    spread = std::fma(open, open, spread);
  }
  return {std::fma(fit, *in.scale, *in.centre), std::sqrt(std::fma(noise.signal, spread, noise.noise)) * *in.scale};
}

}  // namespace kilofold::cuda
