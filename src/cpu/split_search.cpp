// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/split_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/split_search.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "cpu/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

/// Target sum, not centred yet, and count of the first i + 1 rows of a list, at i.
template <class Key>
HWY_INLINE void accumulate(const Key* HWY_RESTRICT keys, const WeightedTargets& target, std::int64_t n_rows,
                           std::int64_t* HWY_RESTRICT sums, std::int32_t* HWY_RESTRICT counts) {
  const std::int64_t* const sum_of = target.sum;
  const std::int32_t* const count_of = target.count;
  std::int64_t sum = 0;
  std::int32_t count = 0;
  for (std::int64_t i = 0; i + 1 < n_rows; ++i) {
    const std::int32_t row = row_of(keys[i]);
    sums[i] = sum += sum_of[row];
    counts[i] = count += count_of[row];
  }
}

#if KILOFOLD_SCALAR_TARGET
/// The best gain so far and where it is; places grow with feature, then threshold.
struct Best {
  double gain;
  std::int64_t place;
};

HWY_INLINE Best none() { return {0.0, -1}; }
HWY_INLINE std::int64_t place_of(const Best& best) { return best.place; }

template <class Key>
HWY_INLINE void scan(const Key* keys, const std::int64_t* sums, const std::int32_t* counts, std::int64_t n_rows,
                     const NodeTotal& total, std::int32_t min_leaf, std::int64_t first_place, Best& best) {
  for (std::int64_t i = 0; i + 1 < n_rows; ++i) {
    if (code_of(keys[i]) == code_of(keys[i + 1]) || counts[i] < min_leaf || total.n - counts[i] < min_leaf) continue;
    const double gain = split_gain(total, sums[i] - total.centre * counts[i], counts[i]);
    if (gain > best.gain) best = {gain, first_place + i};
  }
}

HWY_INLINE std::int64_t scan_small(const SmallNode& node, std::int32_t min_leaf) {
  const std::int64_t width = padded_features(node.n_features);
  Best best = none();
  for (std::int64_t f = 0; f < node.n_features; ++f) {
    const auto code = [&](std::int32_t i) { return node.code[node.rows[i] * width + f]; };
    for (std::int32_t i = 0; i < node.n_rows; ++i) {
      std::int64_t left = 0, n_left = 0;
      for (std::int32_t j = 0; j < node.n_rows; ++j) {
        if (code(j) > code(i)) continue;
        const std::int32_t row = node.rows[j];
        left += node.target.sum[row] - node.total.centre * node.target.count[row];
        n_left += node.target.count[row];
      }
      if (n_left < min_leaf || node.total.n - n_left < min_leaf) continue;
      const double gain = split_gain(node.total, left, n_left);
      const std::int64_t place = (f << 32) + code(i);
      if (gain > best.gain || (gain == best.gain && place < best.place)) best = {gain, place};
    }
  }
  return best.place;
}
#else
/// The best gains of each lane and where they are. No default initialisers: an implicit constructor would be compiled
/// for the baseline target.
template <class D> struct Best {
  hn::Vec<D> gain;
  hn::Vec<D> place;
};

template <class D> HWY_INLINE Best<D> none(D tag) { return {hn::Zero(tag), hn::Set(tag, -1.0)}; }

/// The lowest place among the lanes of largest gain.
template <class D> HWY_INLINE std::int64_t place_of(D tag, const Best<D>& best) {
  const auto largest = hn::Eq(best.gain, hn::MaxOfLanes(tag, best.gain));
  return static_cast<std::int64_t>(
      hn::GetLane(hn::MinOfLanes(tag, hn::IfThenElse(largest, best.place, hn::Set(tag, 0x1p62)))));
}

/// split_gain of core/split_gain.hpp, one candidate a lane.
template <class D, class Ints>
HWY_INLINE hn::Vec<D> gains(D tag, const NodeTotal& total, Ints left, hn::Vec<D> n_left) {
  const hn::RebindToSigned<D> whole;
  const auto n = hn::Set(tag, static_cast<double>(total.n));
  const auto rest = hn::Set(tag, static_cast<double>(total.rest));
  const auto high = hn::ConvertTo(tag, hn::ShiftRight<31>(left));
  const auto low = hn::ConvertTo(tag, hn::And(left, hn::Set(whole, 0x7fffffff)));
  const auto low_difference = hn::Sub(hn::Mul(low, n), hn::Mul(n_left, rest));
  const auto difference = hn::MulAdd(hn::Mul(high, n), hn::Set(tag, 0x1p31), low_difference);
  return hn::Div(hn::Mul(difference, difference), hn::Mul(n_left, hn::Sub(n, n_left)));
}

