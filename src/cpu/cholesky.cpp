// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kilofold/backend/leave.hpp"
#include "kilofold/core/exp_log.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/cholesky.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/tile-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// A block's columns are worked on together, in stretches of `chunk` rows of them that a core's own cache holds: the
// wider the block, the seldomer the whole factor passes by. That changes no chain.
inline constexpr std::int64_t block_columns = 256;
inline constexpr std::int64_t chunk = 128;

void update_tile(double* rows, const double* multipliers, std::int64_t column, std::int64_t begin, std::int64_t end) {
  Tile tile;
  load_tile(rows + 8 * column, tile);
  eliminate(rows, multipliers, begin, end, tile);
  store_tile(tile, rows + 8 * column);
}

/// Finish a tile below the diagonal, which `from` begins: the rest of its chains, then the triangle of its own columns.
void finish_tile(const double* from, double* rows, const double* multipliers, std::int64_t column, std::int64_t begin) {
  Tile tile;
  load_tile(from + 8 * column, tile);
  eliminate(rows, multipliers, begin, column, tile);
  const double* const own = multipliers + 8 * column;
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) {
    tile[j] = div(tile[j], set(own[8 * j + j]));
#pragma GCC unroll 8
    for (int c = j + 1; c < tile_columns; ++c) tile[c] = fnma(tile[j], set(own[8 * j + c]), tile[c]);
  }
  store_tile(tile, rows + 8 * column);
}

/// Finish a tile on the diagonal. Returns the place of the first pivot that is not above zero, or tile_columns.
int finish_diagonal(double* rows, std::int64_t column, std::int64_t begin) {
  const std::int64_t offset = column % 8;
  double* const own = rows + 8 * column;
  for (std::int64_t j = 0; j < tile_columns; ++j) std::fill(own + 8 * j, own + 8 * j + offset + j, 0.0);
  Tile tile;
  load_tile(own, tile);
  eliminate(rows, rows + offset, begin, column, tile);
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) {
    double* const l = own + 8 * j;
    store(tile[j], l);
    const double pivot = l[offset + j];
    if (!(pivot > 0)) return j;
    const double root = std::sqrt(pivot);
    tile[j] = div(tile[j], set(root));
    store(tile[j], l);
    std::fill(l, l + offset + j, 0.0);
    l[offset + j] = root;
#pragma GCC unroll 8
    for (int c = j + 1; c < tile_columns; ++c) tile[c] = fnma(tile[j], set(l[offset + c]), tile[c]);
  }
  return tile_columns;
}

/// The tiles of panel p in columns [first, end), their chains from k = done on. Returns the first bad pivot, or -1.
std::int64_t finish_panel(const Panels& A, std::int64_t p, std::int64_t first, std::int64_t end, std::int64_t done,
                          std::int64_t zeros) {
  double* const rows = A.panel(p);
  for (std::int64_t column = std::max(first, zeros); column < end; column += tile_columns) {
    const std::int64_t q = column / 8;
    if (q > p) break;
    if (q < p) {
      finish_tile(rows, rows, A.panel(q) + column % 8, column, std::max(done, zeros));
    } else if (const int bad = finish_diagonal(rows, column, done); bad < tile_columns) {
      return column + bad;
    }
  }
  return -1;
}

/// Columns in which a panel's rows are all zero to begin with.
HWY_INLINE std::int64_t leading_zeros(const Panels& A, std::int64_t p, ExtraRows extra) {
  return extra == ExtraRows::full || p < A.n_triangle_panels() ? 0 : 8 * (p - A.n_triangle_panels());
}

std::int64_t cholesky(const Panels& A, ExtraRows extra) {
  for (std::int64_t first = 0; first < A.columns(); first += block_columns) {
    leave_if_stopped();
    const std::int64_t end = std::min(first + block_columns, A.columns());
    std::int64_t done = 0;
    for (; done + chunk <= first; done += chunk) {
      for (std::int64_t p = first / 8; p < A.n_panels(); ++p) {
        const std::int64_t begin = std::max(done, leading_zeros(A, p, extra));
        if (begin >= done + chunk) continue;
        for (std::int64_t column = first; column < end && column / 8 <= p; column += tile_columns) {
          update_tile(A.panel(p), A.panel(column / 8) + column % 8, column, begin, done + chunk);
        }
      }
    }
    for (std::int64_t p = first / 8; p < A.n_panels(); ++p) {
      const std::int64_t bad = finish_panel(A, p, first, end, done, leading_zeros(A, p, extra));
      if (bad >= 0) return bad;
    }
  }
  return A.n;
}

std::int64_t factor_band(const Band& B) {
  for (std::int64_t p = 0; p < B.n_panels(); ++p) {
    const std::int64_t begin = Band::first_column(p);
    for (std::int64_t column = begin; column < 8 * (p + 1); column += tile_columns) {
      const std::int64_t q = column / 8;
      if (q < p) {
        finish_tile(B.panel(p), B.panel(p), B.panel(q) + column % 8, column, begin);
      } else if (const int bad = finish_diagonal(B.panel(p), column, begin); bad < tile_columns) {
        return column + bad;
      }
    }
  }
  return B.n;
}

