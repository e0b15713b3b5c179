// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/panel_solves.hpp"

#include <cmath>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/panel_solves.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

/// Solve with the triangle on the diagonal of panel b, row after row.
HWY_INLINE void solve_block(const double* own, double* x) {
  Block rest = load(x);
  HWY_ALIGN double lane[8];
  for (int j = 0; j < 8; ++j) {
    store(rest, lane);
    x[j] = lane[j] / own[8 * j + j];
    rest = fnma(load(own + 8 * j), set(x[j]), rest);
  }
}

/// Take eight solved unknowns out of `count` neighbouring panels.
template <int count>
HWY_INLINE void substitute(const Panels& L, std::int64_t p, std::int64_t column, const double* solved, double* x) {
  Block rest[count];
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) rest[r] = load(x + 8 * (p + r));
#pragma GCC unroll 8
  for (int j = 0; j < 8; ++j) {
    const Block known = set(solved[j]);
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) rest[r] = fnma(load(L.panel(p + r) + 8 * (column + j)), known, rest[r]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) store(rest[r], x + 8 * (p + r));
}

void solve_lower(const Panels& L, double* x) {
  const std::int64_t n_panels = L.n_triangle_panels();
  for (std::int64_t b = 0; b < n_panels; ++b) {
    solve_block(L.panel(b) + 64 * b, x + 8 * b);
    std::int64_t p = b + 1;
    for (; p + 4 <= n_panels; p += 4) substitute<4>(L, p, 8 * b, x + 8 * b, x);
    for (; p < n_panels; ++p) substitute<1>(L, p, 8 * b, x + 8 * b, x);
  }
}

void solve_lower_transposed(const Panels& L, double* x) {
  for (std::int64_t b = L.n_triangle_panels() - 1; b >= 0; --b) {
    Block chains[8];
#pragma GCC unroll 8
    for (Block& c : chains) c = set(0.0);
    for (std::int64_t p = L.n_triangle_panels() - 1; p > b; --p) {
      const double* const l = L.panel(p) + 64 * b;
      const Block known = load(x + 8 * p);
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) chains[j] = fma(load(l + 8 * j), known, chains[j]);
    }
    // rows of the own block join as they become known; the others count as zero
    HWY_ALIGN double known[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    const double* const own = L.panel(b) + 64 * b;
#pragma GCC unroll 8
    for (int j = 7; j >= 0; --j) {
      const double sum = join(fma(load(own + 8 * j), load(known), chains[j]));
      known[j] = (x[8 * b + j] - sum) / own[8 * j + j];
    }
    store(load(known), x + 8 * b);
  }
}

void invert_diagonal_blocks(const Panels& L, double* inverse) {
  for (std::int64_t b = 0; b < L.n_triangle_panels(); ++b, inverse += 128) {
    const double* const own = L.panel(b) + 64 * b;
    double* const rows = inverse + 64;
    for (int i = 0; i < 8; ++i) {
      HWY_ALIGN double unit[8] = {0, 0, 0, 0, 0, 0, 0, 0};
      unit[i] = 1;
      Block row = load(unit);
      for (int k = 0; k < i; ++k) row = fnma(load(rows + 8 * k), set(own[8 * k + i]), row);
      store(div(row, set(own[8 * i + i])), rows + 8 * i);
    }
    for (int i = 0; i < 8; ++i)
      for (int j = 0; j < 8; ++j) inverse[8 * j + i] = rows[8 * i + j];
  }
}

/// The product of an 8 x 8 block, given by columns, and x.
HWY_INLINE Block multiply_block(const double* columns, const double* x) {
  Block even = mul(load(columns), set(x[0])), odd = mul(load(columns + 8), set(x[1]));
#pragma GCC unroll 3
  for (int j = 2; j < 8; j += 2) {
    even = fma(load(columns + 8 * j), set(x[j]), even);
    odd = fma(load(columns + 8 * j + 8), set(x[j + 1]), odd);
  }
  return add(even, odd);
}

void solve_by_blocks(const Panels& L, const double* inverse, double* x, std::int64_t first) {
  const std::int64_t n_panels = L.n_triangle_panels();
  for (std::int64_t b = first / 8; b < n_panels; ++b) {
    store(multiply_block(inverse + 128 * b, x + 8 * b), x + 8 * b);
    std::int64_t p = b + 1;
    for (; p + 4 <= n_panels; p += 4) substitute<4>(L, p, 8 * b, x + 8 * b, x);
    for (; p < n_panels; ++p) substitute<1>(L, p, 8 * b, x + 8 * b, x);
  }
  for (std::int64_t b = n_panels - 1; b >= 0; --b) {
    Block chains[8];
#pragma GCC unroll 8
    for (Block& c : chains) c = set(0.0);
    for (std::int64_t p = n_panels - 1; p > b; --p) {
      const double* const l = L.panel(p) + 64 * b;
      const Block known = load(x + 8 * p);
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) chains[j] = fma(load(l + 8 * j), known, chains[j]);
    }
    HWY_ALIGN double rest[8];
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) rest[j] = x[8 * b + j] - join(chains[j]);
    store(multiply_block(inverse + 128 * b + 64, rest), x + 8 * b);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(solve_lower);
HWY_EXPORT(solve_lower_transposed);
HWY_EXPORT(invert_diagonal_blocks);
HWY_EXPORT(solve_by_blocks);
}  // namespace

void solve_lower(const Panels& L, double* x) { HWY_DYNAMIC_DISPATCH(solve_lower)(L, x); }

void solve_lower_transposed(const Panels& L, double* x) { HWY_DYNAMIC_DISPATCH(solve_lower_transposed)(L, x); }

void invert_diagonal_blocks(const Panels& L, double* inverse) {
  HWY_DYNAMIC_DISPATCH(invert_diagonal_blocks)(L, inverse);
}

void solve_by_blocks(const Panels& L, const double* inverse, double* x, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(solve_by_blocks)(L, inverse, x, first);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
