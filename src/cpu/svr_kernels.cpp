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
