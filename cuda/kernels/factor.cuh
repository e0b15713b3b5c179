// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cholesky.cuh"
#include "covariance.cuh"
#include "dense.cuh"
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

  __device__ void tell(FitStatus found) const {
    if (jitter != nullptr) *jitter = noise.jitter;
    *status = static_cast<std::int32_t>(found);
  }
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
  if (threadIdx.x == 0) item.tell(status);
}

/// One block an item, after a vendor's library.
__global__ void __launch_bounds__(dense_threads) settle_factors(const FactorItem* items, Infos infos) {
  const FactorItem& item = items[blockIdx.x];
  const bool finite = block_finite(item.covariance.in);
  if (threadIdx.x != 0) return;
  item.tell(!finite                               ? FitStatus::not_finite
            : infos.positive_definite(blockIdx.x) ? item.noise.status()
                                                  : FitStatus::not_positive_definite);
}

}  // namespace kilofold::cuda
