// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/linear_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/linear_kernels.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/reflections-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

void centre_columns(const Columns& A, double* mean) {
  for (std::int64_t j = 0; j < A.count; ++j) {
    double* const x = A.col(j);
    Block chains = set(0.0);
    for (std::int64_t i = 0; i < A.ld; i += 8) chains = add(chains, load(x + i));
    mean[j] = join(chains) / static_cast<double>(A.rows);
    const Block c = set(mean[j]);
    for (std::int64_t i = 0; i < A.ld; i += 8) store(sub(load(x + i), c), x + i);
    for (std::int64_t i = A.rows; i < A.ld; ++i) x[i] = 0.0;
  }
}

double largest_magnitude(const Columns& A) {
  constexpr int at_once = 4;  // they hide each other's latency
  const std::int64_t size = A.count * A.ld, step = at_once * part_lanes;
  Part most[at_once];
  for (Part& m : most) m = set_part(0.0);
  std::int64_t i = 0;
  for (; i + step <= size; i += step)
    for (int k = 0; k < at_once; ++k) most[k] = larger_part(most[k], abs_part(load_part(A.data + i + k * part_lanes)));
  for (; i < size; i += part_lanes) most[0] = larger_part(most[0], abs_part(load_part(A.data + i)));
  for (const Part& m : most) most[0] = larger_part(most[0], m);
  return largest_of(most[0]);
}

void multiply(const Columns& A, double factor) {
  for (std::int64_t i = 0; i < A.count * A.ld; i += 8) store(mul(load(A.data + i), set(factor)), A.data + i);
}

void householder(const Columns& A, std::int64_t n_reflections, double* v) {
  // Equal features leave rounding of rounding: their reflections count for the bits until 1 / |v|^2 would overflow.
  constexpr double negligible = std::numeric_limits<double>::min();
  for (std::int64_t j = 0; j < n_reflections; ++j) {
    double* const x = A.col(j);
    const std::int64_t begin = j / 8 * 8;
    for (std::int64_t i = begin; i < A.ld; ++i) v[i] = i < j ? 0.0 : x[i];
    const double tau = reflection(v, j, A.ld, negligible, x[j]);
    reflect_columns(A, j + 1, v, tau, begin);
  }
}

/// Turn columns p and q by the angle that makes them orthogonal. Returns false where they are already.
HWY_INLINE bool turn(const Columns& G, std::int64_t p, std::int64_t q, double tolerance, double* z) {
  double* const a = G.col(p);
  double* const b = G.col(q);
  Block aa = set(0.0), bb = set(0.0), ab = set(0.0);
  for (std::int64_t i = 0; i < G.ld; i += 8) {
    const Block x = load(a + i), y = load(b + i);
    aa = fma(x, x, aa);
    bb = fma(y, y, bb);
    ab = fma(x, y, ab);
  }
  const double square_p = join(aa), square_q = join(bb), product = join(ab);
  if (!(std::fabs(product) > tolerance * (std::sqrt(square_p) * std::sqrt(square_q)))) return false;

  const double zeta = (square_q - square_p) / (2 * product);
  const double magnitude = std::fabs(zeta);
  // beyond 2^27 the root equals |zeta| in double, and its square might overflow
  const double root = magnitude > 0x1p27 ? magnitude : std::sqrt(std::fma(zeta, zeta, 1.0));
  const double tangent = std::copysign(1.0 / (magnitude + root), zeta);
  const double cosine = 1.0 / std::sqrt(std::fma(tangent, tangent, 1.0));
  const double sine = cosine * tangent;
  const Block c = set(cosine), s = set(sine), minus_s = set(-sine);
  for (std::int64_t i = 0; i < G.ld; i += 8) {
    const Block x = load(a + i), y = load(b + i);
    store(fma(minus_s, y, mul(c, x)), a + i);
    store(fma(s, x, mul(c, y)), b + i);
  }
  const double zp = z[p], zq = z[q];
  z[p] = std::fma(-sine, zq, cosine * zp);
  z[q] = std::fma(sine, zp, cosine * zq);
  return true;
}

void orthogonalise(const Columns& G, double* z, double* square) {
  const double tolerance = static_cast<double>(G.rows + 8) * 0x1p-53;
  bool turned = true;
  for (int sweep = 0; sweep < 60 && turned; ++sweep) {
    turned = false;
    for (std::int64_t p = 0; p < G.count; ++p) {
      for (std::int64_t q = p + 1; q < G.count; ++q) turned |= turn(G, p, q, tolerance, z);
    }
  }
  for (std::int64_t k = 0; k < G.count; ++k) square[k] = dot(G.col(k), G.col(k), 0, G.ld);
}

void combine(const Columns& G, const double* factor, double* w) {
  for (std::int64_t i = 0; i < G.ld; i += 8) {
    Block s = set(0.0);
    for (std::int64_t k = 0; k < G.count; ++k) {
      if (factor[k] != 0) s = fma(set(factor[k]), load(G.col(k) + i), s);
    }
    store(s, w + i);
  }
}

void predict(const Columns& X, const double* w, double intercept, double centre, double scale, double* out) {
  for (std::int64_t i = 0; i < X.ld; i += 8) {
    Block p = set(intercept);
    for (std::int64_t j = 0; j < X.count; ++j) p = fma(load(X.col(j) + i), set(w[j]), p);
    store(fma(p, set(scale), set(centre)), out + i);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(centre_columns);
HWY_EXPORT(largest_magnitude);
HWY_EXPORT(multiply);
HWY_EXPORT(householder);
HWY_EXPORT(orthogonalise);
HWY_EXPORT(combine);
HWY_EXPORT(predict);
}  // namespace

void centre_columns(const Columns& A, double* mean) { HWY_DYNAMIC_DISPATCH(centre_columns)(A, mean); }

int normalise(const Columns& A) {
  const double largest = HWY_DYNAMIC_DISPATCH(largest_magnitude)(A);
  if (!(largest > 0 && std::isfinite(largest))) return 0;
  const int exponent = std::clamp(-std::ilogb(largest), -1022, 1023);  // those of normal numbers
  HWY_DYNAMIC_DISPATCH(multiply)(A, std::ldexp(1.0, exponent));
  return exponent;
}

void householder(const Columns& A, std::int64_t n_reflections, double* v) {
  HWY_DYNAMIC_DISPATCH(householder)(A, n_reflections, v);
}

void orthogonalise(const Columns& G, double* z, double* square) { HWY_DYNAMIC_DISPATCH(orthogonalise)(G, z, square); }

void combine(const Columns& G, const double* factor, double* w) { HWY_DYNAMIC_DISPATCH(combine)(G, factor, w); }

void predict(const Columns& X, const double* w, double intercept, double centre, double scale, double* out) {
  HWY_DYNAMIC_DISPATCH(predict)(X, w, intercept, centre, scale, out);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
