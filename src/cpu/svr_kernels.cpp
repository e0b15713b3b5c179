// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_kernels.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/svr_kernels.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/svr_vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

HWY_INLINE Block kernel_of(const KernelFunction& k, const Columns& X, const Columns& Z, std::int64_t i,
                           std::int64_t j) {
  Block s = set(0.0);
  if (k.kernel == Kernel::rbf) {
    for (std::int64_t f = 0; f < X.count; ++f) {
      const Block difference = sub(load(X.col(f) + i), set(Z.col(f)[j]));
      s = fma(difference, difference, s);
    }
    return exp_minus(mul(set(k.gamma), s));
  }
  for (std::int64_t f = 0; f < X.count; ++f) s = fma(load(X.col(f) + i), set(Z.col(f)[j]), s);
  if (k.kernel == Kernel::polynomial) {
    const Block base = fma(set(k.gamma), s, set(k.coef0));
    s = base;
    for (std::int64_t power = 1; power < k.degree; ++power) s = mul(s, base);
  }
  return add(s, set(k.shift));
}

void kernel_columns(const KernelFunction& k, const Columns& X, const Columns& Z, const Columns& K) {
  for (std::int64_t j = 0; j < K.count; ++j) {
    double* const column = K.col(j);
    for (std::int64_t i = 0; i < K.ld; i += 8) store(kernel_of(k, X, Z, i, j), column + i);
    for (std::int64_t i = X.rows; i < K.ld; ++i) column[i] = 0.0;
  }
}

/// Running extremes of eight chains; indices are held as doubles.
struct Running {
  Block least, at, most;

  static HWY_INLINE Running start() {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    return {set(infinite), set(0.0), set(-infinite)};
  }

  HWY_INLINE void take(Block up, Block down, Block index) {
    at = choose(least, up, index, at);
    least = choose(least, up, up, least);
    most = choose(down, most, down, most);
  }

  HWY_INLINE Extremes result() const {
    HWY_ALIGN double low[8], where[8], high[8];
    store(least, low);
    store(at, where);
    store(most, high);
    int best = 0;
    double top = high[0];
    for (int c = 1; c < 8; ++c) {
      if (low[c] < low[best] || (low[c] == low[best] && where[c] < where[best])) best = c;
      if (high[c] > top) top = high[c];
    }
    return {low[best], static_cast<std::int64_t>(where[best]), top};
  }
};

