// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/weighted_median.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/weighted_median.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

/// Index of the first entry at which the weights of places below `first` reach half their total, -1 if none does; eight
/// values of `first` at once. A zero is added where a weight does not count, which changes no bit.
void reach_half(const double* weight, const double* place, std::int64_t n, const double* first, double* found) {
#if KILOFOLD_SCALAR_TARGET
  for (int k = 0; k < reduction_chains; ++k) {
    double total = 0, reached = 0;
    for (std::int64_t i = 0; i < n; ++i) total += place[i] < first[k] ? weight[i] : 0.0;
    found[k] = -1;
    for (std::int64_t i = 0; i < n && found[k] < 0; ++i) {
      if (!(place[i] < first[k])) continue;
      reached += weight[i];
      if (reached >= 0.5 * total) found[k] = static_cast<double>(i);
    }
  }
#else
  for (int k = 0; k < reduction_chains; k += part_lanes) {
    const Part wanted = load_part(first + k);
    Part total = set_part(0.0), reached = total, at = set_part(-1.0);
    for (std::int64_t i = 0; i < n; ++i)
      total = add_part(total, hn::IfThenElseZero(hn::Lt(set_part(place[i]), wanted), set_part(weight[i])));
    const Part half = mul_part(set_part(0.5), total);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto counts = hn::Lt(set_part(place[i]), wanted);
      reached = add_part(reached, hn::IfThenElseZero(counts, set_part(weight[i])));
      const auto here = hn::And(hn::And(counts, hn::Ge(reached, half)), hn::Lt(at, set_part(0.0)));
      at = hn::IfThenElse(here, set_part(static_cast<double>(i)), at);
    }
    store_part(at, found + k);
  }
#endif
}

/// Whole parts of the range of the values, as 16-bit keys that ascend with them.
void keys(const double* value, std::int64_t n, double lowest, double parts_a_unit, std::uint16_t* key) {
  for (std::int64_t i = 0; i < n; ++i)
    key[i] = static_cast<std::uint16_t>(static_cast<std::int32_t>((value[i] - lowest) * parts_a_unit));
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
HWY_EXPORT(reach_half);
HWY_EXPORT(keys);

void WeightedMedian::start(std::span<const double> weight, std::span<const std::int32_t> first) {
  weight_ = weight;
  first_ = first;
}

void WeightedMedian::sort(const double* value) {
  const auto n = static_cast<std::int32_t>(weight_.size());
  order_ = order_store_.get(n);
  std::int32_t* const other = other_store_.get(n);
  std::uint16_t* const key = key_store_.get(n);
  const auto [lowest, highest] = std::minmax_element(value, value + n);
  const double range = *highest - *lowest;
  // any map that ascends will do; without a useful one, everything has the same key
  const double parts_a_unit = range > 0 && 65535 / range < 1e300 ? 65535 / range : 0;
  if (parts_a_unit > 0)
    HWY_DYNAMIC_DISPATCH(keys)(value, n, *lowest, parts_a_unit, key);
  else
    std::fill(key, key + n, std::uint16_t{0});

  std::array<std::int32_t, 256> low{}, high{};
  for (std::int32_t i = 0; i < n; ++i) {
    ++low[key[i] & 255];
    ++high[key[i] >> 8];
  }
  std::exclusive_scan(low.begin(), low.end(), low.begin(), 0);
  std::exclusive_scan(high.begin(), high.end(), high.begin(), 0);
  for (std::int32_t i = 0; i < n; ++i) other[low[key[i] & 255]++] = i;
  for (std::int32_t i = 0; i < n; ++i) order_[high[key[other[i]] >> 8]++] = other[i];
  // what is left is to order values with equal keys
  for (std::int32_t begin = 0, end = 0; begin < n; begin = end) {
    while (end < n && key[order_[end]] == key[order_[begin]]) ++end;
    if (end - begin > 1)
      std::sort(order_ + begin, order_ + end, [value](std::int32_t a, std::int32_t b) {
        return value[a] < value[b] || (value[a] == value[b] && a < b);
      });
  }
}

void WeightedMedian::find(const double* value, double* median) {
  constexpr auto at_once = static_cast<std::size_t>(reduction_chains);
  const auto n = static_cast<std::int64_t>(weight_.size());
  sort(value);
  double* const weight = weight_store_.get(n);
  double* const place = place_store_.get(n);
  for (std::int64_t i = 0; i < n; ++i) {
    weight[i] = weight_[static_cast<std::size_t>(order_[i])];
    place[i] = order_[i];
  }
  for (std::size_t l = 0; l < first_.size(); l += at_once) {
    const std::size_t lanes = std::min(at_once, first_.size() - l);
    std::array<double, at_once> first{}, found{};
    std::copy_n(first_.begin() + static_cast<std::ptrdiff_t>(l), lanes, first.begin());
    HWY_DYNAMIC_DISPATCH(reach_half)(weight, place, n, first.data(), found.data());
    for (std::size_t k = 0; k < lanes; ++k)
      median[l + k] =
          found[k] < 0 ? std::numeric_limits<double>::quiet_NaN() : value[order_[static_cast<std::int32_t>(found[k])]];
  }
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
