// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "covariance.cuh"
#include "inverse_product.cuh"

/// Covariance matrices that a vendor's library factorises.
namespace kilofold::cuda {

/// A matrix with its right-hand sides below it and, from row `identity` on, the identity.
struct DenseItem {
  Covariance covariance;
  int identity;  ///< `rows`: none
  int rows;
  double* factor;  ///< (rows, u) as FactorStorage lies

  KILOFOLD_HD int u() const { return covariance.in.u; }
};

/// What the library says of each item, by its place in the calls.
struct Infos {
  const int* info;
  const int* place;  ///< (items)

  __device__ bool positive_definite(unsigned item) const { return info[place[item]] == 0; }
};

inline constexpr int dense_threads = 256;

}  // namespace kilofold::cuda
