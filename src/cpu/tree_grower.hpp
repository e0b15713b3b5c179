// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "cpu/ordered_rows.hpp"
#include "cpu/scratch.hpp"
#include "cpu/shared_tree.hpp"
#include "cpu/split_search.hpp"
#include "cpu/tree_kernels.hpp"
#include "kilofold/backend.hpp"

namespace kilofold::cpu {

struct TreeLimits {
  std::int32_t max_depth;
  std::int32_t min_samples_split;
  std::vector<std::int32_t> min_samples_leaf;  ///< ascending; a tree is grown for each
  std::int32_t max_features;
  std::vector<std::int32_t> of_lane;  ///< where among min_samples_leaf a lane's is
};

/// Grows one tree after another on an item's training rows, each under one or several min_samples_leaf.
///
/// Nodes are visited in the order they are made, which is breadth first. A split that is best under one limit is best
/// under every larger one that both its sides hold, so the limits part company only where one does not (docs/rules.md).
template <class Key> class TreeGrower {
 public:
  /// Take the training rows of an item. order (n, d) is every table row by ascending code of a feature.
  void start(const TableView& table, const std::int32_t* order, const RowSetView& rows, std::int64_t n_limits) {
    table_ = &table;
    rows_.start(table, order, rows, n_limits);
    d_ = table.d;
    most_nodes_ = 2 * rows_.count() * n_limits;
    nodes_ = node_store_.get(most_nodes_);
    sums_ = sum_store_.get(most_nodes_);
    counts_ = weight_store_.get(most_nodes_);
    bounds_ = bound_store_.get(most_nodes_);
  }

  /// Grow the tree of one limit; returns the number of its nodes.
  std::int32_t grow(const TreeSample& sample, const TreeLimits& limits, NodeRandom random, const TreeArrays& tree) {
    shared_ = nullptr;
    return grow_nodes(sample, limits, random, tree);
  }

  /// Grow the trees of several limits, with their gains or without.
  void grow(const TreeSample& sample, const TreeLimits& limits, NodeRandom random, bool wants_gains,
            SharedTree& shared) {
    shared_ = &shared;
    shared.start(most_nodes_, wants_gains);
    grow_nodes(sample, limits, random, shared.nodes());
  }

 private:
  __extension__ using Wide = __int128;
  struct Node {
    RowRange rows;
    NodeRandom random;
    std::int32_t depth;
    std::int32_t first_limit, end_limit;  ///< that it was made for
  };
  /// Neighbouring codes of a node's training rows that a split parts.
  struct Bounds {
    std::int32_t below, above;
  };

  std::int32_t grow_nodes(const TreeSample& sample, const TreeLimits& limits, NodeRandom random,
                          const TreeArrays& tree) {
    limits_ = &limits;
    nodes_[0] = {rows_.read(sample, unit_, counts_[0]), random, 0, 0,
                 static_cast<std::int32_t>(limits.min_samples_leaf.size())};
    sums_[0] = std::accumulate(target().sum, target().sum + rows_.count(), std::int64_t{0});
    std::int32_t count = 1;
    for (std::int32_t k = 0; k < count; ++k) count += visit(k, count, tree);
    node_means(unit_, sums_, counts_, count, tree.mean);
    for (std::int32_t k = 0; k < count; ++k)
      if (tree.feature[k] >= 0) tree.cut[k] = cut_between(tree.feature[k], bounds_[k]);
    return count;
  }

  const WeightedTargets& target() const { return rows_.target(); }

  /// Split node k if it may be; returns how many nodes were made, from index `next` on: two children, and the node's
  /// alternative where some limits refuse the split.
  std::int32_t visit(std::int32_t k, std::int32_t next, const TreeArrays& tree) {
    tree.feature[k] = tree.cut[k] = tree.left[k] = -1;
    if (tree.gain != nullptr) tree.gain[k] = 0;
    if (shared_ != nullptr) shared_->set(k, 0, -1);
    const Node node = nodes_[k];
    const std::int32_t n_rows = node.rows.size();
    if (n_rows == 1 || node.depth >= limits_->max_depth) return 0;
    const std::int64_t n = n_counted(node, counts_[k]);
    const std::int32_t end_limit = limits_that_may_split(node, n);
    if (end_limit == node.first_limit) return 0;
    if (n_rows == 2 && limits_->max_features >= d_) return part_pair(k, next, end_limit, tree);
    const NodeTotal total = node_total(sums_[k], counts_[k]);
    const std::int32_t min_leaf = limits_->min_samples_leaf[node.first_limit];
    const bool is_small = n_rows <= small_node_rows;
    Split split = limits_->max_features < d_ ? search_some(node, total, min_leaf)
                  : weighs_leaves(min_leaf)  ? search_weighted(node, total, min_leaf)
                  : is_small                 ? search_small(rows_.small(node.rows, total), min_leaf)
                                             : rows_.search(node.rows, total, min_leaf, 0, d_);
    if (split.feature < 0) split = split_without_gain(node, total, min_leaf);
    if (split.feature < 0) return 0;

    if (is_small) rows_.part_small(node.rows, total, split);
    bounds_[k] = {split.below, split.above};
    const std::int32_t middle = node.rows.begin + split.rows_left;
    const std::int32_t made = make_nodes(k, next, middle, end_limit, std::min(split.n_left, counts_[k] - split.n_left));
    sums_[next] = split.left_sum + total.centre * split.n_left;
    sums_[next + 1] = sums_[k] - sums_[next];
    counts_[next] = split.n_left;
    counts_[next + 1] = counts_[k] - split.n_left;
    write_split(k, next, split.feature, tree);
    if (limits_->max_features < d_) {
      nodes_[next].random = node.random.child(0);
      nodes_[next + 1].random = node.random.child(1);
    }
    const bool goes_on =
        node.depth + 1 < limits_->max_depth &&
        (target().rows != nullptr || may_split(std::max(split.n_left, counts_[k] - split.n_left), min_leaf));
    if (!is_small && goes_on) {
      const std::int32_t larger = std::max(split.rows_left, n_rows - split.rows_left);
      rows_.part(node.rows, split, larger > small_node_rows ? d_ : 1);
    }
    return made;
  }

  /// Split a node of two rows, the commonest of a full tree: every feature that tells them apart gives the same gain,
  /// so the first wins.
  std::int32_t part_pair(std::int32_t k, std::int32_t next, std::int32_t end_limit, const TreeArrays& tree) {
    const Node node = nodes_[k];
    const std::int32_t a = rows_.place(node.rows.begin), b = rows_.place(node.rows.begin + 1);
    const std::int32_t smaller = std::min(rows_at(a), rows_at(b));
    if (smaller < limits_->min_samples_leaf[node.first_limit]) return 0;
    const bool gains = Wide{target().sum[a]} * target().count[b] != Wide{target().sum[b]} * target().count[a];
    if (!gains && !rows_.differ(a) && !rows_.differ(b)) return 0;
    const std::int32_t *const x = rows_.codes(a), *const z = rows_.codes(b);
    std::int32_t f = 0;
    while (f < d_ && x[f] == z[f]) ++f;
    if (f == d_) return 0;
    bounds_[k] = {std::min(x[f], z[f]), std::max(x[f], z[f])};
    const bool ordered = x[f] < z[f];
    const std::int32_t left = ordered ? a : b, right = ordered ? b : a;
    const std::int32_t made = make_nodes(k, next, node.rows.begin + 1, end_limit, smaller);
    sums_[next] = target().sum[left];
    sums_[next + 1] = target().sum[right];
    counts_[next] = target().count[left];
    counts_[next + 1] = target().count[right];
    write_split(k, next, f, tree);
    return made;
  }

  /// Make node k's children for the limits that a side of `smaller` rows serves, and an alternative for the others up
  /// to end_limit. Returns how many that are.
  std::int32_t make_nodes(std::int32_t k, std::int32_t next, std::int32_t middle, std::int32_t end_limit,
                          std::int64_t smaller) {
    const Node& node = nodes_[k];
    std::int32_t served = node.first_limit + 1;
    while (served < end_limit && limits_->min_samples_leaf[served] <= smaller) ++served;
    nodes_[next] = {{node.rows.begin, middle}, node.random, node.depth + 1, node.first_limit, served};
    nodes_[next + 1] = {{middle, node.rows.end}, node.random, node.depth + 1, node.first_limit, served};
    if (shared_ == nullptr) return 2;
    const bool all_served = served == end_limit;
    shared_->set(k, served, all_served ? -1 : next + 2);
    if (all_served) return 2;
    nodes_[next + 2] = {rows_.copy(node.rows), node.random, node.depth, served, end_limit};
    sums_[next + 2] = sums_[k];
    counts_[next + 2] = counts_[k];
    return 3;
  }

  /// Write node k's split; its gain is by how much it lowers the mean squared error of the sample, in the target's
  /// unit.
  void write_split(std::int32_t k, std::int32_t left, std::int32_t feature, const TreeArrays& tree) const {
    tree.feature[k] = feature;
    tree.left[k] = tree.first_node + left;
    if (tree.gain == nullptr) return;
    const NodeTotal total = node_total(sums_[k], counts_[k]);
    const double gain = split_gain(total, sums_[left] - total.centre * counts_[left], counts_[left]);
    const double n_node = static_cast<double>(counts_[k]), n_sample = static_cast<double>(counts_[0]);
    tree.gain[k] = gain / n_node * unit_.step / n_sample * unit_.step;
  }

  bool may_split(std::int64_t n, std::int32_t min_leaf) const {
    return n >= limits_->min_samples_split && n >= 2 * std::int64_t{min_leaf};
  }

  /// End of the limits under which a node of n rows may split.
  std::int32_t limits_that_may_split(const Node& node, std::int64_t n) const {
    std::int32_t end = node.end_limit;
    while (end > node.first_limit && !may_split(n, limits_->min_samples_leaf[end - 1])) --end;
    return end;
  }

  /// Training rows that the limits see at a place.
  std::int32_t rows_at(std::int32_t place) const {
    return target().rows == nullptr ? target().count[place] : target().rows[place];
  }
  /// The same of a node, whose count is given.
  std::int64_t n_counted(const Node& node, std::int64_t count) const {
    if (target().rows == nullptr) return count;
    std::int64_t n = 0;
    for (std::int32_t i = node.rows.begin; i < node.rows.end; ++i) n += target().rows[rows_.place(i)];
    return n;
  }
  /// Do the limits on leaves look at other numbers than the counts that gains are made of? A leaf of one row needs no
  /// look.
  bool weighs_leaves(std::int32_t min_leaf) const { return target().rows != nullptr && min_leaf > 1; }

  /// The split that the others search for, with leaves that are measured in rows instead of counts. Plain: it is rarely
  /// asked for.
  Split search_weighted(const Node& node, const NodeTotal& total, std::int32_t min_leaf) {
    const std::int64_t rows = n_counted(node, total.n);
    Split best;
    double best_gain = 0;
    for (std::int32_t f = 0; f < d_; ++f) {
      const Key* const ascending = rows_.in_order(node.rows, f);
      Split split;
      split.feature = f;
      std::int64_t counted = 0;
      for (std::int32_t i = 0; i + 1 < node.rows.size(); ++i) {
        counted += rows_at(row_of(ascending[i]));
        move_left(ascending, i, total, split);
        if (split.below == split.above || counted < min_leaf || rows - counted < min_leaf) continue;
        const double gain = split_gain(total, split.left_sum, split.n_left);
        if (gain > best_gain) best = split;
        best_gain = std::max(best_gain, gain);
      }
    }
    return best;
  }

  /// Let the i-th of a node's keys in order go left too.
  void move_left(const Key* ascending, std::int32_t i, const NodeTotal& total, Split& split) const {
    const std::int32_t row = row_of(ascending[i]);
    split.n_left += target().count[row];
    split.left_sum += target().sum[row] - total.centre * target().count[row];
    split.rows_left = i + 1;
    split.below = code_of(ascending[i]);
    split.above = code_of(ascending[i + 1]);
  }

  /// The features this node looks at, ascending: drawn without replacement until max_features are drawn and one varies.
  std::int64_t draw_features(const Node& node) {
    std::int32_t* const deck = deck_store_.get(d_);
    std::iota(deck, deck + d_, 0);
    bool varies = false;
    std::int64_t drawn = 0;
    while (drawn < d_ && (drawn < limits_->max_features || !varies)) {
      const auto left = static_cast<std::uint32_t>(d_ - drawn);
      const std::uint32_t pick = bounded(node.random.bits(Draw::feature, static_cast<std::uint32_t>(drawn)), left);
      std::swap(deck[drawn], deck[drawn + pick]);
      varies = varies || !rows_.is_constant(node.rows, deck[drawn]);
      ++drawn;
    }
    std::sort(deck, deck + drawn);
    looked_at_ = deck;
    return drawn;
  }

  /// The best split over the features that the node draws.
  Split search_some(const Node& node, const NodeTotal& total, std::int32_t min_leaf) {
    const std::int64_t drawn = n_looked_at_ = draw_features(node);
    const std::int32_t n_rows = node.rows.size();
    Split best;
    if (n_rows > small_node_rows) {
      double best_gain = 0;
      for (std::int64_t j = 0; j < drawn; ++j) {
        Split split = rows_.search(node.rows, total, min_leaf, looked_at_[j], 1);
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
      const std::int32_t place = rows_.place(node.rows.begin + i);
      rows[i] = i;
      sum[i] = target().sum[place];
      count[i] = target().count[place];
      for (std::int64_t j = 0; j < drawn; ++j) codes[i * width + j] = rows_.codes(place)[looked_at_[j]];
    }
    best = search_small({rows, codes, drawn, {sum, count}, n_rows, total}, min_leaf);
    if (best.feature >= 0) best.feature = looked_at_[best.feature];
    return best;
  }

  /// Where no split gains, split a node of unequal targets all the same: lowest feature, lowest threshold. Rare, so
  /// plain.
  Split split_without_gain(const Node& node, const NodeTotal& total, std::int32_t min_leaf) {
    bool equal = total.rest == 0;
    for (std::int32_t i = node.rows.begin; i < node.rows.end && equal; ++i) {
      const std::int32_t row = rows_.place(i);
      equal = target().sum[row] == total.centre * target().count[row] && !rows_.differ(row);
    }
    if (equal) return {};
    const bool some = limits_->max_features < d_;
    for (std::int64_t j = 0; j < (some ? n_looked_at_ : d_); ++j) {
      const Split split = first_threshold(node, total, some ? looked_at_[j] : static_cast<std::int32_t>(j), min_leaf);
      if (split.feature >= 0) return split;
    }
    return {};
  }

  /// The lowest threshold of a feature that leaves min_leaf rows on both sides.
  Split first_threshold(const Node& node, const NodeTotal& total, std::int32_t feature, std::int32_t min_leaf) {
    const std::int64_t rows = n_counted(node, total.n);
    const Key* const ascending = rows_.in_order(node.rows, feature);
    Split split;
    std::int64_t counted = 0;
    for (std::int32_t i = 0; i + 1 < node.rows.size(); ++i) {
      counted += rows_at(row_of(ascending[i]));
      move_left(ascending, i, total, split);
      if (split.below == split.above || counted < min_leaf) continue;
      if (rows - counted >= min_leaf) split.feature = feature;
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

  const TableView* table_ = nullptr;
  const TreeLimits* limits_ = nullptr;
  SharedTree* shared_ = nullptr;  ///< null: one limit
  OrderedRows<Key> rows_;
  FixedPoint unit_{};
  std::int64_t d_ = 0, most_nodes_ = 0;
  std::int32_t* looked_at_ = nullptr;
  std::int64_t n_looked_at_ = 0;
  Node* nodes_ = nullptr;
  std::int64_t *sums_ = nullptr, *counts_ = nullptr;  ///< by node: fixed-point target, rows with their copies
  Bounds* bounds_ = nullptr;
  Scratch<std::int32_t> deck_store_, few_codes_store_;
  Scratch<std::int64_t> sum_store_, weight_store_;
  Scratch<Node> node_store_;
  Scratch<Bounds> bound_store_;
};

}  // namespace kilofold::cpu
