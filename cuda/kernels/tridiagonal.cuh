// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "basis.cuh"
#include "reflections.cuh"

/// Householder tridiagonalisation of one symmetric matrix by one block, in the order of docs/numerics.md, "reduce".
///
/// Both halves of the matrix are stored, so that a row is one thread's: it updates the row by the last step and
/// multiplies it by the next reflection in one walk, left of the diagonal in one chain, right of it in eight. Threads
/// of a warp read neighbouring rows of a column, and no thread waits for another within a pass.
namespace kilofold::cuda {

inline constexpr int reduce_threads = 256;

/// T = Q'AQ with its two diagonals, and vectors in its basis as rows.
template <class Double> struct Tridiagonal {
  Double* diagonal;      ///< (u)
  Double* off_diagonal;  ///< (u) element i: (i + 1, i); the last is 0
  Double* rows;          ///< (n_rows, u), ld = n_rows
  int n_rows;

  static constexpr std::int64_t doubles(std::int64_t u, std::int64_t n_rows) { return (2 + n_rows) * u; }
  __device__ static Tridiagonal in(Double* data, int u, int n_rows) { return {data, data + u, data + 2 * u, n_rows}; }
};

/// A symmetric matrix while it is reduced.
struct Reduction {
  int n;
  std::int64_t ld;
  double* A;    ///< (n, n), both halves; column k below the diagonal becomes reflection k
  double* v;    ///< (n) with w: the update that A has still to take, -v w' - w v'
  double* w;    ///< (n)
  double* x;    ///< (n) the next reflection
  double* y;    ///< (n) A x
  double* tau;  ///< (n + 8) of the reflections, 0 where there is none

  static constexpr std::int64_t ld_of(std::int64_t n) { return (n + 3) / 4 * 4; }  // whole sectors of memory
  static constexpr std::int64_t matrix_doubles(std::int64_t n) { return ld_of(n) * n; }
  static constexpr std::int64_t vector_doubles(std::int64_t n) { return 5 * n + reflections_together; }
  static constexpr std::int64_t work_doubles(std::int64_t n) { return vector_doubles(n) + matrix_doubles(n); }

  __device__ static Reduction in(double* matrix, double* vectors, int n) {
    return {n, ld_of(n), matrix, vectors, vectors + n, vectors + 2 * n, vectors + 3 * n, vectors + 4 * n};
  }