template <class D>
HWY_INLINE hn::Mask<D> leaves_enough(D tag, const NodeTotal& total, hn::Vec<D> n_left, std::int32_t min_leaf) {
  return hn::And(hn::Ge(n_left, hn::Set(tag, static_cast<double>(min_leaf))),
                 hn::Le(n_left, hn::Set(tag, static_cast<double>(total.n - min_leaf))));
}

/// Codes of neighbouring keys differ, one lane a key.
HWY_INLINE hn::Mask<Tag> boundary(const std::uint64_t* keys) {
  const hn::RebindToUnsigned<Tag> tag;
  const auto difference = hn::Xor(hn::LoadU(tag, keys), hn::LoadU(tag, keys + 1));
  return hn::RebindMask(Tag(), hn::Ne(hn::ShiftRight<32>(difference), hn::Zero(tag)));
}
HWY_INLINE hn::Mask<Tag> boundary(const std::uint32_t* keys) {
  const hn::RebindToUnsigned<Tag> tag;
  const hn::Rebind<std::uint32_t, Tag> narrow;
  const auto difference = hn::Xor(hn::LoadU(narrow, keys), hn::LoadU(narrow, keys + 1));
  return hn::RebindMask(Tag(), hn::Ne(hn::PromoteTo(tag, hn::ShiftRight<16>(difference)), hn::Zero(tag)));
}

/// sums - centre * counts, modulo 2^64: it fits in the end.
HWY_INLINE hn::Vec<hn::RebindToSigned<Tag> > centred(const std::int64_t* sums, const std::int32_t* counts,
                                                     std::int64_t centre) {
  const hn::RebindToSigned<Tag> whole;
  const hn::RebindToUnsigned<Tag> words;
  const hn::Repartition<std::uint32_t, Tag> halves;
  const auto count = hn::BitCast(halves, hn::PromoteTo(whole, hn::LoadU(hn::Rebind<std::int32_t, Tag>(), counts)));
  const auto bits = static_cast<std::uint64_t>(centre);
  const auto low = hn::MulEven(count, hn::BitCast(halves, hn::Set(words, bits)));
  const auto high = hn::MulEven(count, hn::BitCast(halves, hn::Set(words, bits >> 32)));
  return hn::Sub(hn::LoadU(whole, sums), hn::BitCast(whole, hn::Add(low, hn::ShiftLeft<32>(high))));
}

/// A lane keeps its first best, so ties stay with the earlier place.
template <class Key>
HWY_INLINE void scan(const Key* keys, const std::int64_t* sums, const std::int32_t* counts, std::int64_t n_rows,
                     const NodeTotal& total, std::int32_t min_leaf, std::int64_t first_place, Best<Tag>& best) {
  const Tag tag;
  const hn::Rebind<std::int32_t, Tag> narrow;
  const Part end = set_part(static_cast<double>(n_rows - 1 + first_place));
  for (std::int64_t i = 0; i + 1 < n_rows; i += part_lanes) {
    const Part place = hn::Iota(tag, static_cast<double>(first_place + i));
    const Part n_left = hn::PromoteTo(tag, hn::LoadU(narrow, counts + i));
    const Part gain = gains(tag, total, centred(sums + i, counts + i, total.centre), n_left);
    const auto admissible =
        hn::And(hn::And(boundary(keys + i), hn::Lt(place, end)), leaves_enough(tag, total, n_left, min_leaf));
    const auto better = hn::And(admissible, hn::Gt(gain, best.gain));
    best.gain = hn::IfThenElse(better, gain, best.gain);
    best.place = hn::IfThenElse(better, place, best.place);
  }
}

