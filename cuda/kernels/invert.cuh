// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "covariance.cuh"
#include "dense.cuh"
#include "inverse_product.cuh"
#include "kilofold/core/gaussian_process.hpp"

namespace kilofold::cuda {

/// One item of `invert`.
struct InvertItem {
  Covariance covariance;
  Noise noise;
  double* factor;  ///< work memory: L and L^-1' below it
  SymmetricInverse inverse;
  double* jitter;  ///< null: not wanted
  std::int32_t* status;

  __device__ void tell(FitStatus found) const {
    if (jitter != nullptr) *jitter = noise.jitter;
    *status = static_cast<std::int32_t>(found);
  }

  static constexpr std::int64_t factor_doubles(std::int64_t n) { return FactorStorage::doubles(n, n); }
};

/// Factor of each item with L^-1' below it, one block an item.
__global__ void __launch_bounds__(factor_threads, 2) factor_for_inverse(const InvertItem* items) {
  const InvertItem& item = items[blockIdx.x];
  const Covariance& covariance = item.covariance;
  const int n = covariance.in.u;
  FitStatus status = FitStatus::not_finite;
  if (block_finite(covariance.in)) {
    const FactorStorage L{item.factor, nullptr, FactorStorage::ld_of(2 * n)};
    covariance.block_prepare();
    const IdentityBelow<Covariance> matrix{covariance, n};
    status = FitStatus::not_positive_definite;
    if (block_cholesky(matrix, n, 2 * n, L)) {
      status = item.noise.status();
      const double log_det = 2.0 * block_log_diagonal(L.far, L.ld, n);
      if (threadIdx.x == 0) item.inverse.log_det() = log_det;
    }
  }
  if (threadIdx.x == 0) item.tell(status);
}

/// One block an item, after a vendor's library.
__global__ void __launch_bounds__(dense_threads) settle_inverses(const InvertItem* items, Infos infos) {
  const InvertItem& item = items[blockIdx.x];
  const int n = item.covariance.in.u;
  FitStatus status = FitStatus::not_finite;
  if (block_finite(item.covariance.in)) {
    status = FitStatus::not_positive_definite;
    if (infos.positive_definite(blockIdx.x)) {
      status = item.noise.status();
      const double log_det = 2.0 * block_log_diagonal(item.factor, FactorStorage::ld_of(2 * n), n);
      if (threadIdx.x == 0) item.inverse.log_det() = log_det;
    }
  }
  if (threadIdx.x == 0) item.tell(status);
}

/// Blocks: items by product_blocks.
__global__ void __launch_bounds__(product_threads) multiply_inverses(const InvertItem* items) {
  const InvertItem& item = items[blockIdx.x];
  if (failed(static_cast<FitStatus>(*item.status))) return;
  const int n = item.inverse.n;
  multiply_inverse({item.factor, FactorStorage::ld_of(2 * n), n, n}, item.inverse);
}

}  // namespace kilofold::cuda
