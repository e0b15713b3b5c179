// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/tridiagonal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kilofold/backend/leave.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/tridiagonal.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/reflections-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// columns of a tile that run side by side; never part of an order
inline constexpr int side_by_side = part_lanes == 8 ? 8 : 4;

// lane i of row j: 1 where i >= j, then where i > j
HWY_ALIGN inline constexpr double not_above[8][8] = {
    {1, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 1, 1}, {0, 0, 0, 0, 0, 0, 0, 1}};
HWY_ALIGN inline constexpr double below[8][8] = {
    {0, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 1, 1, 1, 1, 1, 1}, {0, 0, 0, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 1, 1}, {0, 0, 0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 0}};

/// The lower half of a symmetric matrix in 8 x 8 tiles, one block column after another: a pass over it is one stream.
struct Tiles {
  double* data;
  std::int64_t n_blocks;

  /// Tile (J, J); those below it follow.
  double* column(std::int64_t J) const { return data + 64 * (J * n_blocks - J * (J - 1) / 2); }
};

/// The vectors of a step, whole blocks long: the pending update -v w' - w v', the next reflection x, and y = A x.
struct Step {
  const double* v;
  const double* w;
  const double* x;
  double* y;
};

/// Column `c` of a tile: apply the pending update.
HWY_INLINE Block updated(const double* tile, int c, Block v, Block w, const Step& s, std::int64_t column) {
  const Block a = fnma(v, set(s.w[column + c]), load(tile + 8 * c));
  return fnma(w, set(s.v[column + c]), a);
}

/// Update and multiply columns [first, first + side_by_side) of block column J.
template <int first> HWY_INLINE void pass_columns(const Tiles& A, std::int64_t J, const Step& s) {
  double* tile = A.column(J);
  const std::int64_t column = 8 * J;
  Block chains[side_by_side];
  Block v = load(s.v + column), w = load(s.w + column), x = load(s.x + column), y = load(s.y + column);
#pragma GCC unroll 8
  for (int j = 0; j < side_by_side; ++j) {
    const int c = first + j;
    const Block a = mul(updated(tile, c, v, w, s, column), load(not_above[c]));
    store(a, tile + 8 * c);
    y = fma(a, set(s.x[column + c]), y);
    chains[j] = fma(mul(a, load(below[c])), x, set(0.0));
  }
  store(y, s.y + column);
  for (std::int64_t I = J + 1; I < A.n_blocks; ++I) {
    tile += 64;
    v = load(s.v + 8 * I);
    w = load(s.w + 8 * I);
    x = load(s.x + 8 * I);
    y = load(s.y + 8 * I);
#pragma GCC unroll 8
    for (int j = 0; j < side_by_side; ++j) {
      const Block a = updated(tile, first + j, v, w, s, column);
      store(a, tile + 8 * (first + j));
      y = fma(a, set(s.x[column + first + j]), y);
      chains[j] = fma(a, x, chains[j]);
    }
    store(y, s.y + 8 * I);
  }
#pragma GCC unroll 8
  for (int j = 0; j < side_by_side; ++j) s.y[column + first + j] += join(chains[j]);
}

/// One pass over the block columns from J on: the pending update, and y = A x of the updated matrix.
HWY_INLINE void pass(const Tiles& A, std::int64_t J, const Step& s) {
  std::fill(s.y + 8 * J, s.y + 8 * A.n_blocks, 0.0);
  for (; J < A.n_blocks; ++J) {
    pass_columns<0>(A, J, s);
    if constexpr (side_by_side == 4) pass_columns<4>(A, J, s);
  }
}

/// w = p - (tau / 2)(p'v) v with p = tau y, on the rows below k.
HWY_INLINE void second_vector(double tau, std::int64_t k, std::int64_t end, const double* v, double* w) {
  const std::int64_t begin = k / 8 * 8;
  std::fill(w + begin, w + k + 1, 0.0);
  const Block t = set(tau);
  for (std::int64_t i = begin; i < end; i += 8) store(mul(t, load(w + i)), w + i);
  const Block half = set(0.5 * tau * dot(w, v, begin, end));
  for (std::int64_t i = begin; i < end; i += 8) store(fnma(half, load(v + i), load(w + i)), w + i);
}

