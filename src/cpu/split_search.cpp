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

/// running[i] = centred target sum of the first i + 1 rows of a list.
template <class Key>
HWY_INLINE void accumulate(const Key* HWY_RESTRICT keys, const std::int64_t* HWY_RESTRICT target, std::int64_t centre,
                           std::int64_t n, std::int64_t* HWY_RESTRICT running) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i + 1 < n; ++i) running[i] = sum += target[row_of(keys[i])] - centre;
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
HWY_INLINE void scan(const Key* keys, const std::int64_t* running, const NodeTotal& total, std::int32_t min_leaf,
                     std::int64_t first_place, Best& best) {
  for (std::int64_t i = min_leaf - 1; i < total.n - min_leaf; ++i) {
    if (code_of(keys[i]) == code_of(keys[i + 1])) continue;
    const double gain = split_gain(total, running[i], i + 1);
    if (gain > best.gain) best = {gain, first_place + i};
  }
}

HWY_INLINE void scan_small(const double* code, const std::int64_t* value, const NodeTotal& total, std::int32_t min_leaf,
                           std::int64_t first_place, Best& best) {
  for (std::int64_t i = 0; i < total.n; ++i) {
    std::int64_t left = 0, n_left = 0;
    for (std::int64_t j = 0; j < total.n; ++j) {
      if (code[j] > code[i]) continue;
      left += value[j];
      ++n_left;
    }
    if (n_left < min_leaf || total.n - n_left < min_leaf) continue;
    const double gain = split_gain(total, left, n_left);
    const std::int64_t place = first_place + static_cast<std::int64_t>(code[i]);
    if (gain > best.gain || (gain == best.gain && place < best.place)) best = {gain, place};
  }
}
#else
using IntTag = hn::RebindToSigned<Tag>;
using IntPart = hn::Vec<IntTag>;

// No default initialisers: an implicit constructor would be compiled for the baseline target.
struct Best {
  Part gain;
  Part place;
};

HWY_INLINE Best none() { return {set_part(0.0), set_part(-1.0)}; }

/// The lowest place among the lanes of largest gain.
HWY_INLINE std::int64_t place_of(const Best& best) {
  const Tag tag;
  const auto largest = hn::Eq(best.gain, hn::MaxOfLanes(tag, best.gain));
  return static_cast<std::int64_t>(
      hn::GetLane(hn::MinOfLanes(tag, hn::IfThenElse(largest, best.place, set_part(0x1p62)))));
}

