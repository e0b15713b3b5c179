// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "../dev.hpp"

/// Householder reflections I - tau v v', in the order of docs/numerics.md, "reduce".
namespace kilofold::cuda {

inline constexpr int reflections_together = 8;

/// The reflection that turns a column x into beta times its first unit vector: v = x but for its head.
struct Reflection {
  bool exists;  ///< else v is zero, and x stays
  double tau;
  double head;
  double beta;
};

/// From |x|^2 and the head of x.
__device__ inline Reflection reflection_of(double square, double head) {
  constexpr double negligible = 0x1p-400;
  if (!(square >= negligible)) return {false, 0.0, 0.0, head};
  const double norm = std::sqrt(square), beta = std::copysign(norm, -head), first = head - beta;
  return {true, 1.0 / (norm * std::fabs(first)), first, beta};
}

/// Eight neighbouring reflections of rows [begin, n).
template <class Element> struct EightReflections {
  Element element;  ///< (i, a) of reflection a
  int begin;
  int n;
  const double* products;  ///< v_a'v_c at stride a + c
  int stride;
  const double* tau;

  /// Apply them to a row, first one first: z -= V t with t_a = tau_a (v_a'z - sum over c < a of (v_a'v_c) t_c). Element
  /// i of the row is at step i.
  __device__ void apply(double* z, std::int64_t step) const {
    double t[reflections_together] = {};
    for (int i = begin; i < n; ++i) {
      const double own = z[i * step];
      DEV_UNROLL
      for (int a = 0; a < reflections_together; ++a) t[a] = std::fma(own, element(i, a), t[a]);
    }
    DEV_UNROLL
    for (int a = 0; a < reflections_together; ++a) {
      DEV_UNROLL
      for (int c = 0; c < a; ++c) t[a] = std::fma(-products[stride * a + c], t[c], t[a]);
      t[a] = tau[a] * t[a];
    }
    for (int i = begin; i < n; ++i) {
      double own = z[i * step];
      DEV_UNROLL
      for (int a = 0; a < reflections_together; ++a) own = std::fma(-element(i, a), t[a], own);
      z[i * step] = own;
    }
  }
};

}  // namespace kilofold::cuda