/// Reflection k is row k % 8 of a panel of eight.
HWY_INLINE void keep_reflection(const double* v, std::int64_t k, std::int64_t end, double* reflectors) {
  double* const panel = reflectors + k / 8 * 8 * end + k % 8;
  for (std::int64_t i = k / 8 * 8; i < end; ++i) panel[8 * i] = v[i];
}

/// vectors: six of `end` doubles, zero. tau goes to the first.
void reduce_tiles(double* tiles, std::int64_t n, double* vectors, double* reflectors, double* diagonal,
                  double* off_diagonal) {
  const std::int64_t end = (n + 7) / 8 * 8;
  const Tiles A{tiles, end / 8};
  double* const tau = vectors;
  double *v = vectors + end, *w = vectors + 2 * end, *x = vectors + 3 * end, *y = vectors + 4 * end;
  for (std::int64_t k = 0; k < n; ++k) {
    leave_if_stopped();
    const std::int64_t J = k / 8;
    const double* column = A.column(J) + 8 * (k % 8);
    const Block vk = set(v[k]), wk = set(w[k]);
    for (std::int64_t i = 8 * J; i < end; i += 8, column += 64) {
      store(fnma(load(w + i), vk, fnma(load(v + i), wk, load(column))), x + i);
    }
    diagonal[k] = x[k];
    if (k + 1 == n) break;
    std::fill(x + 8 * J, x + k + 1, 0.0);
    off_diagonal[k] = x[k + 1];
    if (k + 2 == n) continue;
    tau[k] = reflection(x, k + 1, end, negligible_square, off_diagonal[k]);
    keep_reflection(x, k, end, reflectors);
    pass(A, (k + 1) / 8, {v, w, x, y});
    second_vector(tau[k], k, end, x, y);
    std::swap(v, x);
    std::swap(w, y);
  }
}

void apply_reflections(const double* reflectors, const double* tau, std::int64_t n, std::int64_t n_panels,
                       std::int64_t stride, double* panels) {
  const std::int64_t end = (n + 7) / 8 * 8;
  for (std::int64_t begin = 0; begin + 2 < n; begin += 8) {
    const double* const own = reflectors + begin * end;
    Block products[8];
    multiply_reflections(own, own, begin, end, products);
    HWY_ALIGN double gram[64];
    for (int a = 0; a < 8; ++a) store(products[a], gram + 8 * a);
    for (std::int64_t p = 0; p < n_panels; ++p) {
      reflect_rows(own, gram, tau + begin, begin, end, panels + p * stride);
    }
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(reduce_tiles);
HWY_EXPORT(apply_reflections);

/// Block columns of tiles from row panels, void beyond the last row set to zero.
void cut_into_tiles(const Panels& A, double* tiles) {
  for (std::int64_t J = 0; J < A.n_triangle_panels(); ++J) {
    for (std::int64_t I = J; I < A.n_triangle_panels(); ++I, tiles += 64) {
      std::memcpy(tiles, A.panel(I) + 64 * J, 64 * sizeof(double));
    }
  }
}

}  // namespace

void tridiagonalise(const Panels& A, const Tridiagonal& T, TridiagonalWork& work) {
  const std::int64_t n_blocks = A.n_triangle_panels(), end = A.columns();
  double* const tiles = work.tiles.get(32 * n_blocks * (n_blocks + 1));
  double* const vectors = work.vectors.get(5 * end);
  double* const reflectors = work.reflectors.get(end * end);
  cut_into_tiles(A, tiles);
  std::fill(vectors, vectors + 5 * end, 0.0);
  // the panel of the first reflection that there is not, and what follows
  const std::int64_t lacking = std::max<std::int64_t>(A.n - 2, 0) / 8;
  std::fill(reflectors + lacking * 8 * end, reflectors + end * end, 0.0);
  std::fill(T.diagonal(), T.diagonal() + 2 * end, 0.0);
  HWY_DYNAMIC_DISPATCH(reduce_tiles)(tiles, A.n, vectors, reflectors, T.diagonal(), T.off_diagonal());
  for (std::int64_t p = 0; 8 * p < T.n_rows; ++p) {
    std::memcpy(T.panel(p), A.extra_panel(p), static_cast<std::size_t>(8 * end) * sizeof(double));
  }
  HWY_DYNAMIC_DISPATCH(apply_reflections)
  (reflectors, vectors, A.n, padded(T.n_rows) / 8, Panels::stride_of(A.n), T.panel(0));
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
