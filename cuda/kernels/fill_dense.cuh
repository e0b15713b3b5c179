// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dense.cuh"

namespace kilofold::cuda {

inline constexpr int dense_columns = 16;

__global__ void __launch_bounds__(dense_threads) prepare_dense(const DenseItem* items) {
  const Covariance& covariance = items[blockIdx.x].covariance;
  if (block_finite(covariance.in)) covariance.block_prepare();
}

/// Lower halves and what is below them; the identity where inputs are not finite, so that a library sees numbers.
/// Blocks: items by groups of columns.
__global__ void __launch_bounds__(dense_threads) fill_dense(const DenseItem* items) {
  const DenseItem& item = items[blockIdx.x];
  const bool finite = block_finite(item.covariance.in);
  const IdentityBelow<Covariance> matrix{item.covariance, item.identity};
  const std::int64_t ld = FactorStorage::ld_of(item.rows);
  const int first = static_cast<int>(blockIdx.y) * dense_columns;
  for (int j = first; j < first + dense_columns && j < item.u(); ++j) {
    for (int i = j + static_cast<int>(threadIdx.x); i < item.rows; i += dense_threads) {
      item.factor[at(i, j, ld)] = finite ? matrix(i, j) : i == j ? 1.0 : 0.0;
    }
  }
}

}  // namespace kilofold::cuda
