// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "inputs.cuh"

/// The mean function's basis, by a block: which columns count, and generalised least squares on them. The order of
/// operations is that of src/cpu/gp_inputs.cpp and gp_kernels.cpp.
namespace kilofold::cuda {

/// Column j of the basis (1, x_1 .. x_d) at row i of X.
__device__ inline double basis_element(const double* X, std::int64_t ld, int i, int j) {
  return j == 0 ? 1.0 : X[at(i, j - 1, ld)];
}

/// y = fma(factor, x, y).
__device__ inline void block_add_multiple(double factor, const double* x, double* y, int n) {
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) {
    y[i] = std::fma(factor, x[i], y[i]);
  }
}

__device__ inline void block_divide(double* x, int n, double divisor) {
  for (int i = static_cast<int>(threadIdx.x); i < n; i += static_cast<int>(blockDim.x)) x[i] = x[i] / divisor;
}

/// Choose the columns that u rows tell from the earlier ones, by Gram-Schmidt from the left: a column counts where more
/// than max(u, q) eps of its norm is left. Returns how many; column(i, j) is row i of column j, `chosen` (n_basis) gets
/// the columns' numbers, `directions` (u, n_basis) is scratch.
template <class Column>
__device__ int block_choose_basis(Column column, int u, int n_basis, double* directions, int* chosen) {
  const double tolerance = static_cast<double>(u > n_basis ? u : n_basis) * std::numeric_limits<double>::epsilon();
  int size = 0;
  for (int j = 0; j < n_basis; ++j) {
    double* const left = directions + static_cast<std::int64_t>(size) * u;
    for (int i = static_cast<int>(threadIdx.x); i < u; i += static_cast<int>(blockDim.x)) {
      left[i] = column(i, j);
    }
    const double whole = std::sqrt(block_dot(left, left, u));
    for (int k = 0; k < size; ++k) {
      const double* const direction = directions + static_cast<std::int64_t>(k) * u;
      block_add_multiple(-block_dot(direction, left, u), direction, left, u);
    }
    const double norm = std::sqrt(block_dot(left, left, u));
    if (!(norm > tolerance * whole)) continue;
    block_divide(left, u, norm);
    if (threadIdx.x == 0) chosen[size] = j;
    ++size;
  }
  __syncthreads();
  return size;
}

/// The same of rows X (u, d).
__device__ inline int block_choose_basis(const double* X, std::int64_t ld, int u, int n_basis, double* directions,
                                         int* chosen) {
  return block_choose_basis([=](int i, int j) { return basis_element(X, ld, i, j); }, u, n_basis, directions, chosen);
}

/// W = Q R by modified Gram-Schmidt from the left; z loses its components c = Q'z.
///
/// Shapes    W (n, q), becomes Q · z (n) · R (q, q), ld = q, upper · c (q)
__device__ inline void block_project_out(double* W, double* z, int n, int q, double* R, double* c) {
  for (int j = 0; j < q; ++j) {
    double* const own = W + static_cast<std::int64_t>(j) * n;
    const double norm = std::sqrt(block_dot(own, own, n));
    block_divide(own, n, norm);
    if (threadIdx.x == 0) R[j + j * q] = norm;
    for (int k = j + 1; k < q; ++k) {
      double* const other = W + static_cast<std::int64_t>(k) * n;
      const double along = block_dot(own, other, n);
      block_add_multiple(-along, own, other, n);
      if (threadIdx.x == 0) R[j + k * q] = along;
    }
    const double along = block_dot(own, z, n);
    block_add_multiple(-along, own, z, n);
    if (threadIdx.x == 0) c[j] = along;
  }
  __syncthreads();
}

}  // namespace kilofold::cuda
