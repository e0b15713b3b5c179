// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0

// Householder reflections I - tau v v'. Those that are kept lie eight to a panel: element i of reflection a at 8 i + a.
// Included as vector-inl.h is; <algorithm> and <cmath> belong before it.
#if defined(KILOFOLD_CPU_REFLECTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KILOFOLD_CPU_REFLECTIONS_INL_H
#undef KILOFOLD_CPU_REFLECTIONS_INL_H
#else
#define KILOFOLD_CPU_REFLECTIONS_INL_H
#endif

#include "cpu/linear_kernels.hpp"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// reflections that run side by side; never part of an order
inline constexpr int reflections_at_once = part_lanes == 8 ? 8 : 4;

HWY_INLINE double dot(const double* a, const double* b, std::int64_t begin, std::int64_t end) {
  Block chains = set(0.0);
  for (std::int64_t i = begin; i < end; i += 8) chains = fma(load(a + i), load(b + i), chains);
  return join(chains);
}

/// A kernel matrix's column with |x|^2 below it counts as zero, here as in the CUDA module.
inline constexpr double negligible_square = 0x1p-400;

/// Turn the column x, zero above row `head`, into its reflection, or into zeros where |x|^2 is not at least
/// `negligible`. Returns tau, or 0, and by `beta` the element that the reflection leaves.
HWY_INLINE double reflection(double* x, std::int64_t head, std::int64_t end, double negligible, double& beta) {
  const std::int64_t begin = head / 8 * 8;
  const double square = dot(x, x, begin, end);
  beta = x[head];
  if (!(square >= negligible)) {
    std::fill(x + begin, x + end, 0.0);
    return 0.0;
  }
  const double norm = std::sqrt(square);
  beta = std::copysign(norm, -x[head]);
  x[head] -= beta;
  return 1.0 / (norm * std::fabs(x[head]));
}

/// Apply I - tau v v' to `width` neighbouring columns. They share the loads of v and hide each other's latency; the
/// bits of one do not depend on the others.
template <int width>
HWY_INLINE void reflect(const Columns& A, std::int64_t first, const double* v, double tau, std::int64_t begin) {
  Block chains[width];
  for (Block& c : chains) c = set(0.0);
  for (std::int64_t i = begin; i < A.ld; i += 8) {
    const Block x = load(v + i);
    for (int k = 0; k < width; ++k) chains[k] = fma(x, load(A.col(first + k) + i), chains[k]);
  }
  Block weight[width];
  for (int k = 0; k < width; ++k) weight[k] = set(-(tau * join(chains[k])));
  for (std::int64_t i = begin; i < A.ld; i += 8) {
    const Block x = load(v + i);
    for (int k = 0; k < width; ++k) {
      double* const a = A.col(first + k) + i;
      store(fma(weight[k], x, load(a)), a);
    }
  }
}

/// Apply it to the columns from `first` on.
HWY_INLINE void reflect_columns(const Columns& A, std::int64_t first, const double* v, double tau, std::int64_t begin) {
  for (; first + 4 <= A.count; first += 4) reflect<4>(A, first, v, tau, begin);
  for (; first < A.count; ++first) reflect<1>(A, first, v, tau, begin);
}

/// out_a = sum over i >= begin of reflection a's v_i times the panel's eight numbers: one chain each, ascending.
HWY_INLINE void multiply_reflections(const double* reflectors, const double* panel, std::int64_t begin,
                                     std::int64_t end, Block* out) {
  for (int first = 0; first < 8; first += reflections_at_once) {
    Block sum[reflections_at_once];
#pragma GCC unroll 8
    for (Block& s : sum) s = set(0.0);
    for (std::int64_t i = begin; i < end; ++i) {
      const Block z = load(panel + 8 * i);
      const double* const v = reflectors + 8 * i + first;
#pragma GCC unroll 8
      for (int a = 0; a < reflections_at_once; ++a) sum[a] = fma(z, set(v[a]), sum[a]);
    }
#pragma GCC unroll 8
    for (int a = 0; a < reflections_at_once; ++a) out[first + a] = sum[a];
  }
}

/// Apply the eight reflections of a panel, first one first, to eight rows: z -= V t with t_a = tau_a (v_a'z - sum over
/// c < a of (v_a'v_c) t_c).
HWY_INLINE void reflect_rows(const double* reflectors, const double* gram, const double* tau, std::int64_t begin,
                             std::int64_t end, double* panel) {
  Block t[8];
  multiply_reflections(reflectors, panel, begin, end, t);
  for (int a = 0; a < 8; ++a) {
    for (int c = 0; c < a; ++c) t[a] = fnma(set(gram[8 * a + c]), t[c], t[a]);
    t[a] = mul(set(tau[a]), t[a]);
  }
  for (std::int64_t i = begin; i < end; ++i) {
    Block z = load(panel + 8 * i);
    const double* const v = reflectors + 8 * i;
#pragma GCC unroll 8
    for (int a = 0; a < 8; ++a) z = fnma(set(v[a]), t[a], z);
    store(z, panel + 8 * i);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard
