// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#if defined(__CUDACC__)
#define KILOFOLD_HD __host__ __device__
#else
#define KILOFOLD_HD
#endif

namespace kilofold {

/// How many interleaved chains every reduction to a scalar uses. Part of the numerics: changing it changes bits.
inline constexpr int reduction_chains = 8;

/// Join the eight chains in a fixed tree: neighbours, then pairs, then halves.
KILOFOLD_HD inline double join_chains(const double* chain) {
  return ((chain[0] + chain[1]) + (chain[2] + chain[3])) + ((chain[4] + chain[5]) + (chain[6] + chain[7]));
}

/// Reduce n terms to a sum in the canonical order: term i goes to chain i mod 8, in ascending i; then the tree.
///
/// `accumulate(i, s)` returns the chain value s with term i added, by one addition or one fma.
/// Every backend's vector form of a sum must equal this one bit for bit.
template <class Accumulate> KILOFOLD_HD inline double canonical_reduce(std::int64_t n, Accumulate accumulate) {
  double chain[reduction_chains] = {0, 0, 0, 0, 0, 0, 0, 0};
  for (std::int64_t i = 0; i < n; ++i) chain[i % reduction_chains] = accumulate(i, chain[i % reduction_chains]);
  return join_chains(chain);
}

/// Sum of n values, in the canonical order.
KILOFOLD_HD inline double canonical_sum(const double* x, std::int64_t n) {
  return canonical_reduce(n, [=](std::int64_t i, double s) { return s + x[i]; });
}

/// Inner product of two vectors as a reduction to a scalar, in the canonical order.
KILOFOLD_HD inline double canonical_dot(const double* x, const double* y, std::int64_t n) {
  return canonical_reduce(n, [=](std::int64_t i, double s) { return std::fma(x[i], y[i], s); });
}

}  // namespace kilofold