/// split_gain of core/split_gain.hpp, one candidate a lane. A lane keeps its first best, so ties stay with the earlier
/// place.
HWY_INLINE void consider(const NodeTotal& total, IntPart left, Part n_left, hn::Mask<Tag> admissible, Part place,
                         Best& best) {
  const Part n = set_part(static_cast<double>(total.n));
  const Part rest = set_part(static_cast<double>(total.rest));
  const Part high = hn::ConvertTo(Tag(), hn::ShiftRight<31>(left));
  const Part low = hn::ConvertTo(Tag(), hn::And(left, hn::Set(IntTag(), 0x7fffffff)));
  const Part low_difference = sub_part(mul_part(low, n), mul_part(n_left, rest));
  const Part difference = fma_part(mul_part(high, n), set_part(0x1p31), low_difference);
  const Part gain = div_part(mul_part(difference, difference), mul_part(n_left, sub_part(n, n_left)));
  const auto better = hn::And(admissible, hn::Gt(gain, best.gain));
  best.gain = hn::IfThenElse(better, gain, best.gain);
  best.place = hn::IfThenElse(better, place, best.place);
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

template <class Key>
HWY_INLINE void scan(const Key* keys, const std::int64_t* running, const NodeTotal& total, std::int32_t min_leaf,
                     std::int64_t first_place, Best& best) {
  const Part lane = hn::Iota(Tag(), 0.0), end = set_part(static_cast<double>(total.n - min_leaf));
  for (std::int64_t i = min_leaf - 1; i < total.n - min_leaf; i += part_lanes) {
    const Part index = add_part(set_part(static_cast<double>(i)), lane);
    consider(total, hn::LoadU(IntTag(), running + i), add_part(index, set_part(1.0)),
             hn::And(boundary(keys + i), hn::Lt(index, end)),
             add_part(index, set_part(static_cast<double>(first_place))), best);
  }
}

/// Every row's code is a threshold, one a lane; lanes without a row have a code that no row goes left of.
HWY_INLINE void scan_small(const double* code, const std::int64_t* value, const NodeTotal& total, std::int32_t min_leaf,
                           std::int64_t first_place, Best& best) {
  const Part least = set_part(static_cast<double>(min_leaf)), most = set_part(static_cast<double>(total.n - min_leaf));
  for (int k = 0; k < small_node_rows; k += part_lanes) {
    const Part threshold = load_part(code + k);
    IntPart left = hn::Zero(IntTag());
    Part n_left = set_part(0.0);
    for (std::int64_t j = 0; j < total.n; ++j) {
      const auto goes_left = hn::Le(set_part(code[j]), threshold);
      left = hn::Add(left, hn::IfThenElseZero(hn::RebindMask(IntTag(), goes_left), hn::Set(IntTag(), value[j])));
      n_left = add_part(n_left, hn::IfThenElseZero(goes_left, set_part(1.0)));
    }
    consider(total, left, n_left, hn::And(hn::Ge(n_left, least), hn::Le(n_left, most)),
             add_part(threshold, set_part(static_cast<double>(first_place))), best);
  }
}
#endif

template <class Key>
HWY_INLINE Split sorted(const SortedNode<Key>& node, std::int32_t min_leaf, std::int64_t* running) {
  const NodeTotal total = node.total;
  const std::int64_t width = total.n + 8;
  // all sums first: a vector load right behind the scalar stores would wait for them
  for (std::int64_t f = 0; f < node.n_features; ++f) {
    accumulate(node.keys + f * node.stride, node.target, total.centre, total.n, running + f * width);
  }
  Best best = none();
  for (std::int64_t f = 0; f < node.n_features; ++f) {
    const Key* const keys = node.keys + f * node.stride;
    if (code_of(keys[0]) == code_of(keys[total.n - 1])) continue;
    scan(keys, running + f * width, total, min_leaf, f * width, best);
  }
  const std::int64_t place = place_of(best);
  if (place < 0) return {};
  const std::int64_t feature = place / width, last_left = place % width;
  const Key* const keys = node.keys + feature * node.stride + last_left;
  return {static_cast<std::int32_t>(feature), static_cast<std::int32_t>(last_left) + 1, running[place],
          code_of(keys[0]), code_of(keys[1])};
}

Split narrow(const SortedNode<std::uint32_t>& node, std::int32_t min_leaf, std::int64_t* running) {
  return sorted(node, min_leaf, running);
}

Split wide(const SortedNode<std::uint64_t>& node, std::int32_t min_leaf, std::int64_t* running) {
  return sorted(node, min_leaf, running);
}

Split small(const SmallNode& node, std::int32_t min_leaf, double* columns) {
  const std::int64_t n = node.total.n, d = node.n_features;
  std::int64_t value[small_node_rows];
  for (std::int64_t i = 0; i < n; ++i) {
    value[i] = node.target[node.rows[i]] - node.total.centre;
    const std::int32_t* const code = node.code + node.rows[i] * d;
    for (std::int64_t f = 0; f < d; ++f) columns[f * small_node_rows + i] = code[f];
  }
  for (std::int64_t f = 0; f < d; ++f) {
    for (std::int64_t i = n; i < small_node_rows; ++i) columns[f * small_node_rows + i] = -1.0;
  }
  Best best = none();
  for (std::int64_t f = 0; f < d; ++f) {
    scan_small(columns + f * small_node_rows, value, node.total, min_leaf, f << 32, best);
  }
  const std::int64_t place = place_of(best);
  if (place < 0) return {};

  const std::int64_t below = place & 0xffffffff;
  Split split{static_cast<std::int32_t>(place >> 32), 0, 0, static_cast<std::int32_t>(below),
              std::numeric_limits<std::int32_t>::max()};
  for (std::int64_t i = 0; i < n; ++i) {
    const auto code = static_cast<std::int32_t>(columns[split.feature * small_node_rows + i]);
    const bool goes_left = code <= below;
    split.n_left += goes_left;
    split.left_sum += goes_left ? value[i] : 0;
    split.above = goes_left ? split.above : std::min(split.above, code);
  }
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

/// Two rows, the commonest node of a full tree: every feature that tells them apart gives the same split, so the first
/// wins.
Split search_pair(const SmallNode& node) {
  const std::int64_t first = node.target[node.rows[0]], second = node.target[node.rows[1]];
  if (first == second) return {};
  const std::int32_t* const a = node.code + node.rows[0] * node.n_features;
  const std::int32_t* const b = node.code + node.rows[1] * node.n_features;
  for (std::int32_t f = 0; f < node.n_features; ++f) {
    if (a[f] < b[f]) return {f, 1, first - node.total.centre, a[f], b[f]};
    if (b[f] < a[f]) return {f, 1, second - node.total.centre, b[f], a[f]};
  }
  return {};
}

}  // namespace

template <> Split search_sorted(const SortedNode<std::uint32_t>& node, std::int32_t min_leaf, std::int64_t* running) {
  return HWY_DYNAMIC_DISPATCH(narrow)(node, min_leaf, running);
}

template <> Split search_sorted(const SortedNode<std::uint64_t>& node, std::int32_t min_leaf, std::int64_t* running) {
  return HWY_DYNAMIC_DISPATCH(wide)(node, min_leaf, running);
}

Split search_small(const SmallNode& node, std::int32_t min_leaf, double* columns) {
  return node.total.n == 2 ? search_pair(node) : HWY_DYNAMIC_DISPATCH(small)(node, min_leaf, columns);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
