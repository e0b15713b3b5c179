// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kilofold/core/split_gain.hpp"

namespace kilofold::cpu {

/// A training row in one feature's list: its rank code in the upper half of the key, its place in the training set
/// below.
template <class Key> inline constexpr int key_half = 4 * sizeof(Key);
template <class Key> constexpr std::int32_t code_of(Key key) { return static_cast<std::int32_t>(key >> key_half<Key>); }
template <class Key> constexpr std::int32_t row_of(Key key) {
  return static_cast<std::int32_t>(key & ((Key{1} << key_half<Key>)-1));
}

/// The distinct training rows of a sample, by place: how often each counts, and its fixed-point target that many times.
struct WeightedTargets {
  const std::int64_t* sum;
  const std::int32_t* count;
  const std::int32_t* rows = nullptr;  ///< how many training rows each is, where `count` is a weight; null: `count`
};

struct Split {
  std::int32_t feature = -1;   ///< -1 = no admissible split improves the fit
  std::int32_t rows_left = 0;  ///< distinct ones
  std::int64_t n_left = 0;     ///< with their copies
  std::int64_t left_sum = 0;   ///< fixed point, centred on the node
  std::int32_t below = 0;      ///< largest code on the left
  std::int32_t above = 0;      ///< smallest code on the right
};

/// A node by its lists: feature f's keys, ascending, at keys[f * stride + i], i < n_rows; eight more may be read after
/// each.
template <class Key> struct SortedNode {
  const Key* keys;
  std::int64_t stride;
  std::int64_t n_features;
  WeightedTargets target;
  std::int32_t n_rows;
  NodeTotal total;
};

/// A node of at most small_node_rows rows in any order. code is row-major by place; a row's codes are padded with zeros
/// to whole groups of four.
struct SmallNode {
  const std::int32_t* rows;
  const std::int32_t* code;
  std::int64_t n_features;
  WeightedTargets target;
  std::int32_t n_rows;
  NodeTotal total;
};
inline constexpr std::int32_t small_node_rows = 16;
constexpr std::int64_t padded_features(std::int64_t n_features) { return (n_features + 3) / 4 * 4; }

/// Where running sums go: n_features * (n_rows + 8) of each.
struct RunningSums {
  std::int64_t* sum;
  std::int32_t* count;
};

/// Find the split of largest gain that leaves a count of min_leaf on both sides; ties to the lowest feature, then
/// threshold.
///
/// Both forms and all instruction sets agree: each gain is formed by split_gain's operations, and the largest is taken
/// under a total order. Of a small node's split only feature and below are told: parting the rows finds the rest.
template <class Key>
Split search_sorted(const SortedNode<Key>& node, std::int32_t min_leaf, const RunningSums& running);
Split search_small(const SmallNode& node, std::int32_t min_leaf);

}  // namespace kilofold::cpu
