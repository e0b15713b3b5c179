// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cholesky.cuh"
#include "covariance.cuh"
#include "kilofold/core/gaussian_process.hpp"

namespace kilofold::cuda {

/// One item of `factor`.
struct FactorItem {
  Covariance covariance;
  int rows;  ///< training rows and right-hand sides
  Noise noise;
  double* factor;
  double* jitter;  ///< null: not wanted
  std::int32_t* status;
};

/// One block an item. near_doubles: of dynamic shared memory; items that need more keep their factor in device memory
/// alone.
__global__ void __launch_bounds__(factor_threads, 2) factor_items(const FactorItem* items, std::int64_t near_doubles) {
  const FactorItem& item = items[blockIdx.x];
  const Covariance& covariance = item.covariance;
  FitStatus status = FitStatus::not_finite;
  if (block_finite(covariance.in)) {
    const int u = covariance.in.u;
    const bool fits = FactorStorage::doubles(u, item.rows - u) <= near_doubles;
    const FactorStorage L{item.factor, fits ? dev::dyn_shared<double>() : nullptr, FactorStorage::ld_of(item.rows)};
    covariance.block_prepare();
    status = block_cholesky(covariance, u, item.rows, L) ? item.noise.status() : FitStatus::not_positive_definite;
  }
  if (threadIdx.x != 0) return;
  if (item.jitter != nullptr) *item.jitter = item.noise.jitter;
  *item.status = static_cast<std::int32_t>(status);
}

}  // namespace kilofold::cuda
