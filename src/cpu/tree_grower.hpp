// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "cpu/scratch.hpp"
#include "cpu/split_search.hpp"
#include "kilofold/backend.hpp"
#include "kilofold/core/fixed_point.hpp"
#include "kilofold/core/random.hpp"

namespace kilofold::cpu {

struct TreeLimits {
  std::int32_t max_depth;
  std::int32_t min_samples_split;
  std::int32_t min_samples_leaf;
  std::int32_t max_features;
};

/// One item's arrays of a TreeBatch, from the first node of a member on; `first_node` is that node's number.
struct TreeArrays {
  std::int32_t* feature;
  std::int32_t* cut;
  std::int32_t* left;
  double* mean;
  std::int32_t first_node;
};

/// What a tree is fitted to: one target a training row, and how often each row counts.
struct TreeSample {
  const double* target;
  const std::int32_t* copies;  ///< null: once each; rows with 0 copies are left out
};

/// Grows one tree after another from its thread's scratch.
///
/// A node owns the positions [begin, end) of d lists, one a feature, each holding the node's rows in ascending code
/// order; a split parts the lists stably, so nothing is ever sorted again. Nodes of a few rows need no order: below
/// that size only the first list is kept up, to say which rows they have. Nodes are visited in the order they are made,
/// which is breadth first. A row that counts several times stands in the lists as often.
template <class Key> class TreeGrower {
 public:
  /// Returns the number of nodes. order (n, d) is every table row by ascending code of a feature.
  std::int32_t grow(const TableView& table, const std::int32_t* order, const RowSetView& rows, const TreeSample& sample,
                    const TreeLimits& limits, NodeRandom random, const TreeArrays& tree) {
    table_ = &table;
    limits_ = limits;
    n_ = rows.n_train;
    d_ = table.d;
    n_listed_ = 0;
    for (std::int32_t i = 0; i < n_; ++i) n_listed_ += copies(sample, i);
    read_target(sample);
    read_codes(order, rows, sample);
    nodes_ = node_store_.get(2 * std::int64_t{n_listed_});
    std::int64_t sum = 0;
    for (std::int32_t i = 0; i < n_; ++i) sum += copies(sample, i) * target_[i];
    nodes_[0] = {0, n_listed_, sum, random};
    std::int32_t count = 1, level_end = 1, depth = 0;
    for (std::int32_t k = 0; k < count; ++k) {
      if (k == level_end) {
        level_end = count;
        ++depth;
      }
      count += visit(k, count, depth, tree);
    }
    return count;
  }

 private:
  struct Node {
    std::int32_t begin, end;
    std::int64_t sum;
    NodeRandom random;
  };

  static std::int32_t copies(const TreeSample& sample, std::int32_t row) {
    return sample.copies == nullptr ? 1 : sample.copies[row];
  }

  /// The sample's target in fixed point. Rows outside it are never looked at.
  void read_target(const TreeSample& sample) {
    target_ = target_store_.get(n_);
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (std::int32_t i = 0; i < n_; ++i) {
      if (copies(sample, i) == 0) continue;
      lowest = std::min(lowest, sample.target[i]);
      highest = std::max(highest, sample.target[i]);
    }
    unit_ = fixed_point(lowest, highest, n_listed_);
    for (std::int32_t i = 0; i < n_; ++i) target_[i] = copies(sample, i) == 0 ? 0 : to_fixed(unit_, sample.target[i]);
  }

  /// Filter every feature's order down to the sample's rows.
  void read_codes(const std::int32_t* order, const RowSetView& rows, const TreeSample& sample) {
    const std::int64_t n_table = table_->n;
    std::int32_t* const place = place_store_.get(n_table);
    std::fill(place, place + n_table, -1);
    for (std::int32_t i = 0; i < n_; ++i) place[rows.train[i]] = i;
    // one spare entry a feature: a held-out row is written, then overwritten
    stride_ = n_listed_ + 1;
    keys_ = key_store_.get(stride_ * d_ + 8);
    running_ = running_store_.get((std::int64_t{n_listed_} + 8) * d_);
    columns_ = column_store_.get(small_node_rows * d_);
    spare_ = spare_store_.get(n_listed_);
    goes_left_ = goes_left_store_.get(n_);
    codes_ = code_store_.get(std::int64_t{n_} * d_);
    for (std::int64_t f = 0; f < d_; ++f) {
      const std::int32_t* const code = table_->code + f * n_table;
      Key* out = keys_ + f * stride_;
      for (std::int64_t i = 0; i < n_table; ++i) {
        const std::int32_t row = order[f * n_table + i];
        const Key key = (static_cast<Key>(code[row]) << key_half<Key>) | static_cast<Key>(place[row] & 0x7fffffff);
        *out = key;
        if (sample.copies == nullptr || place[row] < 0) {
          out += place[row] >= 0;
        } else {
          out = std::fill_n(out, sample.copies[place[row]], key);
        }
      }
      for (std::int32_t i = 0; i < n_; ++i) codes_[i * d_ + f] = code[rows.train[i]];
    }
  }

  /// Write node k and split it if it may be; returns how many children were made, from index `next` on.
  std::int32_t visit(std::int32_t k, std::int32_t next, std::int32_t depth, const TreeArrays& tree) {
    const Node node = nodes_[k];
    const std::int32_t n = node.end - node.begin;
    tree.mean[k] = fixed_mean(unit_, node.sum, n);
    tree.feature[k] = tree.cut[k] = tree.left[k] = -1;
    if (depth >= limits_.max_depth || !may_split(n)) return 0;
    const NodeTotal total = node_total(node.sum, n);
    Split split = search(node, total);
    if (split.feature < 0) split = split_without_gain(node, total);
    if (split.feature < 0) return 0;

    tree.feature[k] = split.feature;
    tree.cut[k] = cut_between(split);
    tree.left[k] = tree.first_node + next;
    const std::int32_t middle = node.begin + split.n_left;
    const std::int64_t left_sum = split.left_sum + total.centre * split.n_left;
    nodes_[next] = {node.begin, middle, left_sum, node.random};
    nodes_[next + 1] = {middle, node.end, node.sum - left_sum, node.random};
    if (limits_.max_features < d_) {
      nodes_[next].random = node.random.child(0);
      nodes_[next + 1].random = node.random.child(1);
    }
    const std::int32_t larger = std::max(split.n_left, n - split.n_left);
    if (depth + 1 < limits_.max_depth && may_split(larger)) part(node, split, larger > small_node_rows ? d_ : 1);
    return 2;
  }

  bool may_split(std::int32_t n) const {
    return n >= limits_.min_samples_split && n >= 2 * std::int64_t{limits_.min_samples_leaf};
  }

  Split search(const Node& node, const NodeTotal& total) {
    if (limits_.max_features < d_) return search_some(node, total);
    if (total.n > small_node_rows) {
      return search_sorted<Key>({keys_ + node.begin, stride_, d_, target_, total}, limits_.min_samples_leaf, running_);
    }
    std::int32_t rows[small_node_rows];
    for (std::int64_t i = 0; i < total.n; ++i) rows[i] = row_of(keys_[node.begin + i]);
    return search_small({rows, codes_, d_, target_, total}, limits_.min_samples_leaf, columns_);
  }

  std::int32_t code_in(std::int32_t position, std::int64_t feature) const {
    return codes_[row_of(keys_[position]) * d_ + feature];
  }

  bool is_constant(const Node& node, std::int64_t feature) const {
    for (std::int32_t i = node.begin + 1; i < node.end; ++i)
      if (code_in(i, feature) != code_in(node.begin, feature)) return false;
    return true;
  }

  /// The features this node looks at, ascending: drawn without replacement until max_features are drawn and one varies.
  std::int64_t draw_features(const Node& node) {
    std::int32_t* const deck = deck_store_.get(d_);
    std::iota(deck, deck + d_, 0);
    bool varies = false;
    std::int64_t drawn = 0;
    while (drawn < d_ && (drawn < limits_.max_features || !varies)) {
      const auto left = static_cast<std::uint32_t>(d_ - drawn);
      const std::uint32_t pick = bounded(node.random.bits(Draw::feature, static_cast<std::uint32_t>(drawn)), left);
      std::swap(deck[drawn], deck[drawn + pick]);
      varies = varies || !is_constant(node, deck[drawn]);
      ++drawn;
    }
    std::sort(deck, deck + drawn);
    looked_at_ = deck;
    return drawn;
  }

  /// As search, over the features that the node draws.
  Split search_some(const Node& node, const NodeTotal& total) {
    const std::int64_t drawn = draw_features(node);
    n_looked_at_ = drawn;
    Split best;
    if (total.n > small_node_rows) {
      double best_gain = 0;
      for (std::int64_t j = 0; j < drawn; ++j) {
        const Key* const keys = keys_ + looked_at_[j] * stride_ + node.begin;
        Split split = search_sorted<Key>({keys, stride_, 1, target_, total}, limits_.min_samples_leaf, running_);
        if (split.feature < 0) continue;
        const double gain = split_gain(total, split.left_sum, split.n_left);
        split.feature = looked_at_[j];
        if (gain > best_gain) best = split;
        best_gain = std::max(best_gain, gain);
      }
      return best;
    }
    std::int32_t rows[small_node_rows];
    std::int64_t target[small_node_rows];
    std::int32_t* const codes = few_codes_store_.get(small_node_rows * d_);
    for (std::int32_t i = 0; i < total.n; ++i) {
      rows[i] = i;
      target[i] = target_[row_of(keys_[node.begin + i])];
      for (std::int64_t j = 0; j < drawn; ++j) codes[i * drawn + j] = code_in(node.begin + i, looked_at_[j]);
    }
    best = search_small({rows, codes, drawn, target, total}, limits_.min_samples_leaf, columns_);
    if (best.feature >= 0) best.feature = looked_at_[best.feature];
    return best;
  }

  /// Where no split gains, split a node of unequal targets all the same: lowest feature, lowest threshold. Rare, so
  /// plain.
  Split split_without_gain(const Node& node, const NodeTotal& total) {
    const std::int64_t first = target_[row_of(keys_[node.begin])];
    bool equal = true;
    for (std::int32_t i = node.begin; i < node.end; ++i) equal = equal && target_[row_of(keys_[i])] == first;
    if (equal) return {};
    const bool some = limits_.max_features < d_;
    for (std::int64_t j = 0; j < (some ? n_looked_at_ : d_); ++j) {
      const std::int64_t f = some ? looked_at_[j] : j;
      const Split split = first_threshold(node, total, static_cast<std::int32_t>(f));
      if (split.feature >= 0) return split;
    }
    return {};
  }

  /// The lowest threshold of a feature that leaves min_samples_leaf rows on both sides.
  Split first_threshold(const Node& node, const NodeTotal& total, std::int32_t feature) {
    std::int32_t* const codes = node_codes_store_.get(total.n);
    for (std::int32_t i = 0; i < total.n; ++i) codes[i] = code_in(node.begin + i, feature);
    std::sort(codes, codes + total.n);
    for (std::int64_t i = limits_.min_samples_leaf - 1; i < total.n - limits_.min_samples_leaf; ++i) {
      if (codes[i] == codes[i + 1]) continue;
      Split split{feature, static_cast<std::int32_t>(i) + 1, 0, codes[i], codes[i + 1]};
      for (std::int32_t r = node.begin; r < node.end; ++r)
        if (code_in(r, feature) <= codes[i]) split.left_sum += target_[row_of(keys_[r])] - total.centre;
      return split;
    }
    return {};
  }

  /// The largest code of the whole table that the midpoint of two neighbouring training values admits.
  std::int32_t cut_between(const Split& split) const {
    const double* const level = table_->level + table_->level_begin[split.feature];
    const double below = level[split.below], above = level[split.above];
    const double middle = below / 2 + above / 2;
    const double threshold = middle == above || !std::isfinite(middle) ? below : middle;
    const double* const first_beyond = std::upper_bound(level + split.below + 1, level + split.above, threshold);
    return static_cast<std::int32_t>(first_beyond - level) - 1;
  }

  /// Part the first n_lists features' lists: rows that go left to the front, order kept on both sides.
  void part(const Node& node, const Split& split, std::int64_t n_lists) {
    const std::int32_t n = node.end - node.begin;
    if (n > small_node_rows) {
      const Key* const sorted = keys_ + split.feature * stride_ + node.begin;
      for (std::int32_t i = 0; i < n; ++i) goes_left_[row_of(sorted[i])] = i < split.n_left;
    } else {
      for (std::int32_t i = node.begin; i < node.end; ++i) {
        const std::int32_t row = row_of(keys_[i]);
        goes_left_[row] = codes_[row * d_ + split.feature] <= split.below;
      }
    }
    for (std::int64_t f = 0; f < n_lists; ++f) {
      if (f != split.feature) part_list(keys_ + f * stride_ + node.begin, n, goes_left_, spare_);
    }
  }

  static void part_list(Key* keys, std::int32_t n, const std::uint8_t* goes_left, Key* spare) {
    std::int32_t left = 0;
    for (std::int32_t i = 0; i < n; ++i) {
      const Key key = keys[i];
      keys[left] = key;
      spare[i - left] = key;
      left += goes_left[row_of(key)];
    }
    for (std::int32_t i = left; i < n; ++i) keys[i] = spare[i - left];
  }

  const TableView* table_ = nullptr;
  TreeLimits limits_{};
  FixedPoint unit_{};
  std::int32_t n_ = 0;         ///< training rows
  std::int32_t n_listed_ = 0;  ///< with their copies
  std::int64_t d_ = 0, stride_ = 0;
  std::int32_t* looked_at_ = nullptr;
  std::int64_t n_looked_at_ = 0;
  std::int64_t *target_ = nullptr, *running_ = nullptr;
  std::int32_t* codes_ = nullptr;
  Key *keys_ = nullptr, *spare_ = nullptr;
  std::uint8_t* goes_left_ = nullptr;
  double* columns_ = nullptr;
  Node* nodes_ = nullptr;
  Scratch<std::int64_t> target_store_, running_store_;
  Scratch<std::int32_t> place_store_, code_store_, deck_store_, few_codes_store_, node_codes_store_;
  Scratch<std::uint8_t> goes_left_store_;
  Scratch<double> column_store_;
  Scratch<Key> key_store_, spare_store_;
  Scratch<Node> node_store_;
};

}  // namespace kilofold::cpu
