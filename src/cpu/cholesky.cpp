// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kilofold/core/exp_log.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/cholesky.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// Tiles are eight rows of a panel by so many columns that the running sums fill half the registers. Neither this nor
// the blocking below changes a chain.
inline constexpr int tile_columns = part_lanes == 8 ? 8 : 4;
inline constexpr std::int64_t block_columns = 32;
inline constexpr std::int64_t chunk = 256;

using Tile = Block[tile_columns];

HWY_INLINE void load_tile(const double* from, Tile& tile) {
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) tile[j] = load(from + 8 * j);
}

HWY_INLINE void store_tile(const Tile& tile, double* to) {
#pragma GCC unroll 8
  for (int j = 0; j < tile_columns; ++j) store(tile[j], to + 8 * j);
}

/// Go on with the tile's chains: a -= l_k m_k' for k in [begin, end), where m are rows of `multipliers`.
HWY_INLINE void eliminate(const double* rows, const double* multipliers, std::int64_t begin, std::int64_t end,
                          Tile& tile) {
  for (std::int64_t k = begin; k < end; ++k) {
    const Block l = load(rows + 8 * k);
#pragma GCC unroll 8
    for (int j = 0; j < tile_columns; ++j) tile[j] = fnma(l, set(multipliers[8 * k + j]), tile[j]);
  }
}

void update_tile(double* rows, const double* multipliers, std::int64_t column, std::int64_t begin, std::int64_t end) {
  Tile tile;
  load_tile(rows + 8 * column, tile);
  eliminate(rows, multipliers, begin, end, tile);
  store_tile(tile, rows + 8 * column);
}

/// Finish a tile below the diagonal: the rest of its chains, then the triangle of its own columns.
void finish_tile(double* rows, const double* multipliers, std::int64_t column, std::int64_t begin) {
  Tile tile;
  load_tile(rows + 8 * column, tile);
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
      finish_tile(rows, A.panel(q) + column % 8, column, std::max(done, zeros));
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

/// Chains of `count` neighbouring extra panels at once, to hide each other's latency.
template <int count> HWY_INLINE void multiply_panels(const Panels& A, std::int64_t p, const double* x, double* out) {
  Block sum[count];
#pragma GCC unroll 4
  for (Block& s : sum) s = set(0.0);
  for (std::int64_t k = 0; k < A.columns(); ++k) {
    const Block factor = set(x[k]);
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) sum[r] = fma(load(A.extra_panel(p + r) + 8 * k), factor, sum[r]);
  }
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) store(sum[r], out + 8 * (p + r));
}

void multiply_extra(const Panels& A, const double* x, double* out) {
  const std::int64_t count = A.n_panels() - A.n_triangle_panels();
  std::int64_t p = 0;
  for (; p + 4 <= count; p += 4) multiply_panels<4>(A, p, x, out);
  for (; p < count; ++p) multiply_panels<1>(A, p, x, out);
}

template <int count> HWY_INLINE void square_panels(const Panels& A, std::int64_t p, std::int64_t begin, double* out) {
  Block sum[count];
#pragma GCC unroll 4
  for (Block& s : sum) s = set(0.0);
  for (std::int64_t k = begin; k < A.columns(); ++k) {
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) {
      const Block v = load(A.extra_panel(p + r) + 8 * k);
      sum[r] = fma(v, v, sum[r]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) store(sum[r], out + 8 * (p + r));
}

void square_extra(const Panels& A, ExtraRows extra, double* out) {
  const std::int64_t count = A.n_panels() - A.n_triangle_panels();
  std::int64_t p = 0;
  for (; extra == ExtraRows::full && p + 4 <= count; p += 4) square_panels<4>(A, p, 0, out);
  for (; p < count; ++p) square_panels<1>(A, p, leading_zeros(A, A.n_triangle_panels() + p, extra), out);
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(cholesky);
HWY_EXPORT(solve_lower);
HWY_EXPORT(solve_lower_transposed);
HWY_EXPORT(invert_diagonal_blocks);
HWY_EXPORT(solve_by_blocks);
HWY_EXPORT(multiply_extra);
HWY_EXPORT(square_extra);
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

void solve_lower(const Panels& L, double* x) { HWY_DYNAMIC_DISPATCH(solve_lower)(L, x); }

void solve_lower_transposed(const Panels& L, double* x) { HWY_DYNAMIC_DISPATCH(solve_lower_transposed)(L, x); }

void invert_diagonal_blocks(const Panels& L, double* inverse) {
  HWY_DYNAMIC_DISPATCH(invert_diagonal_blocks)(L, inverse);
}

void solve_by_blocks(const Panels& L, const double* inverse, double* x, std::int64_t first) {
  HWY_DYNAMIC_DISPATCH(solve_by_blocks)(L, inverse, x, first);
}

void multiply_extra(const Panels& A, const double* x, double* out) { HWY_DYNAMIC_DISPATCH(multiply_extra)(A, x, out); }

void square_extra(const Panels& A, ExtraRows extra, double* out) { HWY_DYNAMIC_DISPATCH(square_extra)(A, extra, out); }

double log_diagonal(const Panels& L) {
  return canonical_reduce(L.n, [&L](std::int64_t i, double sum) { return sum + natural_log(L.at(i, i)); });
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
