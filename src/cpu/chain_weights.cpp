// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/chain_weights.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "cpu/scratch.hpp"
#include "cpu/tree_kernels.hpp"
#include "kilofold/core/reduction.hpp"
#include "kilofold/core/row_weights.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/chain_weights.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/kernel_functions-inl.h"
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

bool residuals(const double* y, double rate, const double* h, std::int64_t n, double* sum, double* residual) {
  const Part r = set_part(rate);
  Part tally = set_part(0.0);  // a NaN or an infinity times zero is NaN, and stays so
  for (std::int64_t i = 0; i < n; i += part_lanes) {
    const Part s = fma_part(r, load_part(h + i), load_part(sum + i));
    const Part left = sub_part(load_part(y + i), s);
    store_part(s, sum + i);
    store_part(left, residual + i);
    tally = add_part(tally, mul_part(left, set_part(0.0)));
  }
  double lane[reduction_chains];
  store_part(tally, lane);
  for (int k = 0; k < part_lanes; ++k)
    if (lane[k] != 0) return false;
  return true;
}

void losses(const double* y, std::int64_t n, int loss, double* h) {
  Part most = set_part(0.0);
  for (std::int64_t i = 0; i < n; i += part_lanes) {
    const Part e = abs_part(sub_part(load_part(h + i), load_part(y + i)));
    store_part(e, h + i);
    most = larger_part(most, e);
  }
  const double largest = largest_of(most);
  const Part divisor = set_part(largest > 0 ? largest : 1.0), one = set_part(1.0);
  for (std::int64_t i = 0; i < n; i += part_lanes) {
    Part e = div_part(load_part(h + i), divisor);
    if (loss == 1) e = mul_part(e, e);
    if (loss == 2) e = sub_part(one, exp_minus_part(e));
    store_part(e, h + i);
  }
}

double dot(const double* a, const double* b, std::int64_t n) {
  Block sum = set(0.0);
  for (std::int64_t i = 0; i < n; i += reduction_chains) sum = fma(load(a + i), load(b + i), sum);
  return join(sum);
}

double reweighed(const double* loss, double rate, double minus_log_beta, std::int64_t n, double* weight) {
  const Block one = set(1.0), r = set(rate), m = set(minus_log_beta);
  Block sum = set(0.0);
  for (std::int64_t i = 0; i < n; i += reduction_chains) {
    const Block w = mul(load(weight + i), exp_minus(mul(mul(sub(one, load(loss + i)), r), m)));
    store(w, weight + i);
    sum = add(sum, w);
  }
  const double total = join(sum);
  if (!(total > 0)) return total;
  const Block divisor = set(total);
  for (std::int64_t i = 0; i < n; i += reduction_chains) store(div(load(weight + i), divisor), weight + i);
  return total;
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
HWY_EXPORT(residuals);
HWY_EXPORT(losses);
HWY_EXPORT(dot);
HWY_EXPORT(reweighed);

bool next_residuals(const double* y, double rate, const double* h, std::int64_t n, double* sum, double* residual) {
  return HWY_DYNAMIC_DISPATCH(residuals)(y, rate, h, n, sum, residual);
}

void to_losses(const double* y, std::int64_t n, int loss, double* h) {
  HWY_DYNAMIC_DISPATCH(losses)(y, n, loss, h);
  std::fill(h + n, h + padded(n), 0.0);
}

double mean_loss(const double* weight, const double* loss, std::int64_t n) {
  return HWY_DYNAMIC_DISPATCH(dot)(weight, loss, n);
}

double reweigh(const double* loss, double rate, double minus_log_beta, std::int64_t n, double* weight) {
  return HWY_DYNAMIC_DISPATCH(reweighed)(loss, rate, minus_log_beta, n, weight);
}

void raise_weights(double least, std::int64_t n, double* weight) {
  for (std::int64_t i = 0; i < n; ++i) weight[i] = std::max(weight[i], least);
}

void parts_by_weight(const double* weight, std::int64_t n, std::int32_t* parts) {
  const double shared = static_cast<double>(weight_parts - std::min(n, weight_parts / 2));
  const double parts_a_weight = shared / canonical_sum(weight, n);
  for (std::int64_t i = 0; i < n; ++i)
    parts[i] = static_cast<std::int32_t>(std::max(1LL, std::llrint(weight[i] * parts_a_weight)));
}

void draw_by_weight(const double* weight, std::int64_t n, const MemberRandom& random, std::int32_t* copies) {
  thread_local Scratch<double> cumulative_store;
  thread_local Scratch<std::int32_t> begin_store;
  thread_local Scratch<std::uint64_t> bit_store;
  double* const cumulative = cumulative_store.get(n + 4);
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) cumulative[i] = total += weight[i];
  std::fill(cumulative + n, cumulative + n + 4, std::numeric_limits<double>::infinity());

  const auto log_parts = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n)));
  const std::int64_t n_parts = std::int64_t{1} << log_parts;
  std::int32_t* const begin = begin_store.get(n_parts + 3);
  std::fill(begin, begin + n_parts + 3, 0);
  // one part late, so that rounding here cannot make the search begin too far
  const double parts_a_weight = static_cast<double>(n_parts) / total;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto part = std::min(static_cast<std::int64_t>(cumulative[i] * parts_a_weight), n_parts);
    begin[part + 2] = static_cast<std::int32_t>(i) + 1;
  }
  for (std::int64_t p = 1; p < n_parts; ++p) begin[p] = std::max(begin[p], begin[p - 1]);

  std::uint64_t* const bits = bit_store.get(n);
  member_bits(random, Draw::bootstrap, n, bits);
  std::fill(copies, copies + n, 0);
  for (std::int64_t i = 0; i < n; ++i) {
    const double wanted = uniform(bits[i]) * total;
    std::int64_t row = begin[bits[i] >> (64 - log_parts)];
    // most draws end within three steps: no branch has to be foreseen
    for (int step = 0; step < 3; ++step) row += cumulative[row] <= wanted;
    while (cumulative[row] <= wanted) ++row;
    ++copies[std::min(row, n - 1)];
  }
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
