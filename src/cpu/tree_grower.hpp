// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "cpu/replicate_sets.hpp"
#include "cpu/scratch.hpp"
#include "cpu/split_search.hpp"
#include "cpu/tree_kernels.hpp"
#include "kilofold/backend.hpp"

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
  double* gain;  ///< null: not wanted
};

/// Grows one tree after another on an item's training rows.
///
/// A node owns the positions [begin, end) of d lists, one a feature, each holding the node's distinct rows in ascending
/// code order; a split parts the lists stably, so nothing is ever sorted again. Nodes of a few rows need no order:
/// below that size only the first list is kept up, to say which rows they have. Nodes are visited in the order they are
/// made, which is breadth first.
///
/// Training rows of equal features never part, so a replicate set is one row here: of all its targets a split needs
/// their sum and number alone, which are exact; and a node without gain needs to know whether they differ.
template <class Key> class TreeGrower {
 public:
  /// Take the training rows of an item. order (n, d) is every table row by ascending code of a feature.
  void start(const TableView& table, const std::int32_t* order, const RowSetView& rows) {
    table_ = &table;
    const std::int32_t* const first = sets_.start(rows);
    n_ = sets_.count();
    d_ = table.d;
    width_ = padded_features(d_);
    std::int32_t* const place = place_store_.get(table.n);
    std::fill(place, place + table.n, -1);
    for (std::int32_t i = 0; i < n_; ++i) place[first[i]] = i;
    codes_ = code_store_.get(n_ * width_);
    std::fill(codes_, codes_ + n_ * width_, 0);
    // one spare entry a feature: a held-out row is written, then overwritten
    Key* out = ordered_ = ordered_store_.get(std::int64_t{n_} * d_ + 1);
    for (std::int64_t f = 0; f < d_; ++f) {
      const std::int32_t* const code = table.code + f * table.n;
      for (std::int64_t i = 0; i < table.n; ++i) {
        const std::int32_t row = order[f * table.n + i];
        *out = (static_cast<Key>(code[row]) << key_half<Key>) | static_cast<Key>(place[row] & 0x7fffffff);
        out += place[row] >= 0;
      }
      for (std::int32_t i = 0; i < n_; ++i) codes_[i * width_ + f] = code[first[i]];
    }
    stride_ = n_ + 1;
    keys_ = key_store_.get(stride_ * d_ + 8);
    running_ = {running_store_.get((std::int64_t{n_} + 8) * d_), count_store_.get((std::int64_t{n_} + 8) * d_)};
    spare_ = spare_store_.get(n_);
    goes_left_ = goes_left_store_.get(n_);
    const std::int64_t most_nodes = 2 * std::int64_t{n_};
    nodes_ = node_store_.get(most_nodes);
    sums_ = sum_store_.get(most_nodes);
    counts_ = weight_store_.get(most_nodes);
    bounds_ = bound_store_.get(most_nodes);
  }

  /// Grow one tree; returns the number of its nodes.
  std::int32_t grow(const TreeSample& sample, const TreeLimits& limits, NodeRandom random, const TreeArrays& tree) {
    limits_ = limits;
    read_sample(sample, random);
    std::int32_t count = 1, level_end = 1, depth = 0;
    for (std::int32_t k = 0; k < count; ++k) {
      if (k == level_end) {
        level_end = count;
        ++depth;
      }
      count += visit(k, count, depth, tree);
    }
    node_means(unit_, sums_, counts_, count, tree.mean);
    for (std::int32_t k = 0; k < count; ++k)
      if (tree.feature[k] >= 0) tree.cut[k] = cut_between(tree.feature[k], bounds_[k]);
    return count;
  }

 private:
  __extension__ using Wide = __int128;
  struct Node {
    std::int32_t begin, end;
    NodeRandom random;
  };
  /// Neighbouring codes of a node's training rows that a split parts.
  struct Bounds {
    std::int32_t below, above;
  };

  /// The sample's fixed-point targets, and every feature's order filtered down to its rows.
  void read_sample(const TreeSample& sample, NodeRandom random) {
    std::int64_t n_listed = 0;
    target_ = sets_.read(sample, unit_, n_listed);
    std::int32_t n_rows = n_;
    for (std::int64_t f = 0; f < d_; ++f) {
      const Key* const in = ordered_ + f * n_;
      Key* out = keys_ + f * stride_;
      if (sample.copies == nullptr) {
        std::copy(in, in + n_, out);
        continue;
      }
      for (std::int32_t i = 0; i < n_; ++i) {
        *out = in[i];
        out += target_.count[row_of(in[i])] > 0;
      }
      n_rows = static_cast<std::int32_t>(out - (keys_ + f * stride_));
    }
    nodes_[0] = {0, n_rows, random};
    sums_[0] = std::accumulate(target_.sum, target_.sum + n_, std::int64_t{0});
    counts_[0] = n_listed;
  }

  /// Split node k if it may be; returns how many children were made, from index `next` on.
  std::int32_t visit(std::int32_t k, std::int32_t next, std::int32_t depth, const TreeArrays& tree) {
    tree.feature[k] = tree.cut[k] = tree.left[k] = -1;
    if (tree.gain != nullptr) tree.gain[k] = 0;
    const Node node = nodes_[k];
    const std::int32_t n_rows = node.end - node.begin;
    if (n_rows == 1 || depth >= limits_.max_depth || !may_split(n_counted(node, counts_[k]))) return 0;
    if (n_rows == 2 && limits_.max_features >= d_) return part_pair(k, next, tree);
    const NodeTotal total = node_total(sums_[k], counts_[k]);
    const bool is_small = n_rows <= small_node_rows;
    Split split = limits_.max_features < d_ ? search_some(node, total)
                  : weighs_leaves()         ? search_weighted(node, total)
                  : is_small                ? search_small(small_node(node, total), limits_.min_samples_leaf)
                                            : search_lists(node, total);
    if (split.feature < 0) split = split_without_gain(node, total);
    if (split.feature < 0) return 0;

    if (is_small) part_small(node, total, split);
    tree.feature[k] = split.feature;
    tree.left[k] = tree.first_node + next;
    bounds_[k] = {split.below, split.above};
    const std::int32_t middle = node.begin + split.rows_left;
    nodes_[next] = {node.begin, middle, node.random};
    nodes_[next + 1] = {middle, node.end, node.random};
    sums_[next] = split.left_sum + total.centre * split.n_left;
    sums_[next + 1] = sums_[k] - sums_[next];
    counts_[next] = split.n_left;
    counts_[next + 1] = counts_[k] - split.n_left;
    write_gain(k, next, tree);
    if (limits_.max_features < d_) {
      nodes_[next].random = node.random.child(0);
      nodes_[next + 1].random = node.random.child(1);
    }
    const bool goes_on = depth + 1 < limits_.max_depth &&
                         (target_.rows != nullptr || may_split(std::max(split.n_left, counts_[k] - split.n_left)));
    if (!is_small && goes_on) {
      const std::int32_t larger = std::max(split.rows_left, n_rows - split.rows_left);
      part(node, split, larger > small_node_rows ? d_ : 1);
    }
    return 2;
  }

  /// Split a node of two rows, the commonest of a full tree: every feature that tells them apart gives the same gain,
  /// so the first wins.
  std::int32_t part_pair(std::int32_t k, std::int32_t next, const TreeArrays& tree) {
    const Node node = nodes_[k];
    const std::int32_t a = row_of(keys_[node.begin]), b = row_of(keys_[node.begin + 1]);
    if (std::min(rows_at(a), rows_at(b)) < limits_.min_samples_leaf) return 0;
    const bool gains = Wide{target_.sum[a]} * target_.count[b] != Wide{target_.sum[b]} * target_.count[a];
    if (!gains && !sets_.differ(a) && !sets_.differ(b)) return 0;
    const std::int32_t *const x = codes_ + a * width_, *const z = codes_ + b * width_;
    std::int32_t f = 0;
    while (f < d_ && x[f] == z[f]) ++f;
    if (f == d_) return 0;
    tree.feature[k] = f;
    tree.left[k] = tree.first_node + next;
    bounds_[k] = {std::min(x[f], z[f]), std::max(x[f], z[f])};
    const bool ordered = x[f] < z[f];
    const std::int32_t left = ordered ? a : b, right = ordered ? b : a;
    nodes_[next] = {node.begin, node.begin + 1, node.random};
    nodes_[next + 1] = {node.begin + 1, node.end, node.random};
    sums_[next] = target_.sum[left];
    sums_[next + 1] = target_.sum[right];
    counts_[next] = target_.count[left];
    counts_[next + 1] = target_.count[right];
    write_gain(k, next, tree);
    return 2;
  }

  /// By how much node k's split lowers the mean squared error of the sample, in the target's unit.
  void write_gain(std::int32_t k, std::int32_t left, const TreeArrays& tree) const {
    if (tree.gain == nullptr) return;
    const NodeTotal total = node_total(sums_[k], counts_[k]);
    const double gain = split_gain(total, sums_[left] - total.centre * counts_[left], counts_[left]);
    const double n_node = static_cast<double>(counts_[k]), n_sample = static_cast<double>(counts_[0]);
    tree.gain[k] = gain / n_node * unit_.step / n_sample * unit_.step;
  }

  bool may_split(std::int64_t n) const {
    return n >= limits_.min_samples_split && n >= 2 * std::int64_t{limits_.min_samples_leaf};
  }

  /// Training rows that the limits see at a place.
  std::int32_t rows_at(std::int32_t place) const {
    return target_.rows == nullptr ? target_.count[place] : target_.rows[place];
  }
  /// The same of a node, whose count is given.
  std::int64_t n_counted(const Node& node, std::int64_t count) const {
    if (target_.rows == nullptr) return count;
    std::int64_t n = 0;
    for (std::int32_t i = node.begin; i < node.end; ++i) n += target_.rows[row_of(keys_[i])];
    return n;
  }
  /// Do the limits on leaves look at other numbers than the counts that gains are made of? A leaf of one row needs no
  /// look.
  bool weighs_leaves() const { return target_.rows != nullptr && limits_.min_samples_leaf > 1; }

  /// The split that the others search for, with leaves that are measured in rows instead of counts. Plain: it is rarely
  /// asked for.
  Split search_weighted(const Node& node, const NodeTotal& total) {
    const std::int64_t rows = n_counted(node, total.n);
    const std::int32_t n_rows = node.end - node.begin;
    Split best;
    double best_gain = 0;
    for (std::int32_t f = 0; f < d_; ++f) {
      const Key* const ascending = in_order(node, f);
      Split split;
      split.feature = f;
      std::int64_t counted = 0;
      for (std::int32_t i = 0; i + 1 < n_rows; ++i) {
        counted += rows_at(row_of(ascending[i]));
        move_left(ascending, i, total, split);
        if (split.below == split.above || counted < limits_.min_samples_leaf ||
            rows - counted < limits_.min_samples_leaf)
          continue;
        const double gain = split_gain(total, split.left_sum, split.n_left);
        if (gain > best_gain) best = split;
        best_gain = std::max(best_gain, gain);
      }
    }
    return best;
  }

  /// A node's keys of one feature, ascending; until the next call.
  const Key* in_order(const Node& node, std::int32_t feature) {
    const std::int32_t n_rows = node.end - node.begin;
    for (std::int32_t i = 0; i < n_rows; ++i)
      spare_[i] = (static_cast<Key>(code_in(node.begin + i, feature)) << key_half<Key>) |
                  static_cast<Key>(row_of(keys_[node.begin + i]));
    std::sort(spare_, spare_ + n_rows);
    return spare_;
  }

  /// Let the i-th of a node's keys in order go left too.
  void move_left(const Key* ascending, std::int32_t i, const NodeTotal& total, Split& split) const {
    const std::int32_t row = row_of(ascending[i]);
    split.n_left += target_.count[row];
    split.left_sum += target_.sum[row] - total.centre * target_.count[row];
    split.rows_left = i + 1;
    split.below = code_of(ascending[i]);
    split.above = code_of(ascending[i + 1]);
  }

  Split search_lists(const Node& node, const NodeTotal& total) const {
    return search_sorted<Key>({keys_ + node.begin, stride_, d_, target_, node.end - node.begin, total},
                              limits_.min_samples_leaf, running_);
  }

  /// The node's rows, which stay valid until the next call.
  SmallNode small_node(const Node& node, const NodeTotal& total) {
    const std::int32_t n_rows = node.end - node.begin;
    for (std::int32_t i = 0; i < n_rows; ++i) small_rows_[i] = row_of(keys_[node.begin + i]);
    return {small_rows_, codes_, d_, target_, n_rows, total};
  }

  std::int32_t code_in(std::int32_t position, std::int64_t feature) const {
    return codes_[row_of(keys_[position]) * width_ + feature];
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

  /// The best split over the features that the node draws.
  Split search_some(const Node& node, const NodeTotal& total) {
    const std::int64_t drawn = n_looked_at_ = draw_features(node);
    const std::int32_t n_rows = node.end - node.begin;
    Split best;
    if (n_rows > small_node_rows) {
      double best_gain = 0;
      for (std::int64_t j = 0; j < drawn; ++j) {
        const Key* const keys = keys_ + looked_at_[j] * stride_ + node.begin;
        Split split =
            search_sorted<Key>({keys, stride_, 1, target_, n_rows, total}, limits_.min_samples_leaf, running_);
        if (split.feature < 0) continue;
        const double gain = split_gain(total, split.left_sum, split.n_left);
        split.feature = looked_at_[j];
        if (gain > best_gain) best = split;
        best_gain = std::max(best_gain, gain);
      }
      return best;
    }
    std::int32_t rows[small_node_rows];
    std::int64_t sum[small_node_rows];
    std::int32_t count[small_node_rows];
    const std::int64_t width = padded_features(drawn);
    std::int32_t* const codes = few_codes_store_.get(small_node_rows * width);
    std::fill(codes, codes + small_node_rows * width, 0);
    for (std::int32_t i = 0; i < n_rows; ++i) {
      rows[i] = i;
      sum[i] = target_.sum[row_of(keys_[node.begin + i])];
      count[i] = target_.count[row_of(keys_[node.begin + i])];
      for (std::int64_t j = 0; j < drawn; ++j) codes[i * width + j] = code_in(node.begin + i, looked_at_[j]);
    }
    best = search_small({rows, codes, drawn, {sum, count}, n_rows, total}, limits_.min_samples_leaf);
    if (best.feature >= 0) best.feature = looked_at_[best.feature];
    return best;
  }

  /// Where no split gains, split a node of unequal targets all the same: lowest feature, lowest threshold. Rare, so
  /// plain.
  Split split_without_gain(const Node& node, const NodeTotal& total) {
    bool equal = total.rest == 0;
    for (std::int32_t i = node.begin; i < node.end && equal; ++i) {
      const std::int32_t row = row_of(keys_[i]);
      equal = target_.sum[row] == total.centre * target_.count[row] && !sets_.differ(row);
    }
    if (equal) return {};
    const bool some = limits_.max_features < d_;
    for (std::int64_t j = 0; j < (some ? n_looked_at_ : d_); ++j) {
      const Split split = first_threshold(node, total, some ? looked_at_[j] : static_cast<std::int32_t>(j));
      if (split.feature >= 0) return split;
    }
    return {};
  }

  /// The lowest threshold of a feature that leaves min_samples_leaf rows on both sides.
  Split first_threshold(const Node& node, const NodeTotal& total, std::int32_t feature) {
    const std::int32_t n_rows = node.end - node.begin;
    const std::int64_t rows = n_counted(node, total.n);
    const Key* const ascending = in_order(node, feature);
    Split split;
    std::int64_t counted = 0;
    for (std::int32_t i = 0; i + 1 < n_rows; ++i) {
      counted += rows_at(row_of(ascending[i]));
      move_left(ascending, i, total, split);
      if (split.below == split.above || counted < limits_.min_samples_leaf) continue;
      if (rows - counted >= limits_.min_samples_leaf) split.feature = feature;
      return split;
    }
    return {};
  }

  /// The largest code of the whole table that the midpoint of two neighbouring training values admits.
  std::int32_t cut_between(std::int32_t feature, const Bounds& bounds) const {
    const double* const level = table_->level + table_->level_begin[feature];
    const double below = level[bounds.below], above = level[bounds.above];
    const double middle = below / 2 + above / 2;
    const double threshold = middle == above || !std::isfinite(middle) ? below : middle;
    // without branches: they could not be foreseen
    std::int32_t cut = bounds.below;
    for (std::int32_t more = bounds.above - bounds.below - 1; more > 0;) {
      const std::int32_t half = (more + 1) / 2;
      cut = level[cut + half] <= threshold ? cut + half : cut;
      more -= half;
    }
    return cut;
  }

  /// Part the first list of a small node and complete its split.
  void part_small(const Node& node, const NodeTotal& total, Split& split) {
    const std::int32_t n_rows = node.end - node.begin;
    Key* const keys = keys_ + node.begin;
    Key right[small_node_rows];
    split.n_left = split.left_sum = 0;
    split.above = std::numeric_limits<std::int32_t>::max();
    std::int32_t left = 0;
    for (std::int32_t i = 0; i < n_rows; ++i) {
      const Key key = keys[i];
      const std::int32_t row = row_of(key), code = codes_[row * width_ + split.feature];
      const bool goes_left = code <= split.below;
      keys[left] = key;
      right[i - left] = key;
      left += goes_left;
      split.n_left += goes_left ? target_.count[row] : 0;
      split.left_sum += goes_left ? target_.sum[row] : 0;
      split.above = goes_left ? split.above : std::min(split.above, code);
    }
    split.left_sum -= total.centre * split.n_left;
    split.rows_left = left;
    for (std::int32_t i = left; i < n_rows; ++i) keys[i] = right[i - left];
  }

  /// Part the first n_lists features' lists: rows that go left to the front, order kept on both sides.
  void part(const Node& node, const Split& split, std::int64_t n_lists) {
    const std::int32_t n_rows = node.end - node.begin;
    const Key* const sorted = keys_ + split.feature * stride_ + node.begin;
    for (std::int32_t i = 0; i < n_rows; ++i) goes_left_[row_of(sorted[i])] = i < split.rows_left;
    for (std::int64_t f = 0; f < n_lists; ++f) {
      if (f != split.feature) part_list(keys_ + f * stride_ + node.begin, n_rows, goes_left_, spare_);
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
    std::copy(spare, spare + (n - left), keys + left);
  }

  const TableView* table_ = nullptr;
  TreeLimits limits_{};
  FixedPoint unit_{};
  ReplicateSets sets_;
  std::int32_t n_ = 0;                           ///< distinct training rows
  std::int64_t d_ = 0, width_ = 0, stride_ = 0;  ///< features; of a row's codes; of a feature's list
  std::int32_t* looked_at_ = nullptr;
  std::int64_t n_looked_at_ = 0;
  std::int32_t small_rows_[small_node_rows];
  std::int32_t* codes_ = nullptr;  ///< by place, row-major
  Key* ordered_ = nullptr;         ///< every training row, d lists
  WeightedTargets target_{};
  RunningSums running_{};
  Key *keys_ = nullptr, *spare_ = nullptr;
  std::uint8_t* goes_left_ = nullptr;
  Node* nodes_ = nullptr;
  std::int64_t *sums_ = nullptr, *counts_ = nullptr;  ///< by node: fixed-point target, rows with their copies
  Bounds* bounds_ = nullptr;
  Scratch<std::int32_t> place_store_, code_store_, count_store_, deck_store_, few_codes_store_;
  Scratch<std::int64_t> running_store_, sum_store_, weight_store_;
  Scratch<Key> ordered_store_, key_store_, spare_store_;
  Scratch<std::uint8_t> goes_left_store_;
  Scratch<Node> node_store_;
  Scratch<Bounds> bound_store_;
};

}  // namespace kilofold::cpu
