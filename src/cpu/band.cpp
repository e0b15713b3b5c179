// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/band.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kilofold/backend/leave.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/band.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/reflections-inl.h"
#include "cpu/tile-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

inline constexpr std::int64_t width = band_width;
inline constexpr std::int64_t groups = width / 8;
static_assert(width % 8 == 0, "reflections are applied eight at a time");

/// The reflections of a step, and what comes of them. Rows count from the step's first one, `rows` of them in whole
/// panels.
struct Step {
  std::int64_t first;  ///< row of A that is row 0 here
  std::int64_t rows;
  double* tau;      ///< (width)
  double* gram;     ///< (width, width) v_a'v_c at a width + c
  double* coupled;  ///< (width, width) H, as gram
  double* V;        ///< groups of eight reflections, each (rows, 8)
  double* P;        ///< A V, as V
  double* v;        ///< V in panels of eight rows: panel I at 8 width I, column a at 8 a
  double* y;        ///< Y, as v

  double* group(double* of, std::int64_t g) const { return of + 8 * rows * g; }
  double* panel(double* of, std::int64_t I) const { return of + 8 * width * I; }
};

/// Panel and column of A that a step's panel I and column j are.
HWY_INLINE double* panel_of(const Panels& A, const Step& s, std::int64_t I) {
  return A.panel(s.first / 8 + I) + 8 * s.first;
}

/// Reduce the block's columns S to R, and keep the reflections.
HWY_INLINE void reflect_block(const Columns& S, const Step& s, double* x) {
  std::fill(s.tau, s.tau + width, 0.0);
  std::fill(s.v, s.v + width * s.rows, 0.0);
  for (std::int64_t a = 0; a < width && a + 1 < S.rows; ++a) {
    std::copy(S.col(a), S.col(a) + s.rows, x);
    std::fill(x, x + a, 0.0);
    s.tau[a] = reflection(x, a, s.rows, negligible_square, S.col(a)[a]);
    reflect_columns(S, a + 1, x, s.tau[a], a / 8 * 8);
    for (std::int64_t i = a / 8 * 8; i < s.rows; i += 8) store(load(x + i), s.panel(s.v, i / 8) + 8 * a);
  }
}

/// Between groups of eight numbers a row and panels of eight rows.
template <class Move> HWY_INLINE void for_each_element(const Step& s, Move move) {
  for (std::int64_t i = 0; i < s.rows; ++i)
    for (std::int64_t a = 0; a < width; ++a)
      move(8 * s.rows * (a / 8) + 8 * i + a % 8, 8 * width * (i / 8) + 8 * a + i % 8);
}

HWY_INLINE void take_products(const Step& s) {
  for (std::int64_t g = 0; g < groups; ++g) {
    for (std::int64_t h = 0; h < groups; ++h) {
      Block out[8];
      multiply_reflections(s.group(s.V, g), s.group(s.V, h), 0, s.rows, out);
      for (std::int64_t a = 0; a < 8; ++a) store(out[a], s.gram + (8 * g + a) * width + 8 * h);
    }
  }
}

// rows and groups of A V that run side by side; never part of an order
inline constexpr int rows_at_once = 4;
inline constexpr int groups_at_once = part_lanes == 8 ? 4 : 1;
static_assert(groups % groups_at_once == 0);
// rows of V that stay in a core's own cache meanwhile
inline constexpr std::int64_t chunk = 256;

/// Go on with the chains of rows [i, i + rows_at_once): += a(j) v_j for j in [begin, end), a at from + j step.
HWY_INLINE void multiply(const double* from, std::int64_t step, const double* V, std::int64_t stride,
                         std::int64_t count, Block (&sum)[rows_at_once][groups_at_once], std::int64_t row_step) {
  for (std::int64_t j = 0; j < count; ++j, from += step, V += 8) {
    Block v[groups_at_once];
#pragma GCC unroll 4
    for (int g = 0; g < groups_at_once; ++g) v[g] = load(V + g * stride);
#pragma GCC unroll 4
    for (int r = 0; r < rows_at_once; ++r) {
      const Block a = set(from[r * row_step]);
#pragma GCC unroll 4
      for (int g = 0; g < groups_at_once; ++g) sum[r][g] = fma(a, v[g], sum[r][g]);
    }
  }
}

