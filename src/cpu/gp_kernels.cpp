// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gp_kernels.hpp"

#include <cmath>
#include <cstdint>

#include "cpu/scratch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gp_kernels.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

double inner_product(const double* x, const double* y, std::int64_t n) {
  Block chains = set(0.0);
  for (std::int64_t i = 0; i < n; i += 8) chains = fma(load(x + i), load(y + i), chains);
  return join(chains);
}

void add_multiple(double factor, const double* x, double* y, std::int64_t n) {
  const Block f = set(factor);
  for (std::int64_t i = 0; i < n; i += 8) store(fma(f, load(x + i), load(y + i)), y + i);
}

void divide(double* x, std::int64_t n, double divisor) {
  const Block d = set(divisor);
  for (std::int64_t i = 0; i < n; i += 8) store(div(load(x + i), d), x + i);
}

void project_out(const Columns& W, double* z, double* R, double* c) {
  for (std::int64_t j = 0; j < W.count; ++j) {
    double* const q = W.col(j);
    const double norm = std::sqrt(inner_product(q, q, W.ld));
    R[j + j * W.count] = norm;
    divide(q, W.ld, norm);
    for (std::int64_t k = j + 1; k < W.count; ++k) {
      const double along = inner_product(q, W.col(k), W.ld);
      R[j + k * W.count] = along;
      add_multiple(-along, q, W.col(k), W.ld);
    }
    c[j] = inner_product(q, z, W.ld);
    add_multiple(-c[j], q, z, W.ld);
  }
}

/// max(x, 0) of a number that rounding may have pushed below zero.
HWY_INLINE Block not_negative(Block x) {
  HWY_ALIGN double lane[8];
  store(x, lane);
  for (double& v : lane) v = v < 0 ? 0.0 : v;
  return load(lane);
}

/// t: scratch for q blocks.
void predict_rows(const HeldOutSums& s, const FitUnits& units, double* t, double* mean, double* sd) {
  for (std::int64_t i = 0; i < s.ld; i += 8) {
    Block fit = load(s.fit + i), spread = not_negative(sub(set(1.0), load(s.square + i)));
    for (std::int64_t j = 0; j < s.q; ++j) {
      Block h = load(s.basis + i + j * s.ld);
      for (std::int64_t k = 0; k < j; ++k) h = fnma(set(s.R[k + j * s.q]), load(t + 8 * k), h);
      h = div(h, set(s.R[j + j * s.q]));
      store(h, t + 8 * j);
      fit = fma(h, set(s.c[j]), fit);
      const Block open = sub(h, load(s.along + i + j * s.ld_along));
      spread = fma(open, open, spread);
    }
    store(fma(fit, set(units.scale), set(units.centre)), mean + i);
    store(mul(sqrt(fma(set(units.signal), spread, set(units.noise))), set(units.scale)), sd + i);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(inner_product);
HWY_EXPORT(add_multiple);
HWY_EXPORT(divide);
HWY_EXPORT(project_out);
HWY_EXPORT(predict_rows);
}  // namespace

double inner_product(const double* x, const double* y, std::int64_t n) {
  return HWY_DYNAMIC_DISPATCH(inner_product)(x, y, n);
}

void add_multiple(double factor, const double* x, double* y, std::int64_t n) {
  HWY_DYNAMIC_DISPATCH(add_multiple)(factor, x, y, n);
}

void divide(double* x, std::int64_t n, double divisor) { HWY_DYNAMIC_DISPATCH(divide)(x, n, divisor); }

void project_out(const Columns& W, double* z, double* R, double* c) { HWY_DYNAMIC_DISPATCH(project_out)(W, z, R, c); }

void predict_rows(const HeldOutSums& sums, const FitUnits& units, double* mean, double* sd) {
  thread_local Scratch<double> scratch;
  HWY_DYNAMIC_DISPATCH(predict_rows)(sums, units, scratch.get(8 * sums.q), mean, sd);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
