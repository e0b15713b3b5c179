// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/tree_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/tree_kernels.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

constexpr double infinite = std::numeric_limits<double>::infinity();

void scaled_sum(double factor, const double* value, std::int64_t n, double* sum) {
  const Part f = set_part(factor);
  for (std::int64_t i = 0; i < n; i += part_lanes)
    store_part(fma_part(f, load_part(value + i), load_part(sum + i)), sum + i);
}

#if KILOFOLD_SCALAR_TARGET
Extremes extremes(const double* value, const std::int32_t* copies, std::int64_t n) {
  Extremes found{infinite, -infinite};
  for (std::int64_t i = 0; i < n; ++i) {
    if (copies != nullptr && copies[i] == 0) continue;
    found.lowest = std::min(found.lowest, value[i]);
    found.highest = std::max(found.highest, value[i]);
  }
  return found;
}

void weigh(const double* value, const std::int32_t* copies, std::int64_t n, const FixedPoint& unit, std::int64_t* out) {
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t count = copies == nullptr ? 1 : copies[i];
    out[i] = count == 0 ? 0 : count * to_fixed(unit, value[i]);
  }
}

void means(const FixedPoint& unit, const std::int64_t* sum, const std::int64_t* count, std::int64_t n, double* mean) {
  for (std::int64_t i = 0; i < n; ++i) mean[i] = fixed_mean(unit, sum[i], count[i]);
}

void bits(const MemberRandom& random, Draw purpose, std::int64_t n, std::uint64_t* out) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = random.bits(purpose, static_cast<std::uint32_t>(i));
}
#else
using Ints = hn::RebindToSigned<Tag>;
using Words = hn::RebindToUnsigned<Tag>;
using Narrow = hn::Rebind<std::int32_t, Tag>;

Extremes extremes(const double* value, const std::int32_t* copies, std::int64_t n) {
  const Tag tag;
  const Part above = set_part(infinite), below = set_part(-infinite);
  Part lowest = above, highest = below;
  std::int64_t i = 0;
  for (; i + part_lanes <= n; i += part_lanes) {
    const Part v = load_part(value + i);
    auto counts = hn::FirstN(tag, part_lanes);
    if (copies != nullptr) counts = hn::Gt(hn::PromoteTo(tag, hn::LoadU(Narrow(), copies + i)), set_part(0.0));
    lowest = hn::Min(lowest, hn::IfThenElse(counts, v, above));
    highest = hn::Max(highest, hn::IfThenElse(counts, v, below));
  }
  Extremes found{hn::GetLane(hn::MinOfLanes(tag, lowest)), hn::GetLane(hn::MaxOfLanes(tag, highest))};
  for (; i < n; ++i) {
    if (copies != nullptr && copies[i] == 0) continue;
    found.lowest = value[i] < found.lowest ? value[i] : found.lowest;
    found.highest = value[i] > found.highest ? value[i] : found.highest;
  }
  return found;
}

void weigh(const double* value, const std::int32_t* copies, std::int64_t n, const FixedPoint& unit, std::int64_t* out) {
  const Ints whole;
  const Part centre = set_part(unit.centre), inverse = set_part(unit.inverse_step);
  HWY_ALIGN std::int64_t q[reduction_chains];
  for (std::int64_t i = 0; i < n; i += part_lanes) {
    const std::int64_t width = n - i < part_lanes ? n - i : part_lanes;
    HWY_ALIGN double v[reduction_chains] = {};
    for (std::int64_t k = 0; k < width; ++k) v[k] = value[i + k];
    const Part scaled = mul_part(sub_part(hn::Load(Tag(), v), centre), inverse);
    hn::Store(hn::ConvertTo(whole, hn::Round(scaled)), whole, q);
    for (std::int64_t k = 0; k < width; ++k) {
      out[i + k] = copies == nullptr ? q[k] : copies[i + k] * q[k];
    }
  }
}

void means(const FixedPoint& unit, const std::int64_t* sum, const std::int64_t* count, std::int64_t n, double* mean) {
  const Tag tag;
  const Ints whole;
  const Part centre = set_part(unit.centre), step = set_part(unit.step);
  std::int64_t i = 0;
  for (; i + part_lanes <= n; i += part_lanes) {
    const Part total = hn::ConvertTo(tag, hn::LoadU(whole, sum + i));
    const Part rows = hn::ConvertTo(tag, hn::LoadU(whole, count + i));
    store_part(add_part(centre, mul_part(div_part(total, rows), step)), mean + i);
  }
  for (; i < n; ++i) mean[i] = unit.centre + (static_cast<double>(sum[i]) / static_cast<double>(count[i])) * unit.step;
}

/// Philox4x32-10 with one counter a 64-bit lane; words are the lower halves of lanes.
HWY_INLINE hn::Vec<Words> philox_lanes(std::uint32_t key0, std::uint32_t key1, hn::Vec<Words> c0, hn::Vec<Words> c1,
                                       hn::Vec<Words> c2, hn::Vec<Words> c3) {
  const Words tag;
  const hn::Repartition<std::uint32_t, Words> halves;
  const auto low = hn::Set(tag, 0xffffffffU);
  const auto m0 = hn::BitCast(halves, hn::Set(tag, 0xD2511F53U)), m1 = hn::BitCast(halves, hn::Set(tag, 0xCD9E8D57U));
  for (int round = 0; round < 10; ++round) {
    const auto p0 = hn::MulEven(hn::BitCast(halves, c0), m0), p1 = hn::MulEven(hn::BitCast(halves, c2), m1);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1), hn::Set(tag, key0));
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3), hn::Set(tag, key1));
    c1 = hn::And(p1, low);
    c3 = hn::And(p0, low);
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return hn::Or(hn::ShiftLeft<32>(c1), c0);
}

void bits(const MemberRandom& random, Draw purpose, std::int64_t n, std::uint64_t* out) {
  const Words tag;
  std::int64_t i = 0;
  for (; i + part_lanes <= n; i += part_lanes)
    hn::StoreU(
        philox_lanes(random.model_seed, random.fold_seed, hn::Set(tag, random.fold), hn::Set(tag, random.member),
                     hn::Iota(tag, static_cast<std::uint64_t>(i)), hn::Set(tag, static_cast<std::uint64_t>(purpose))),
        tag, out + i);
  for (; i < n; ++i) out[i] = random.bits(purpose, static_cast<std::uint32_t>(i));
}
#endif

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
HWY_EXPORT(scaled_sum);
HWY_EXPORT(extremes);
HWY_EXPORT(weigh);
HWY_EXPORT(means);
HWY_EXPORT(bits);

Extremes extremes(const double* value, const std::int32_t* copies, std::int64_t n) {
  return HWY_DYNAMIC_DISPATCH(extremes)(value, copies, n);
}

void weigh_targets(const double* value, const std::int32_t* copies, std::int64_t n, const FixedPoint& unit,
                   std::int64_t* out) {
  HWY_DYNAMIC_DISPATCH(weigh)(value, copies, n, unit, out);
}

void node_means(const FixedPoint& unit, const std::int64_t* sum, const std::int64_t* count, std::int64_t n,
                double* mean) {
  HWY_DYNAMIC_DISPATCH(means)(unit, sum, count, n, mean);
}

void add_scaled(double factor, const double* value, std::int64_t n, double* sum) {
  HWY_DYNAMIC_DISPATCH(scaled_sum)(factor, value, n, sum);
}

void member_bits(const MemberRandom& random, Draw purpose, std::int64_t n, std::uint64_t* out) {
  HWY_DYNAMIC_DISPATCH(bits)(random, purpose, n, out);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