/// Panels [p, p + count) of solve_rows, side by side to hide each other's divisions.
template <int count>
HWY_INLINE void solve_panels(const Band& L, std::int64_t p, const RowPanels& rows, const RowPanels& out) {
  for (std::int64_t column = 0; column < L.columns(); column += tile_columns) {
    const std::int64_t q = column / 8;
    for (int r = 0; r < count; ++r) {
      finish_tile(rows.panel(p + r), out.panel(p + r), L.panel(q) + column % 8, column, Band::first_column(q));
    }
  }
}

void solve_band(const Band& L, const RowPanels& rows, const RowPanels& out) {
  std::int64_t p = 0;
  for (; p + 4 <= rows.n_panels(); p += 4) solve_panels<4>(L, p, rows, out);
  for (; p < rows.n_panels(); ++p) solve_panels<1>(L, p, rows, out);
}

/// Chains of `count` neighbouring panels at once, to hide each other's latency.
template <int count>
HWY_INLINE void multiply_panels(const RowPanels& rows, std::int64_t p, const double* x, double* out) {
  Block sum[count];
#pragma GCC unroll 4
  for (Block& s : sum) s = set(0.0);
  for (std::int64_t k = 0; k < rows.columns(); ++k) {
    const Block factor = set(x[k]);
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) sum[r] = fma(load(rows.panel(p + r) + 8 * k), factor, sum[r]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) store(sum[r], out + 8 * (p + r));
}

void multiply_rows(const RowPanels& rows, const double* x, double* out) {
  std::int64_t p = 0;
  for (; p + 4 <= rows.n_panels(); p += 4) multiply_panels<4>(rows, p, x, out);
  for (; p < rows.n_panels(); ++p) multiply_panels<1>(rows, p, x, out);
}

template <int count>
HWY_INLINE void square_panels(const RowPanels& rows, std::int64_t p, std::int64_t begin, double* out) {
  Block sum[count];
#pragma GCC unroll 4
  for (Block& s : sum) s = set(0.0);
  for (std::int64_t k = begin; k < rows.columns(); ++k) {
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) {
      const Block v = load(rows.panel(p + r) + 8 * k);
      sum[r] = fma(v, v, sum[r]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) store(sum[r], out + 8 * (p + r));
}

void square_rows(const RowPanels& rows, ExtraRows extra, double* out) {
  std::int64_t p = 0;
  for (; extra == ExtraRows::full && p + 4 <= rows.n_panels(); p += 4) square_panels<4>(rows, p, 0, out);
  for (; p < rows.n_panels(); ++p) square_panels<1>(rows, p, extra == ExtraRows::full ? 0 : 8 * p, out);
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(cholesky);
HWY_EXPORT(factor_band);
HWY_EXPORT(solve_band);
HWY_EXPORT(multiply_rows);
HWY_EXPORT(square_rows);
}  // namespace

void pad(const Panels& A) {
  for (std::int64_t i = A.n; i < A.columns(); ++i) {
    for (std::int64_t k = 0; k < A.columns(); ++k) A.at(i, k) = i == k ? 1.0 : 0.0;
  }
  for (std::int64_t p = A.n_triangle_panels(); p < A.n_panels(); ++p) {
    std::fill(A.panel(p) + 8 * A.n, A.panel(p) + 8 * A.columns(), 0.0);
  }
  for (std::int64_t e = A.n_extra; e < padded(A.n_extra); ++e) {
    for (std::int64_t k = 0; k < A.n; ++k) A.extra(e, k) = 0.0;
  }
}

std::int64_t cholesky(const Panels& A, ExtraRows extra) { return HWY_DYNAMIC_DISPATCH(cholesky)(A, extra); }

std::int64_t cholesky(const Band& B) { return HWY_DYNAMIC_DISPATCH(factor_band)(B); }

void solve_rows(const Band& L, const RowPanels& rows, const RowPanels& out) {
  HWY_DYNAMIC_DISPATCH(solve_band)(L, rows, out);
}

void multiply_rows(const RowPanels& rows, const double* x, double* out) {
  HWY_DYNAMIC_DISPATCH(multiply_rows)(rows, x, out);
}

void square_rows(const RowPanels& rows, ExtraRows extra, double* out) {
  HWY_DYNAMIC_DISPATCH(square_rows)(rows, extra, out);
}

namespace {
template <class Factor> double sum_logarithms(const Factor& L) {
  return canonical_reduce(L.n, [&L](std::int64_t i, double sum) { return sum + natural_log(L.at(i, i)); });
}
}  // namespace

double log_diagonal(const Panels& L) { return sum_logarithms(L); }
double log_diagonal(const Band& L) { return sum_logarithms(L); }

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