  /// Element i of reflection k; zero where there is none.
  __device__ double reflection(int i, int k) const { return k + 2 < n && i > k ? A[at(i, k, ld)] : 0.0; }
};

/// The rows of a step begin with a whole block of chains; zeros above the reflection add nothing.
__device__ inline int first_row(int k) { return k / reduction_chains * reduction_chains; }

/// Column k with its pending update: the diagonal's element, and x below it.
__device__ inline void block_take_column(const Reduction& r, int k, const Tridiagonal<double>& T) {
  for (int i = first_row(k) + static_cast<int>(threadIdx.x); i < r.n; i += reduce_threads) {
    const double a = i < k ? 0.0 : std::fma(-r.w[i], r.v[k], std::fma(-r.v[i], r.w[k], r.A[at(i, k, r.ld)]));
    r.x[i] = i > k ? a : 0.0;
    if (i == k) T.diagonal[k] = a;
    if (i == k + 1) T.off_diagonal[k] = a;
  }
  if (threadIdx.x == 0 && k + 1 == r.n) T.off_diagonal[k] = 0.0;
  __syncthreads();
}

/// Turn x into the reflection of step k. Returns its tau.
__device__ inline double block_reflect_column(const Reduction& r, int k, double* off_diagonal) {
  const int begin = first_row(k), t = static_cast<int>(threadIdx.x);
  const Reflection made = reflection_of(block_dot(r.x + begin, r.x + begin, r.n - begin), r.x[k + 1]);
  __syncthreads();
  if (!made.exists) {
    for (int i = begin + t; i < r.n; i += reduce_threads) r.x[i] = 0.0;
  }
  if (t == 0) {
    if (made.exists) r.x[k + 1] = made.head;
    *off_diagonal = made.beta;
    r.tau[k] = made.tau;
  }
  __syncthreads();
  return made.tau;
}

/// Update row i right of column k and multiply it by x.
__device__ inline double pass_row(const Reduction& r, int k, int i) {
  const double v = r.v[i], w = r.w[i];
  double upto = 0.0, beyond[reduction_chains] = {};
  for (int first = first_row(k + 1); first < r.n; first += reduction_chains) {
    double a[reduction_chains];
    DEV_UNROLL
    for (int e = 0; e < reduction_chains; ++e) {
      const int j = first + e;
      a[e] = j > k && j < r.n ? r.A[at(i, j, r.ld)] : 0.0;
    }
    DEV_UNROLL
    for (int e = 0; e < reduction_chains; ++e) {
      const int j = first + e;
      if (j <= k || j >= r.n) continue;
      if (j <= i) {
        a[e] = std::fma(-w, r.v[j], std::fma(-v, r.w[j], a[e]));
        upto = std::fma(a[e], r.x[j], upto);
      } else {  // the mirror image of row j, column i
        a[e] = std::fma(-r.w[j], v, std::fma(-r.v[j], w, a[e]));
        beyond[e] = std::fma(a[e], r.x[j], beyond[e]);
      }
    }
    DEV_UNROLL
    for (int e = 0; e < reduction_chains; ++e) {
      const int j = first + e;
      if (j > k && j < r.n) r.A[at(i, j, r.ld)] = a[e];
    }
  }
  return upto + join_chains(beyond);
}

/// Keep the reflection, update the matrix, and set y = tau A x, zero down to row k.
__device__ inline void block_pass(const Reduction& r, int k, double tau) {
  for (int i = first_row(k) + static_cast<int>(threadIdx.x); i < r.n; i += reduce_threads) {
    if (i > k) r.A[at(i, k, r.ld)] = r.x[i];
    r.y[i] = i > k ? tau * pass_row(r, k, i) : 0.0;
  }
}

/// y -= (tau / 2)(x'y) x: with x it is the next pending update.
__device__ inline void block_finish_update(const Reduction& r, int k, double tau) {
  const int begin = first_row(k);
  const double half = 0.5 * tau * block_dot(r.y + begin, r.x + begin, r.n - begin);
  block_add_multiple(-half, r.x + begin, r.y + begin, r.n - begin);
  __syncthreads();
}

/// Reduce A to two diagonals, first column first; its reflections stay in `r`.
///
/// Requires  reduce_threads threads, all of which call; both halves of A written
/// Cost      4/3 n^3 flops for each half; a step reads and writes what is left of the matrix once
__device__ inline void block_tridiagonalise(Reduction r, const Tridiagonal<double>& T) {
  for (int i = static_cast<int>(threadIdx.x); i < r.n; i += reduce_threads) r.v[i] = r.w[i] = 0.0;
  for (int i = static_cast<int>(threadIdx.x); i < r.n + reflections_together; i += reduce_threads) r.tau[i] = 0.0;
  __syncthreads();
  for (int k = 0; k < r.n; ++k) {
    block_take_column(r, k, T);
    if (k + 2 >= r.n) continue;
    const double tau = block_reflect_column(r, k, T.off_diagonal + k);
    block_pass(r, k, tau);
    block_finish_update(r, k, tau);
    const Reduction last = r;
    r.v = last.x;
    r.x = last.v;
    r.w = last.y;
    r.y = last.w;
  }
}

/// Turn the rows of T into its basis, a row a thread.
///
/// Cost      2 n^2 n_rows flops
__device__ inline void block_reflect_rows(const Reduction& r, const Tridiagonal<double>& T) {
  using Products = double[reflections_together * reflections_together];
  DEV_SHARED(Products, products);
  const int t = static_cast<int>(threadIdx.x);
  for (int begin = 0; begin + 2 < r.n; begin += reflections_together) {
    if (t < reflections_together * reflections_together) {
      const int a = begin + t / reflections_together, c = begin + t % reflections_together;
      double sum = 0.0;
      for (int i = begin; i < r.n; ++i) sum = std::fma(r.reflection(i, c), r.reflection(i, a), sum);
      products[t] = sum;
    }
    __syncthreads();
    const EightReflections eight{[&](int i, int a) { return r.reflection(i, begin + a); },
                                 begin,
                                 r.n,
                                 products,
                                 reflections_together,
                                 r.tau + begin};
    for (int row = t; row < T.n_rows; row += reduce_threads) eight.apply(T.rows + row, T.n_rows);
    __syncthreads();
  }
}

}  // namespace kilofold::cuda