/// One feature a lane: every row's code is a threshold, tried one row after another.
HWY_INLINE std::int64_t scan_small(const SmallNode& node, std::int32_t min_leaf) {
  using Four = hn::CappedTag<double, 4>;
  const Four tag;
  const hn::RebindToSigned<Four> whole;
  const hn::Rebind<std::int32_t, Four> narrow;
  const std::int64_t width = padded_features(node.n_features);
  std::int64_t value[small_node_rows];
  double count[small_node_rows];
  for (std::int32_t j = 0; j < node.n_rows; ++j) {
    const std::int32_t row = node.rows[j];
    value[j] = node.target.sum[row] - node.total.centre * node.target.count[row];
    count[j] = node.target.count[row];
  }
  Best<Four> best = none(tag);
  for (std::int64_t f = 0; f < node.n_features; f += 4) {
    hn::Vec<Four> code[small_node_rows];
    for (std::int32_t j = 0; j < node.n_rows; ++j)
      code[j] = hn::PromoteTo(tag, hn::LoadU(narrow, node.code + node.rows[j] * width + f));
    const auto first_place = hn::Mul(hn::Iota(tag, static_cast<double>(f)), hn::Set(tag, 0x1p32));
    for (std::int32_t i = 0; i < node.n_rows; ++i) {
      auto left = hn::Zero(whole);
      auto n_left = hn::Zero(tag);
      for (std::int32_t j = 0; j < node.n_rows; ++j) {
        const auto goes_left = hn::Le(code[j], code[i]);
        left = hn::Add(left, hn::IfThenElseZero(hn::RebindMask(whole, goes_left), hn::Set(whole, value[j])));
        n_left = hn::Add(n_left, hn::IfThenElseZero(goes_left, hn::Set(tag, count[j])));
      }
      const auto gain = gains(tag, node.total, left, n_left);
      const auto place = hn::Add(first_place, code[i]);
      const auto earlier = hn::And(hn::Eq(gain, best.gain), hn::Lt(place, best.place));
      const auto better =
          hn::And(leaves_enough(tag, node.total, n_left, min_leaf), hn::Or(hn::Gt(gain, best.gain), earlier));
      best.gain = hn::IfThenElse(better, gain, best.gain);
      best.place = hn::IfThenElse(better, place, best.place);
    }
  }
  return place_of(tag, best);
}
#endif

template <class Key>
HWY_INLINE Split sorted(const SortedNode<Key>& node, std::int32_t min_leaf, const RunningSums& running) {
  const std::int64_t width = node.n_rows + 8;
  // all sums first: a vector load right behind the scalar stores would wait for them
  for (std::int64_t f = 0; f < node.n_features; ++f) {
    accumulate(node.keys + f * node.stride, node.target, node.n_rows, running.sum + f * width,
               running.count + f * width);
  }
#if KILOFOLD_SCALAR_TARGET
  Best best = none();
#else
  Best<Tag> best = none(Tag());
#endif
  for (std::int64_t f = 0; f < node.n_features; ++f) {
    const Key* const keys = node.keys + f * node.stride;
    if (code_of(keys[0]) == code_of(keys[node.n_rows - 1])) continue;
    scan(keys, running.sum + f * width, running.count + f * width, node.n_rows, node.total, min_leaf, f * width, best);
  }
#if KILOFOLD_SCALAR_TARGET
  const std::int64_t place = place_of(best);
#else
  const std::int64_t place = place_of(Tag(), best);
#endif
  if (place < 0) return {};
  const std::int64_t feature = place / width, last_left = place % width;
  const Key* const keys = node.keys + feature * node.stride + last_left;
  return {static_cast<std::int32_t>(feature),
          static_cast<std::int32_t>(last_left) + 1,
          running.count[place],
          running.sum[place] - node.total.centre * running.count[place],
          code_of(keys[0]),
          code_of(keys[1])};
}

Split narrow(const SortedNode<std::uint32_t>& node, std::int32_t min_leaf, const RunningSums& running) {
  return sorted(node, min_leaf, running);
}

Split wide(const SortedNode<std::uint64_t>& node, std::int32_t min_leaf, const RunningSums& running) {
  return sorted(node, min_leaf, running);
}

Split small(const SmallNode& node, std::int32_t min_leaf) {
  const std::int64_t place = scan_small(node, min_leaf);
  Split split;
  if (place < 0) return split;
  split.feature = static_cast<std::int32_t>(place >> 32);
  split.below = static_cast<std::int32_t>(place & 0xffffffff);
  return split;
}

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
namespace {
HWY_EXPORT(narrow);
HWY_EXPORT(wide);
HWY_EXPORT(small);

}  // namespace

template <>
Split search_sorted(const SortedNode<std::uint32_t>& node, std::int32_t min_leaf, const RunningSums& running) {
  return HWY_DYNAMIC_DISPATCH(narrow)(node, min_leaf, running);
}

template <>
Split search_sorted(const SortedNode<std::uint64_t>& node, std::int32_t min_leaf, const RunningSums& running) {
  return HWY_DYNAMIC_DISPATCH(wide)(node, min_leaf, running);
}

Split search_small(const SmallNode& node, std::int32_t min_leaf) { return HWY_DYNAMIC_DISPATCH(small)(node, min_leaf); }

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
