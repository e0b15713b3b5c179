// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "band_step.cuh"
#include "reflections.cuh"

/// A step's reflections: of its columns, and of the right-hand sides.
namespace kilofold::cuda {

inline constexpr int row_threads = 64;
static_assert(band_columns % reflections_together == 0 && band_columns * reduction_chains == tile_threads);

/// The step's columns while they are reflected.
struct Panel {
  double* data;  ///< (rows, 32)
  std::int64_t ld;

  /// Distance of columns in shared memory: those of a warp lie in different banks.
  static constexpr std::int64_t near_ld(std::int64_t rows) { return (rows + 15) / 16 * 16 + 8; }
  static constexpr std::int64_t near_doubles(std::int64_t rows) { return near_ld(rows) * band_width; }
  __device__ double* column(int a) const { return data + a * ld; }
};

/// Join eight chains that eight neighbouring threads hold; each gets the sum. All threads of the warp call.
__device__ inline double join_neighbours(double chain) {
  DEV_UNROLL
  for (int bits = 1; bits < reduction_chains; bits *= 2) chain += __shfl_xor_sync(whole_warp, chain, bits);
  return chain;
}

/// Chain of the rows from `begin` on that are one thread's.
__device__ inline double own_chain(const double* x, const double* y, int begin, int rows) {
  double sum = 0.0;
  for (int i = begin; i < rows; i += reduction_chains) sum = std::fma(x[i], y[i], sum);
  return sum;
}

/// Keep what column a has above its reflection, and make the reflection. Thread `chain` of eight takes the rows of that
/// chain.
__device__ inline void make_reflection(const BandStep& s, double* x, int a, int chain, const Reflection& made) {
  const int begin = a / reduction_chains * reduction_chains + chain;
  if (made.exists) {
    if (chain == a % reduction_chains) x[a] = made.head;
  } else {
    for (int i = begin; i < s.rows; i += reduction_chains) x[i] = 0.0;
  }
  if (chain != 0) return;
  s.work.tau[a] = made.tau;
  if (a < s.rows) s.B.element(s.below + a, s.first + a) = made.beta;
}

/// Reduce the step's columns to the triangle R, which is the band's, and to their reflections. A column is eight
/// threads', a row of it that of its chain, so that only finished reflections pass between threads.
__device__ inline void block_reflect(const BandStep& s, const Panel& S) {
  const int t = static_cast<int>(threadIdx.x), chain = t % reduction_chains, column = t / reduction_chains;
  double* const own = S.column(column);
  for (int a = 0; a < band_columns; ++a) {
    const int begin = a / reduction_chains * reduction_chains + chain;
    const bool below = a + 1 < s.rows, mine = column == a, later = column > a;
    if (mine) {
      for (int i = chain; i < a && i < s.rows; i += reduction_chains) {
        s.B.element(s.below + i, s.first + a) = own[i];
        own[i] = 0.0;
      }
    }
    const double square = join_neighbours(mine && below ? own_chain(own, own, begin, s.rows) : 0.0);
    const double head = __shfl_sync(whole_warp, mine && a < s.rows && chain == a % reduction_chains ? own[a] : 0.0,
                                    a % reduction_chains, reduction_chains);
    if (mine) make_reflection(s, own, a, chain, reflection_of(square, head));
    __syncthreads();
    if (!below) continue;
    const double* const x = S.column(a);
    const double weight = -(s.work.tau[a] * join_neighbours(later ? own_chain(x, own, begin, s.rows) : 0.0));
    for (int i = begin; later && i < s.rows; i += reduction_chains) own[i] = std::fma(weight, x[i], own[i]);
  }
}

/// Keep the block's own triangle, reflect the columns below it, and take the products of the reflections.
/// near_doubles: of dynamic shared memory, for panels that fit.
__global__ void __launch_bounds__(tile_threads, 1)
    reflect_columns(const ReduceItem* items, int first, std::int64_t near_doubles) {
  const ReduceItem& item = items[blockIdx.x];
  const BandStep s = step_of(item, first);
  const int u = item.covariance.in.u, t = static_cast<int>(threadIdx.x);
  if (!item.is_sound() || first >= u) return;
  for (int e = t; e < band_columns * band_columns; e += tile_threads) {
    const int i = first + e % band_columns, k = first + e / band_columns;
    if (k <= i && i < u) s.B.element(i, k) = s.work.A[at(i, k, s.ld)];
  }
  if (s.rows <= 0) return;
  const bool near = Panel::near_doubles(s.rows) <= near_doubles;
  const Panel S{near ? dev::dyn_shared<double>() : s.V, near ? Panel::near_ld(s.rows) : s.ld};
  for (int a = 0; near && a < band_columns; ++a)
    for (int i = t; i < s.rows; i += tile_threads) S.column(a)[i] = s.V[at(i, a, s.ld)];
  __syncthreads();
  block_reflect(s, S);
  for (int a = 0; near && a < band_columns; ++a)
    for (int i = t; i < s.rows; i += tile_threads) s.V[at(i, a, s.ld)] = S.column(a)[i];
  block_multiply_columns(s.V, s.V, s.ld, s.rows, s.work.products);
}

/// Apply the step's reflections to the rows of B, a row a thread. Blocks: items by groups of rows.
__global__ void __launch_bounds__(row_threads) reflect_rows(const ReduceItem* items, int first) {
  const ReduceItem& item = items[blockIdx.x];
  const BandStep s = step_of(item, first);
  const int row = static_cast<int>(blockIdx.y * row_threads + threadIdx.x);
  if (!goes_on(item, s) || row >= item.n_rows) return;
  for (int begin = 0; begin < band_columns && begin < s.rows; begin += reflections_together) {
    const double* const V = s.V + at(0, begin, s.ld);
    const EightReflections eight{[&](int i, int a) { return V[at(i, a, s.ld)]; }, begin,        s.rows,
                                 s.work.products + (band_columns + 1) * begin,    band_columns, s.work.tau + begin};
    eight.apply(s.B.rows + at(row, s.below, item.n_rows), item.n_rows);
  }
}

}  // namespace kilofold::cuda
