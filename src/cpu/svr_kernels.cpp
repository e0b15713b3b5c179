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
#include "cpu/kernel_functions-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

#if KILOFOLD_SCALAR_TARGET
HWY_INLINE Part choose_part(Part a, Part b, Part x, Part y) { return a > b ? x : y; }
#else
HWY_INLINE Part choose_part(Part a, Part b, Part x, Part y) { return hn::IfThenElse(hn::Gt(a, b), x, y); }
#endif

/// Where a > b the entry of x, else that of y.
HWY_INLINE Block choose(Block a, Block b, Block x, Block y) {
  for (int k = 0; k < Block::parts; ++k) y.part[k] = choose_part(a.part[k], b.part[k], x.part[k], y.part[k]);
  return y;
}

void kernel_columns(const KernelFunction& f, double shift, const Columns& X, const Columns& Z, const Columns& K) {
  const bool distance = reads_distance(f.kernel);
  visit(f, [&](const auto& function) HWY_ATTR {
    for (std::int64_t j = 0; j < K.count; ++j) {
      double* const column = K.col(j);
      for (std::int64_t i = 0; i < K.ld; i += 8) {
        Block s = set(0.0);
        for (std::int64_t feature = 0; feature < X.count; ++feature) {
          const Block x = load(X.col(feature) + i), z = set(Z.col(feature)[j]);
          const Block difference = sub(x, z);
          s = distance ? fma(difference, difference, s) : fma(x, z, s);
        }
        store(add(function(s), set(shift)), column + i);
      }
      for (std::int64_t i = X.rows; i < K.ld; ++i) column[i] = 0.0;
    }
  });
}

HWY_INLINE Block first_indices() {
  HWY_ALIGN const double first[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  return load(first);
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
};

/// The extremes over two times eight chains.
HWY_INLINE Extremes extremes_of(const Running& even, const Running& odd) {
  HWY_ALIGN double low[16], where[16], high[16];
  store(even.least, low);
  store(odd.least, low + 8);
  store(even.at, where);
  store(odd.at, where + 8);
  store(even.most, high);
  store(odd.most, high + 8);
  int best = 0;
  double top = high[0];
  for (int c = 1; c < 16; ++c) {
    if (low[c] < low[best] || (low[c] == low[best] && where[c] < where[best])) best = c;
    if (high[c] > top) top = high[c];
  }
  return {low[best], static_cast<std::int64_t>(where[best]), top};
}

/// Blocks of rows go in turn to two sets of chains, which hide each other's latency; h(i) is the block at row i.
template <class Values> HWY_INLINE Extremes find_extremes(const Slopes& s, Values h) {
  Running even = Running::start(), odd = Running::start();
  Block index = first_indices();
  const auto take = [&](Running& running, std::int64_t i) HWY_ATTR {
    const Block value = h(i);
    running.take(add(value, load(s.up + i)), add(value, load(s.down + i)), index);
    index = add(index, set(8.0));
  };
  std::int64_t i = 0;
  for (; i + 16 <= s.padded; i += 16) {
    take(even, i);
    take(odd, i + 8);
  }
  if (i < s.padded) take(even, i);
  return extremes_of(even, odd);
}

Extremes extremes(const Slopes& s) {
  return find_extremes(s, [&](std::int64_t i) HWY_ATTR { return load(s.h + i); });
}

Extremes exchange(const Slopes& s, const double* k_i, const double* k_j, double t) {
  const Block step = set(t);
  return find_extremes(s, [&](std::int64_t i) HWY_ATTR {
    const Block h = fma(step, sub(load(k_i + i), load(k_j + i)), load(s.h + i));
    store(h, s.h + i);
    return h;
  });
}

/// Eight chains of the best partner so far: its gain as a fraction of a square and a curvature.
struct Partner {
  Block square, curvature, at;

  static HWY_INLINE Partner start() { return {set(0.0), set(1.0), set(0.0)}; }

  HWY_INLINE void take(Block other_square, Block other_curvature, Block index) {
    const Block left = mul(other_square, curvature), right = mul(square, other_curvature);
    square = choose(left, right, other_square, square);
    curvature = choose(left, right, other_curvature, curvature);
    at = choose(left, right, index, at);
  }
};

HWY_INLINE std::int64_t best_of(const Partner& even, const Partner& odd) {
  HWY_ALIGN double square[16], curvature[16], where[16];
  store(even.square, square);
  store(odd.square, square + 8);
  store(even.curvature, curvature);
  store(odd.curvature, curvature + 8);
  store(even.at, where);
  store(odd.at, where + 8);
  int best = 0;
  for (int k = 1; k < 16; ++k) {
    const double left = square[k] * curvature[best], right = square[best] * curvature[k];
    if (left > right || (left == right && square[k] > 0 && where[k] < where[best])) best = k;
  }
  return static_cast<std::int64_t>(where[best]);
}

std::int64_t best_partner(const Slopes& s, const double* k_i, const double* diagonal, double k_ii, double from,
                          double least_curvature) {
  Partner even = Partner::start(), odd = Partner::start();
  Block index = first_indices();
  const Block origin = set(from), own = set(k_ii), floor = set(least_curvature), zero = set(0.0);
  const auto take = [&](Partner& partner, std::int64_t j) HWY_ATTR {
    const Block slope = sub(add(load(s.h + j), load(s.down + j)), origin);
    const Block square = choose(slope, zero, mul(slope, slope), zero);
    const Block bend = fma(set(-2.0), load(k_i + j), add(own, load(diagonal + j)));
    partner.take(square, choose(bend, floor, bend, floor), index);
    index = add(index, set(8.0));
  };
  std::int64_t j = 0;
  for (; j + 16 <= s.padded; j += 16) {
    take(even, j);
    take(odd, j + 8);
  }
  if (j < s.padded) take(even, j);
  return best_of(even, odd);
}

/// `width` columns share the loads and stores of y, which does not change their order.
template <int width> HWY_INLINE void add_some(const Columns& A, const std::int32_t* index, const double* w, double* y) {
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
  for (; k + 8 <= index.size(); k += 8) add_some<8>(A, index.data() + k, w + k, y);
  for (; k + 4 <= index.size(); k += 4) add_some<4>(A, index.data() + k, w + k, y);
  for (; k < index.size(); ++k) add_some<1>(A, index.data() + k, w + k, y);
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(kernel_columns);
HWY_EXPORT(extremes);
HWY_EXPORT(exchange);
HWY_EXPORT(best_partner);
HWY_EXPORT(add_columns);
}  // namespace

void kernel_columns(const KernelFunction& f, double shift, const Columns& X, const Columns& Z, const Columns& K) {
  HWY_DYNAMIC_DISPATCH(kernel_columns)(f, shift, X, Z, K);
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

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