/// Chains of rows [i, i + rows_at_once) of A V over columns [begin, end), whole panels: what lies right of the row's
/// panel is read from its mirror image.
HWY_INLINE void multiply_rows_of(const Panels& A, const Step& s, std::int64_t i, std::int64_t begin, std::int64_t end) {
  const std::int64_t I = i / 8, own = std::clamp(8 * (I + 1), begin, end), stride = 8 * s.rows;
  for (std::int64_t g = 0; g < groups; g += groups_at_once) {
    Block sum[rows_at_once][groups_at_once];
    double* const out = s.group(s.P, g) + 8 * i;
    const double* const V = s.group(s.V, g);
    for (int r = 0; r < rows_at_once; ++r)
      for (int h = 0; h < groups_at_once; ++h) sum[r][h] = load(out + 8 * r + h * stride);
    multiply(panel_of(A, s, I) + 8 * begin + i % 8, 8, V + 8 * begin, stride, own - begin, sum, 1);
    for (std::int64_t J = own / 8; 8 * J < end; ++J) {
      multiply(panel_of(A, s, J) + 8 * i, 1, V + 64 * J, stride, 8, sum, 8);
    }
    for (int r = 0; r < rows_at_once; ++r)
      for (int h = 0; h < groups_at_once; ++h) store(sum[r][h], out + 8 * r + h * stride);
  }
}

/// P = A V.
HWY_INLINE void multiply_matrix(const Panels& A, const Step& s) {
  std::fill(s.P, s.P + width * s.rows, 0.0);
  for (std::int64_t begin = 0; begin < s.rows; begin += chunk) {
    const std::int64_t end = std::min(begin + chunk, s.rows);
    for (std::int64_t i = 0; i < s.rows; i += rows_at_once) multiply_rows_of(A, s, i, begin, end);
  }
}

/// Panel I of W, in the place of Y: t of the rows of P there.
HWY_INLINE void couple_rows(const Step& s, std::int64_t I) {
  double* const t = s.panel(s.y, I);
  for (std::int64_t a = 0; a < width; ++a) {
    Block sum = load(t + 8 * a);
    for (std::int64_t c = 0; c < a; ++c) sum = fnma(set(s.gram[a * width + c]), load(t + 8 * c), sum);
    store(mul(set(s.tau[a]), sum), t + 8 * a);
  }
}

/// H = t(V'W) / 2.
HWY_INLINE void couple_products(const Step& s) {
  for (std::int64_t g = 0; g < groups; ++g) {
    for (std::int64_t c = 0; c < width; ++c) {
      Block sum = set(0.0);
      for (std::int64_t i = 0; i < s.rows; ++i) {
        sum = fma(load(s.group(s.V, g) + 8 * i), set(s.panel(s.y, i / 8)[8 * c + i % 8]), sum);
      }
      HWY_ALIGN double lane[8];
      store(sum, lane);
      for (std::int64_t a = 0; a < 8; ++a) s.coupled[(8 * g + a) * width + c] = lane[a];
    }
  }
  for (std::int64_t h = 0; h < width; h += 8) {
    for (std::int64_t a = 0; a < width; ++a) {
      double* const own = s.coupled + a * width + h;
      Block sum = load(own);
      for (std::int64_t c = 0; c < a; ++c) {
        sum = fnma(set(s.gram[a * width + c]), load(s.coupled + c * width + h), sum);
      }
      store(mul(set(s.tau[a]), sum), own);
    }
  }
  for (std::int64_t e = 0; e < width * width; ++e) s.coupled[e] *= 0.5;
}

/// Panel I of Y = W - V H.
HWY_INLINE void finish_rows(const Step& s, std::int64_t I) {
  const double* const v = s.panel(s.v, I);
  double* const y = s.panel(s.y, I);
  for (std::int64_t c = 0; c < width; c += tile_columns) {
    Tile tile;
    load_tile(y + 8 * c, tile);
    for (std::int64_t a = 0; a < width; ++a) {
      const Block l = load(v + 8 * a);
#pragma GCC unroll 8
      for (int j = 0; j < tile_columns; ++j) tile[j] = fnma(l, set(s.coupled[a * width + c + j]), tile[j]);
    }
    store_tile(tile, y + 8 * c);
  }
}

/// Give the tile on panel I's diagonal its upper half.
HWY_INLINE void mirror(double* tile) {
  for (int i = 0; i < 8; ++i)
    for (int k = 0; k < i; ++k) tile[8 * i + k] = tile[8 * k + i];
}

