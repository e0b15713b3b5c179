// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "basis.cuh"
#include "kilofold/core/fit_status.hpp"
#include "symmetric_inverse.cuh"

namespace kilofold::cuda {

/// What the folds of all items of an inverse share: B applied to the columns of the basis (of mean zero: to 1, for the
/// centring), to the target, and to the target's residual after generalised least squares on all rows.
struct WholeFit {
  GpInputs in;  ///< of all n rows
  int n_basis;  ///< columns of the basis; then come the target and its residual
  bool has_mean;
  SymmetricInverse B;
  const std::int32_t* status;  ///< of B
  double* H;                   ///< (n, n_basis + 2)
  double* BH;                  ///< (n, n_basis + 2)
  double* products;            ///< (n_basis + 2, n_basis + 2) h_j' B h_k
  double* directions;          ///< (n, n_basis) scratch
  double* R;                   ///< (n_basis, n_basis + 1) scratch
  int* chosen;                 ///< (n_basis) columns that all rows can tell apart
  int* counts;                 ///< (2) how many, and whether the residual is there

  static constexpr std::int64_t work_doubles(std::int64_t n, std::int64_t n_basis) {
    return n * (3 * n_basis + 4) + (n_basis + 2) * (n_basis + 2) + n_basis * (n_basis + 1);
  }
  static constexpr std::int64_t work_ints(std::int64_t n_basis) { return n_basis + 2; }

  __device__ int columns() const { return n_basis + 2; }
  __device__ double* h(int j) const { return H + static_cast<std::int64_t>(j) * in.u; }
  __device__ double* Bh(int j) const { return BH + static_cast<std::int64_t>(j) * in.u; }
  __device__ double& product(int j, int k) const { return products[j + k * columns()]; }
};

/// R'R = H'BH of some columns, by the recurrence of a Cholesky factor, and g = R'^-1 H'B h_right. Returns false where
/// H'BH is not positive definite. By one thread.
__device__ inline bool factor_products(const WholeFit& whole, const int* chosen, int q, int right, double* R,
                                       double* g) {
  for (int j = 0; j <= q; ++j) {
    double* const column = j == q ? g : R + j * q;
    for (int i = 0; i < (j < q ? j + 1 : q); ++i) {
      double s = whole.product(chosen[i], j == q ? right : chosen[j]);
      for (int k = 0; k < i; ++k) s = std::fma(-R[k + i * q], column[k], s);
      if (i == j && !(s > 0)) return false;
      column[i] = i == j ? std::sqrt(s) : s / R[i + i * q];
    }
  }
  return true;
}

/// The same by a block: its first thread computes, all return the answer.
__device__ inline bool block_factor_products(const WholeFit& whole, const int* chosen, int q, int right, double* R,
                                             double* g) {
  return !block_any(threadIdx.x == 0 && !factor_products(whole, chosen, q, right, R, g));
}

/// B h_j: one fma chain an element, columns ascending.
__device__ inline void block_multiply(const WholeFit& whole, int j) {
  const double* const h = whole.h(j);
  const int n = whole.in.u;
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) {
    double sum = 0.0;
    for (int k = 0; k < n; ++k) sum = std::fma(whole.B.column(k)[i], h[k], sum);
    whole.Bh(j)[i] = sum;
  }
  __syncthreads();
}

/// h_j' B h_k.
__device__ inline void block_product(const WholeFit& whole, int j, int k) {
  const double product = block_dot(whole.h(j), whole.Bh(k), whole.in.u);
  if (threadIdx.x == 0) whole.product(j, k) = product;
}

/// Residual of the target after generalised least squares on all rows, in column n_basis + 1. Returns false where there
/// is none.
__device__ inline bool block_find_residual(const WholeFit& whole) {
  const int n = whole.in.u, target = whole.n_basis;
  const int q =
      block_choose_basis([&](int i, int j) { return whole.h(j)[i]; }, n, target, whole.directions, whole.chosen);
  if (threadIdx.x == 0) whole.counts[0] = q;
  double* const R = whole.R;
  double* const b = R + q * q;
  if (!block_factor_products(whole, whole.chosen, q, target, R, b)) return false;
  if (threadIdx.x == 0) {
    for (int j = q - 1; j >= 0; --j) {
      for (int k = j + 1; k < q; ++k) b[j] = std::fma(-R[j + k * q], b[k], b[j]);
      b[j] = b[j] / R[j + j * q];
    }
  }
  __syncthreads();
  double* const residual = whole.h(target + 1);
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) {
    double r = whole.h(target)[i];
    for (int j = q - 1; j >= 0; --j) r = std::fma(-b[j], whole.h(whole.chosen[j])[i], r);
    residual[i] = r;
  }
  __syncthreads();
  block_multiply(whole, target + 1);
  for (int j = 0; j <= target + 1; ++j) block_product(whole, j, target + 1);
  return true;
}

inline constexpr int whole_threads = 256;

/// One block a whole fit.
__global__ void __launch_bounds__(whole_threads) prepare_wholes(const WholeFit* wholes) {
  const WholeFit& whole = wholes[blockIdx.x];
  if (failed(static_cast<FitStatus>(*whole.status))) return;
  const GpInputs& in = whole.in;
  for (int j = 0; j <= whole.n_basis; ++j) {
    for (int i = static_cast<int>(threadIdx.x); i < in.u; i += static_cast<int>(blockDim.x)) {
      whole.h(j)[i] = j == whole.n_basis ? in.y[i] : basis_element(in.X, in.ld_X, i, j);
    }
  }
  __syncthreads();
  for (int j = 0; j <= whole.n_basis; ++j) block_multiply(whole, j);
  for (int j = 0; j <= whole.n_basis; ++j) {
    for (int k = 0; k <= whole.n_basis; ++k) block_product(whole, j, k);
  }
  __syncthreads();
  const bool has_residual = whole.has_mean && block_find_residual(whole);
  if (threadIdx.x == 0) whole.counts[1] = has_residual ? 1 : 0;
}

}  // namespace kilofold::cuda
