// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../dev.hpp"
#include "kilofold/core/reduction.hpp"

/// What a block of threads does together. All threads of the block must call these; its size is a multiple of 32. Each
/// begins and ends with a barrier's worth of order: what was written before may be read after.
namespace kilofold::cuda {

inline constexpr unsigned whole_warp = 0xffffffffU;
inline constexpr unsigned warp_threads = 32;
inline constexpr unsigned most_warps = 32;

/// Does it hold for any thread of the block?
__device__ inline bool block_any(bool holds) {
  using Votes = int[most_warps];
  DEV_SHARED(Votes, votes);
  const unsigned t = threadIdx.x, n_warps = blockDim.x / warp_threads;
  const int vote = __any_sync(whole_warp, holds ? 1 : 0);
  if (t % warp_threads == 0) votes[t / warp_threads] = vote;
  __syncthreads();
  bool any = false;
  for (unsigned w = 0; w < n_warps; ++w) any = any || votes[w] != 0;
  __syncthreads();
  return any;
}

/// A value and where it stands.
struct Placed {
  double value;
  int index;
};

/// Of two places the one of smaller value, at equal values the earlier one.
__device__ inline Placed lesser(Placed a, Placed b) {
  return b.value < a.value || (b.value == a.value && b.index < a.index) ? b : a;
}

/// The smallest value over the block and its first place; a NaN is never smaller. Threads without a value pass infinity
/// and an index beyond all others.
__device__ inline Placed block_least(Placed own) {
  using Values = double[most_warps];
  using Indices = int[most_warps];
  DEV_SHARED(Values, values);
  DEV_SHARED(Indices, indices);
  const unsigned t = threadIdx.x, n_warps = blockDim.x / warp_threads;
  for (int bits = warp_threads / 2; bits > 0; bits /= 2) {
    own = lesser(own, {__shfl_xor_sync(whole_warp, own.value, bits), __shfl_xor_sync(whole_warp, own.index, bits)});
  }
  if (t % warp_threads == 0) {
    values[t / warp_threads] = own.value;
    indices[t / warp_threads] = own.index;
  }
  __syncthreads();
  Placed least{values[0], indices[0]};
  for (unsigned w = 1; w < n_warps; ++w) least = lesser(least, {values[w], indices[w]});
  __syncthreads();
  return least;
}

/// core/reduction.hpp's canonical_reduce: eight threads take a chain each, every thread gets the sum.
template <class Accumulate> __device__ double block_reduce(std::int64_t n, Accumulate accumulate) {
  using Chains = double[reduction_chains];
  DEV_SHARED(Chains, chains);
  const unsigned t = threadIdx.x;
  __syncthreads();
  if (t < reduction_chains) {
    double sum = 0.0;
    for (std::int64_t i = t; i < n; i += reduction_chains) sum = accumulate(i, sum);
    chains[t] = sum;
  }
  __syncthreads();
  const double sum = join_chains(chains);
  __syncthreads();
  return sum;
}

/// core/reduction.hpp's canonical_dot.
__device__ inline double block_dot(const double* x, const double* y, std::int64_t n) {
  return block_reduce(n, [=](std::int64_t i, double sum) { return std::fma(x[i], y[i], sum); });
}

inline constexpr int ordered_terms = 256;

/// sum + term(0) + term(1) + ..., one plain chain, as sums that are no canonical reduction are defined: the block
/// stages the terms, its first thread adds them and alone gets the sum.
template <class Term> __device__ double block_ordered_sum(int n, Term term, double sum) {
  using Terms = double[ordered_terms];
  DEV_SHARED(Terms, terms);
  const int t = static_cast<int>(threadIdx.x), step = static_cast<int>(blockDim.x);
  for (int first = 0; first < n; first += ordered_terms) {
    const int count = n - first < ordered_terms ? n - first : ordered_terms;
    __syncthreads();
    for (int e = t; e < count; e += step) terms[e] = term(first + e);
    __syncthreads();
    for (int e = 0; t == 0 && e < count; ++e) sum += terms[e];
  }
  return sum;
}

}  // namespace kilofold::cuda
