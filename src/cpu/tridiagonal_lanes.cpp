// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "cpu/tridiagonal.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/tridiagonal_lanes.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/kernel_functions-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

// panels of rows whose recurrences run side by side; never part of an order
inline constexpr int panels_at_once = part_lanes == 8 ? 4 : 2;

void eliminate_lanes(const Tridiagonal& T, const double* ratio, const ShiftedLanes& lanes, double* log_det) {
  const double* const d = T.diagonal();
  const double* const e = T.off_diagonal();
  const Block shift = load(ratio), one = set(1.0);
  Block multiplier = set(0.0), logs = set(0.0);
  for (std::int64_t i = 0; i < T.n; ++i) {
    const Block pivot = fnma(multiplier, set(i == 0 ? 0.0 : e[i - 1]), add(set(d[i]), shift));
    const Block inverse = div(one, pivot);
    store(multiplier, lanes.multiplier + 8 * i);
    store(inverse, lanes.inverse + 8 * i);
    multiplier = mul(set(e[i]), inverse);
    logs = add(logs, natural_log(pivot));
  }
  store(logs, log_det);
}

void forward_lanes(const Tridiagonal& T, const ShiftedLanes& lanes, const double* row, double* out) {
  Block u = set(0.0);
  for (std::int64_t i = 0; i < T.n; ++i) {
    u = fnma(load(lanes.multiplier + 8 * i), u, set(row[8 * i]));
    store(u, out + 8 * i);
  }
}

HWY_INLINE Block weighted_product(const ShiftedLanes& lanes, const double* x, const double* y) {
  Block sum = set(0.0);
  for (std::int64_t i = 0; i < 8 * lanes.n; i += 8) {
    sum = fma(mul(load(x + i), load(lanes.inverse + i)), load(y + i), sum);
  }
  return sum;
}

/// y -= along x, along = x' D^-1 y.
HWY_INLINE Block remove(const ShiftedLanes& lanes, const double* x, double* y) {
  const Block along = weighted_product(lanes, x, y);
  for (std::int64_t i = 0; i < 8 * lanes.n; i += 8) store(fnma(along, load(x + i), load(y + i)), y + i);
  return along;
}

void project_out_lanes(const ShiftedLanes& lanes, std::int64_t q, double* W, double* z, double* R, double* c,
                       double* quadratic) {
  const std::int64_t length = 8 * lanes.n;
  for (std::int64_t j = 0; j < q; ++j) {
    double* const x = W + j * length;
    const Block norm = sqrt(weighted_product(lanes, x, x));
    store(norm, R + 8 * (j + j * q));
    for (std::int64_t i = 0; i < length; i += 8) store(div(load(x + i), norm), x + i);
    for (std::int64_t k = j + 1; k < q; ++k) store(remove(lanes, x, W + k * length), R + 8 * (j + k * q));
    store(remove(lanes, x, z), c + 8 * j);
  }
  store(weighted_product(lanes, z, z), quadratic);
}

void weigh_lanes(const ShiftedLanes& lanes, double* x) {
  for (std::int64_t i = 0; i < 8 * lanes.n; i += 8) store(mul(load(x + i), load(lanes.inverse + i)), x + i);
}

/// What `sum_panels` reads of its lane.
struct Lane {
  std::int64_t n;
  const double* multiplier;
  const double* inverse;
  const double* weights;
};