/// A -= V Y' + Y V', the lower half by tiles.
HWY_INLINE void update(const Panels& A, const Step& s) {
  constexpr std::int64_t together = 16;  // panels whose V and Y stay in a core's own cache; never part of an order
  const std::int64_t n_panels = s.rows / 8;
  for (std::int64_t first = 0; first < n_panels; first += together) {
    for (std::int64_t I = first; I < n_panels; ++I) {
      for (std::int64_t column = 8 * first; column < 8 * std::min(first + together, I + 1); column += tile_columns) {
        double* const place = panel_of(A, s, I) + 8 * column;
        const std::int64_t J = column / 8, offset = column % 8;
        Tile tile;
        load_tile(place, tile);
        eliminate(s.panel(s.v, I), s.panel(s.y, J) + offset, 0, width, tile);
        eliminate(s.panel(s.y, I), s.panel(s.v, J) + offset, 0, width, tile);
        store_tile(tile, place);
      }
    }
  }
  for (std::int64_t I = 0; I < n_panels; ++I) mirror(panel_of(A, s, I) + 64 * I);
}

/// Apply the step's reflections to extra rows.
HWY_INLINE void reflect_extra(const Step& s, const RowPanels& rows) {
  HWY_ALIGN double gram[groups][64];
  for (std::int64_t e = 0; e < groups * 64; ++e) {
    const std::int64_t a = e / 8 % 8 + e / 64 * 8, c = e % 8 + e / 64 * 8;
    gram[e / 64][e % 64] = s.gram[a * width + c];
  }
  for (std::int64_t p = 0; p < rows.n_panels(); ++p) {
    for (std::int64_t g = 0; g < groups; ++g) {
      reflect_rows(s.group(s.V, g), gram[g], s.tau + 8 * g, 8 * g, s.rows, rows.panel(p) + 8 * s.first);
    }
  }
}

/// The block of columns from `first` on: what is left of A there is the band's.
HWY_INLINE void keep_diagonal(const Panels& A, std::int64_t first, const Band& B) {
  for (std::int64_t p = first / 8; p < std::min(first + width, A.columns()) / 8; ++p) {
    std::copy(A.panel(p) + 8 * first, A.panel(p) + 64 * (p + 1), B.panel(p) + 8 * first);
  }
}

/// R of the block of columns from `first` on.
HWY_INLINE void keep_triangle(const Columns& S, std::int64_t first, const Band& B) {
  for (std::int64_t c = 0; c < width; ++c) {
    const std::int64_t end = std::min(c + 1, S.rows);
    for (std::int64_t r = 0; r < end; ++r) B.at(first + width + r, first + c) = S.col(c)[r];
  }
}

void reduce_panels(const Panels& A, const Band& B, const RowPanels& rows, double* column, double* reflector,
                   double* panel, double* small) {
  for (std::int64_t p = 0; p < A.n_triangle_panels(); ++p) mirror(A.panel(p) + 64 * p);
  for (std::int64_t first = 0; first < A.n; first += width) {
    leave_if_stopped();
    keep_diagonal(A, first, B);
    const std::int64_t below = first + width, n_rows = A.columns() - below;
    if (below >= A.n) return;
    const Step s{below,
                 n_rows,
                 small,
                 small + width,
                 small + width + width * width,
                 reflector,
                 reflector + width * n_rows,
                 panel,
                 panel + width * n_rows};
    const Columns S{column, A.n - below, width, n_rows};
    for (std::int64_t I = 0; 8 * I < n_rows; ++I)
      for (std::int64_t c = 0; c < width; ++c) {
        store(load(A.panel(below / 8 + I) + 8 * (first + c)), S.col(c) + 8 * I);
      }
    reflect_block(S, s, column + width * n_rows);
    keep_triangle(S, first, B);
    for_each_element(s, [&s](std::int64_t in_group, std::int64_t in_panel) { s.V[in_group] = s.v[in_panel]; });
    take_products(s);
    multiply_matrix(A, s);
    for_each_element(s, [&s](std::int64_t in_group, std::int64_t in_panel) { s.y[in_panel] = s.P[in_group]; });
    for (std::int64_t I = 0; 8 * I < n_rows; ++I) couple_rows(s, I);
    couple_products(s);
    for (std::int64_t I = 0; 8 * I < n_rows; ++I) finish_rows(s, I);
    update(A, s);
    reflect_extra(s, rows);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(reduce_panels);
}  // namespace

void reduce_to_band(const Panels& A, const BandForm& form, BandWork& work) {
  const std::int64_t n = A.columns();
  const Band B = form.band();
  const RowPanels rows = form.rows();
  std::fill(B.data, B.data + Band::doubles(A.n), 0.0);
  for (std::int64_t p = 0; p < rows.n_panels(); ++p) std::copy_n(A.extra_panel(p), 8 * n, rows.panel(p));
  HWY_DYNAMIC_DISPATCH(reduce_panels)
  (A, B, rows, work.column.get((band_width + 1) * n), work.reflector.get(2 * band_width * n),
   work.panel.get(2 * band_width * n), work.small.get(band_width * (2 * band_width + 1)));
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
