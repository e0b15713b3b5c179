// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gp_inverse.hpp"

#include <algorithm>

#include <cmath>
#include <cstdint>

#include "cpu/cholesky.hpp"
#include "kilofold/backend/leave.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gp_inverse.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/tile-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// Products are summed up in stretches of k, and rows of B in groups of panels, so that what they read stays near the
// core. Storing a sum between stretches changes no chain.
inline constexpr std::int64_t stretch = 256;
inline constexpr std::int64_t group_panels = 16;

/// Go on with tile_columns columns of B in eight rows: products of eight rows of V with as many others.
HWY_INLINE void multiply_rows(const double* rows, const double* others, std::int64_t begin, std::int64_t end,
                              bool is_first, double* out) {
  Tile sum;
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) sum[j] = is_first ? set(0.0) : load(out + 8 * j);
  for (std::int64_t k = begin; k < end; ++k) {
    const Block v = load(rows + 8 * k);
#pragma GCC unroll 8
    for (int j = 0; j < tile_columns; ++j) sum[j] = fma(v, set(others[8 * k + j]), sum[j]);
  }
  store_tile(sum, out);
}

/// Copy the lower half into the upper one.
void mirror(const SymmetricInverse& B) {
  const std::int64_t n_panels = padded(B.n) / 8;
  for (std::int64_t p = 0; p < n_panels; ++p) {
    for (std::int64_t q = 0; q <= p; ++q) {
      const double* const from = B.panel(p) + 64 * q;
      double* const to = B.panel(q) + 64 * p;
      for (std::int64_t i = 0; i < 8; ++i) {
        for (std::int64_t j = 0; j < (q == p ? i : 8); ++j) to[8 * i + j] = from[8 * j + i];
      }
    }
  }
}

/// Go on with the panels [group, last) of B through columns [first, end) of V.
HWY_INLINE void multiply_group(const Panels& L, const SymmetricInverse& B, std::int64_t group, std::int64_t last,
                               std::int64_t first, std::int64_t end) {
  for (std::int64_t column = 0; column < 8 * last; column += tile_columns) {
    const double* const others = L.extra_panel(column / 8) + column % 8;
    for (std::int64_t p = std::max(group, column / 8); p < last; ++p) {
      const std::int64_t begin = std::max(first, 8 * p);
      multiply_rows(L.extra_panel(p), others, begin, end, begin == 8 * p, B.panel(p) + 8 * column);
    }
  }
}

void invert(const Panels& L, const SymmetricInverse& B) {
  for (std::int64_t first = 0; first < L.columns(); first += stretch) {
    leave_if_stopped();
    const std::int64_t end = std::min(first + stretch, L.columns());
    for (std::int64_t group = 0; 8 * group < end; group += group_panels)
      multiply_group(L, B, group, std::min(group + group_panels, end / 8), first, end);
  }
  mirror(B);
}

void multiply(const SymmetricInverse& B, const double* x, double* out) {
  constexpr int at_once = 4;
  const std::int64_t n_panels = padded(B.n) / 8;
  for (std::int64_t p = 0; p < n_panels; p += at_once) {
    // the last panels may be computed twice, never past the end
    const double* panel[at_once];
    Block sum[at_once];
    for (int r = 0; r < at_once; ++r) {
      panel[r] = B.panel(p + r < n_panels ? p + r : n_panels - 1);
      sum[r] = set(0.0);
    }
    for (std::int64_t k = 0; k < B.n; ++k) {
      const Block factor = set(x[k]);
#pragma GCC unroll 4
      for (int r = 0; r < at_once; ++r) sum[r] = fma(load(panel[r] + 8 * k), factor, sum[r]);
    }
    for (int r = 0; r < at_once && p + r < n_panels; ++r) store(sum[r], out + 8 * (p + r));
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(invert);
HWY_EXPORT(multiply);
}  // namespace

void set_identity(const Panels& A) {
  for (std::int64_t p = A.n_triangle_panels(); p < A.n_panels(); ++p) {
    const std::int64_t first = 8 * (p - A.n_triangle_panels());
    std::fill(A.panel(p) + 8 * first, A.panel(p) + 8 * A.columns(), 0.0);
  }
  for (std::int64_t i = 0; i < A.n; ++i) A.extra(i, i) = 1.0;
}

void invert(const Panels& L, const SymmetricInverse& B) {
  B.log_det() = 2.0 * log_diagonal(L);
  HWY_DYNAMIC_DISPATCH(invert)(L, B);
}

void multiply(const SymmetricInverse& B, const double* x, double* out) { HWY_DYNAMIC_DISPATCH(multiply)(B, x, out); }

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