HWY_INLINE Block first_indices() {
  HWY_ALIGN const double first[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  return load(first);
}

Extremes extremes(const Slopes& s) {
  Running running = Running::start();
  Block index = first_indices();
  for (std::int64_t i = 0; i < s.padded; i += 8) {
    const Block h = load(s.h + i);
    running.take(add(h, load(s.up + i)), add(h, load(s.down + i)), index);
    index = add(index, set(8.0));
  }
  return running.result();
}

Extremes exchange(const Slopes& s, const double* k_i, const double* k_j, double t) {
  Running running = Running::start();
  Block index = first_indices();
  const Block step = set(t);
  for (std::int64_t i = 0; i < s.padded; i += 8) {
    const Block h = fma(step, sub(load(k_i + i), load(k_j + i)), load(s.h + i));
    store(h, s.h + i);
    running.take(add(h, load(s.up + i)), add(h, load(s.down + i)), index);
    index = add(index, set(8.0));
  }
  return running.result();
}

std::int64_t best_partner(const Slopes& s, const double* k_i, const double* diagonal, double k_ii, double from,
                          double least_curvature) {
  Block gain = set(0.0), curvature = set(1.0), at = set(0.0), index = first_indices();
  const Block origin = set(from), own = set(k_ii), floor = set(least_curvature), zero = set(0.0);
  for (std::int64_t j = 0; j < s.padded; j += 8) {
    const Block slope = sub(add(load(s.h + j), load(s.down + j)), origin);
    const Block square = choose(slope, zero, mul(slope, slope), zero);
    const Block bend = fma(set(-2.0), load(k_i + j), add(own, load(diagonal + j)));
    const Block kept = choose(bend, floor, bend, floor);
    const Block left = mul(square, curvature), right = mul(gain, kept);
    gain = choose(left, right, square, gain);
    curvature = choose(left, right, kept, curvature);
    at = choose(left, right, index, at);
    index = add(index, set(8.0));
  }
  HWY_ALIGN double g[8], c[8], where[8];
  store(gain, g);
  store(curvature, c);
  store(at, where);
  int best = 0;
  for (int k = 1; k < 8; ++k) {
    const double left = g[k] * c[best], right = g[best] * c[k];
    if (left > right || (left == right && g[k] > 0 && where[k] < where[best])) best = k;
  }
  return static_cast<std::int64_t>(where[best]);
}

/// `width` columns share the loads and stores of y, which does not change their order.
template <int width>
HWY_INLINE void add_some(const Columns& A, const std::int32_t* index, const double* w, double* y) {
  const double* column[width];
  Block weight[width];
  for (int k = 0; k < width; ++k) {
    column[k] = A.col(index[k]);
    weight[k] = set(w[k]);
  }
  for (std::int64_t i = 0; i < A.ld; i += 8) {
    Block s = load(y + i);
    for (int k = 0; k < width; ++k) s = fma(weight[k], load(column[k] + i), s);
    store(s, y + i);
  }
}

void add_columns(const Columns& A, std::span<const std::int32_t> index, const double* w, double* y) {
  std::size_t k = 0;
  for (; k + 4 <= index.size(); k += 4) add_some<4>(A, index.data() + k, w + k, y);
  for (; k < index.size(); ++k) add_some<1>(A, index.data() + k, w + k, y);
}

/// The share of columns k < end of the factor in `width` columns of one panel, from column `first` on.
template <int width>
HWY_INLINE void subtract_products(const double* rows, const double* columns, std::int64_t first, std::int64_t end,
                                  Block* tile) {
  const std::int64_t lane = first % 8;
  for (std::int64_t k = 0; k < end; ++k) {
    const Block l = sub(set(0.0), load(rows + 8 * k));
    for (int j = 0; j < width; ++j) tile[j] = fma(l, set(columns[8 * k + lane + j]), tile[j]);
  }
}

/// Columns [first, first + width) of one panel, below the diagonal block.
template <int width> HWY_INLINE void finish_tile(double* rows, const double* diagonal, std::int64_t first) {
  Block tile[width];
  for (int j = 0; j < width; ++j) tile[j] = load(rows + 8 * (first + j));
  subtract_products<width>(rows, diagonal, first, first, tile);
  for (int j = 0; j < width; ++j) {
    const std::int64_t lane = (first + j) % 8;
    for (int k = 0; k < j; ++k)
      tile[j] = fma(sub(set(0.0), tile[k]), set(diagonal[8 * (first + k) + lane]), tile[j]);
    tile[j] = div(tile[j], set(diagonal[8 * (first + j) + lane]));
    store(tile[j], rows + 8 * (first + j));
  }
}

/// The diagonal block's eight columns, one after another.
std::int64_t finish_diagonal(double* rows, std::int64_t first, double floor) {
  std::int64_t raised = 0;
  double own[8];
  for (int j = 0; j < 8; ++j) own[j] = rows[8 * (first + j) + j];
  Block tile[8];
  for (int half = 0; half < 8; half += 4) {
    for (int j = half; j < half + 4; ++j) tile[j] = load(rows + 8 * (first + j));
    subtract_products<4>(rows, rows, first + half, first, tile + half);
  }
  for (int j = 0; j < 8; ++j) {
    double* const column = rows + 8 * (first + j);
    for (int k = 0; k < j; ++k)
      tile[j] = fma(sub(set(0.0), load(rows + 8 * (first + k))), set(rows[8 * (first + k) + j]), tile[j]);
    store(tile[j], column);
    if (!(column[j] > floor * own[j])) {
      column[j] = floor * own[j];
      ++raised;
    }
    const double root = std::sqrt(column[j]);
    store(div(load(column), set(root)), column);
    column[j] = root;
    for (int i = 0; i < j; ++i) column[i] = 0.0;
  }
  return raised;
}

std::int64_t factor_triangle(const Triangle& A, double floor) {
  constexpr int width = part_lanes == 8 ? 8 : 4;
  const std::int64_t panels = (A.n + 7) / 8;
  std::int64_t raised = 0;
  for (std::int64_t c = 0; c < panels; ++c) {
    raised += finish_diagonal(A.panel(c), 8 * c, floor);
    for (std::int64_t p = c + 1; p < panels; ++p)
      for (std::int64_t first = 8 * c; first < 8 * c + 8; first += width)
        finish_tile<width>(A.panel(p), A.panel(c), first);
  }
  return raised;
}

void solve_forward(const Triangle& L, double* z) {
  const std::int64_t panels = (L.n + 7) / 8;
  for (std::int64_t c = 0; c < panels; ++c) {
    double* const own = z + 8 * c;
    const double* const diagonal = L.panel(c) + 64 * c;
    Block solved = load(own);
    for (int k = 0; k < 8; ++k) {
      store(solved, own);
      const double value = own[k] / diagonal[8 * k + k];
      // rows above k hold zero in this column, so they keep their value
      solved = fma(sub(set(0.0), set(value)), load(diagonal + 8 * k), solved);
      store(solved, own);
      own[k] = value;
      solved = load(own);
    }
    for (std::int64_t p = c + 1; p < panels; ++p) {
      const double* const rows = L.panel(p) + 64 * c;
      Block s = load(z + 8 * p);
      for (int k = 0; k < 8; ++k) s = fma(sub(set(0.0), load(rows + 8 * k)), set(own[k]), s);
      store(s, z + 8 * p);
    }
  }
}

void solve_backward(const Triangle& L, double* z) {
  for (std::int64_t c = (L.n + 7) / 8 - 1; c >= 0; --c) {
    Block sum[8];
    for (Block& s : sum) s = set(0.0);
    for (std::int64_t p = (L.n + 7) / 8 - 1; p > c; --p) {
      const double* const rows = L.panel(p) + 64 * c;
      const Block below = load(z + 8 * p);
      for (int k = 0; k < 8; ++k) sum[k] = fma(load(rows + 8 * k), below, sum[k]);
    }
    const double* const diagonal = L.panel(c) + 64 * c;
    HWY_ALIGN double solved[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int k = 7; k >= 0; --k) {
      // entries not yet solved are zero and add nothing
      const double taken = join(fma(load(diagonal + 8 * k), load(solved), sum[k]));
      solved[k] = (z[8 * c + k] - taken) / diagonal[8 * k + k];
    }
    store(load(solved), z + 8 * c);
  }
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {

HWY_EXPORT(kernel_columns);
HWY_EXPORT(extremes);
HWY_EXPORT(exchange);
HWY_EXPORT(best_partner);
HWY_EXPORT(add_columns);
HWY_EXPORT(factor_triangle);
HWY_EXPORT(solve_forward);
HWY_EXPORT(solve_backward);

void kernel_columns(const KernelFunction& k, const Columns& X, const Columns& Z, const Columns& K) {
  HWY_DYNAMIC_DISPATCH(kernel_columns)(k, X, Z, K);
}

Extremes extremes(const Slopes& s) { return HWY_DYNAMIC_DISPATCH(extremes)(s); }

Extremes exchange(const Slopes& s, const double* k_i, const double* k_j, double t) {
  return HWY_DYNAMIC_DISPATCH(exchange)(s, k_i, k_j, t);
}

std::int64_t best_partner(const Slopes& s, const double* k_i, const double* diagonal, double k_ii, double from,
                          double least_curvature) {
  return HWY_DYNAMIC_DISPATCH(best_partner)(s, k_i, diagonal, k_ii, from, least_curvature);
}

void add_columns(const Columns& A, std::span<const std::int32_t> index, const double* w, double* y) {
  HWY_DYNAMIC_DISPATCH(add_columns)(A, index, w, y);
}

std::int64_t factor_triangle(const Triangle& A, double floor) {
  return HWY_DYNAMIC_DISPATCH(factor_triangle)(A, floor);
}

void solve_forward(const Triangle& L, double* z) { HWY_DYNAMIC_DISPATCH(solve_forward)(L, z); }

void solve_backward(const Triangle& L, double* z) { HWY_DYNAMIC_DISPATCH(solve_backward)(L, z); }

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