/// Recurrence and sums of `count` neighbouring panels, with n_weights weights from `first` on.
template <int count, int n_weights>
HWY_INLINE void sum_panels(const Tridiagonal& T, const Lane& lane, std::int64_t p, std::int64_t ld, double* square,
                           double* out) {
  Block u[count], squares[count], sums[n_weights][count];
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) {
    u[r] = squares[r] = set(0.0);
    for (int f = 0; f < n_weights; ++f) sums[f][r] = set(0.0);
  }
  const double* const rows = T.panel(p);
  const std::int64_t stride = Panels::stride_of(T.n);
  for (std::int64_t i = 0; i < T.n; ++i) {
    const Block multiplier = set(lane.multiplier[8 * i]), inverse = set(lane.inverse[8 * i]);
    Block weight[n_weights];
    for (int f = 0; f < n_weights; ++f) weight[f] = set(lane.weights[8 * (i + f * T.n)]);
#pragma GCC unroll 4
    for (int r = 0; r < count; ++r) {
      u[r] = fnma(multiplier, u[r], load(rows + r * stride + 8 * i));
      squares[r] = fma(mul(u[r], inverse), u[r], squares[r]);
      for (int f = 0; f < n_weights; ++f) sums[f][r] = fma(u[r], weight[f], sums[f][r]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < count; ++r) {
    store(squares[r], square + 8 * (p + r));
    for (int f = 0; f < n_weights; ++f) store(sums[f][r], out + f * ld + 8 * (p + r));
  }
}

template <int n_weights>
HWY_INLINE void sum_all_panels(const Tridiagonal& T, const Lane& lane, std::int64_t ld, double* square, double* out) {
  std::int64_t p = 0;
  for (; p + panels_at_once <= ld / 8; p += panels_at_once) {
    sum_panels<panels_at_once, n_weights>(T, lane, p, ld, square, out);
  }
  for (; p < ld / 8; ++p) sum_panels<1, n_weights>(T, lane, p, ld, square, out);
}

void sum_rows(const Tridiagonal& T, const ShiftedLanes& lanes, std::int64_t lane, std::int64_t n_weights,
              const double* weights, std::int64_t ld, double* square, double* out) {
  Lane own{T.n, lanes.multiplier + lane, lanes.inverse + lane, weights + lane};
  for (; n_weights >= 2; n_weights -= 2, own.weights += 16 * T.n, out += 2 * ld) {
    sum_all_panels<2>(T, own, ld, square, out);
  }
  if (n_weights == 1) sum_all_panels<1>(T, own, ld, square, out);
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(eliminate_lanes);
HWY_EXPORT(forward_lanes);
HWY_EXPORT(project_out_lanes);
HWY_EXPORT(weigh_lanes);
HWY_EXPORT(sum_rows);
}  // namespace

void eliminate_lanes(const Tridiagonal& T, const double* ratio, const ShiftedLanes& lanes, double* log_det,
                     bool* positive) {
  HWY_DYNAMIC_DISPATCH(eliminate_lanes)(T, ratio, lanes, log_det);
  std::fill(positive, positive + 8, true);
  for (std::int64_t i = 0; i < 8 * T.n; ++i) {
    // a pivot of zero has an infinite inverse
    const bool good = lanes.inverse[i] > 0 && lanes.inverse[i] <= std::numeric_limits<double>::max();
    positive[i % 8] = positive[i % 8] && good;
  }
}

void forward_lanes(const Tridiagonal& T, const ShiftedLanes& lanes, const double* row, double* out) {
  HWY_DYNAMIC_DISPATCH(forward_lanes)(T, lanes, row, out);
}

void project_out_lanes(const ShiftedLanes& lanes, std::int64_t q, double* W, double* z, double* R, double* c,
                       double* quadratic) {
  HWY_DYNAMIC_DISPATCH(project_out_lanes)(lanes, q, W, z, R, c, quadratic);
}

void weigh_lanes(const ShiftedLanes& lanes, double* x) { HWY_DYNAMIC_DISPATCH(weigh_lanes)(lanes, x); }

void sum_rows(const Tridiagonal& T, const ShiftedLanes& lanes, std::int64_t lane, std::int64_t n_weights,
              const double* weights, std::int64_t ld, double* square, double* out) {
  HWY_DYNAMIC_DISPATCH(sum_rows)(T, lanes, lane, n_weights, weights, ld, square, out);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
