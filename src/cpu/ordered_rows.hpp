// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "cpu/replicate_sets.hpp"
#include "cpu/scratch.hpp"
#include "cpu/split_search.hpp"
#include "kilofold/backend.hpp"

namespace kilofold::cpu {

/// Positions of a node's rows in every list.
struct RowRange {
  std::int32_t begin, end;

  std::int32_t size() const { return end - begin; }
};

/// An item's distinct training rows, ordered by every feature, and how splits part them.
///
/// A node owns a range of d lists, one a feature, each holding the node's rows in ascending code order; a split parts
/// the lists stably, so nothing is ever sorted again. Nodes of at most small_node_rows rows need no order: of theirs
/// only the first list is kept up, to say which rows they have.
///
/// Training rows of equal features never part, so a replicate set is one row here, called by its *place*: of all its
/// targets a split needs their sum and number alone, which are exact.
template <class Key> class OrderedRows {
 public:
  /// Take the training rows of an item. order (n, d) is every table row by ascending code of a feature. A node's rows
  /// can be had `n_versions` times over, each parted in its own way.
  void start(const TableView& table, const std::int32_t* order, const RowSetView& rows, std::int64_t n_versions) {
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
    stride_ = n_ * n_versions + 1;
    keys_ = key_store_.get(stride_ * d_ + 8);
    running_ = {running_store_.get((std::int64_t{n_} + 8) * d_), count_store_.get((std::int64_t{n_} + 8) * d_)};
    spare_ = spare_store_.get(n_);
    goes_left_ = goes_left_store_.get(n_);
  }

  /// Take a sample: its fixed-point targets, and every feature's order filtered down to its rows. Returns all of them;
  /// `n_listed` receives their number with their copies.
  RowRange read(const TreeSample& sample, FixedPoint& unit, std::int64_t& n_listed) {
    target_ = sets_.read(sample, unit, n_listed);
    end_ = n_;
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
      end_ = static_cast<std::int32_t>(out - (keys_ + f * stride_));
    }
    return {0, end_};
  }

  std::int64_t n_features() const { return d_; }
  std::int32_t count() const { return n_; }  ///< distinct training rows
  const WeightedTargets& target() const { return target_; }
  bool differ(std::int32_t place) const { return sets_.differ(place); }
  std::int32_t place(std::int32_t position) const { return row_of(keys_[position]); }
  const std::int32_t* codes(std::int32_t place) const { return codes_ + place * width_; }

  bool is_constant(RowRange node, std::int64_t feature) const {
    const std::int32_t first = codes(place(node.begin))[feature];
    for (std::int32_t i = node.begin + 1; i < node.end; ++i)
      if (codes(place(i))[feature] != first) return false;
    return true;
  }

  /// A large node's split of largest gain over `n_features` features from `first_feature` on, which is number 0.
  Split search(RowRange node, const NodeTotal& total, std::int32_t min_leaf, std::int64_t first_feature,
               std::int64_t n_features) const {
    const Key* const keys = keys_ + first_feature * stride_ + node.begin;
    return search_sorted<Key>({keys, stride_, n_features, target_, node.size(), total}, min_leaf, running_);
  }

  /// A small node, which stays valid until the next call.
  SmallNode small(RowRange node, const NodeTotal& total) {
    for (std::int32_t i = 0; i < node.size(); ++i) small_rows_[i] = place(node.begin + i);
    return {small_rows_, codes_, d_, target_, node.size(), total};
  }

  /// A node's keys of one feature, ascending; until the next call.
  const Key* in_order(RowRange node, std::int32_t feature) {
    for (std::int32_t i = 0; i < node.size(); ++i) {
      const std::int32_t row = place(node.begin + i);
      spare_[i] = (static_cast<Key>(codes(row)[feature]) << key_half<Key>) | static_cast<Key>(row);
    }
    std::sort(spare_, spare_ + node.size());
    return spare_;
  }

  /// Part the first list of a small node and complete its split.
  void part_small(RowRange node, const NodeTotal& total, Split& split) {
    Key* const keys = keys_ + node.begin;
    Key right[small_node_rows];
    split.n_left = split.left_sum = 0;
    split.above = std::numeric_limits<std::int32_t>::max();
    std::int32_t left = 0;
    for (std::int32_t i = 0; i < node.size(); ++i) {
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
    for (std::int32_t i = left; i < node.size(); ++i) keys[i] = right[i - left];
  }

  /// Part the first n_lists features' lists: rows that go left to the front, order kept on both sides.
  void part(RowRange node, const Split& split, std::int64_t n_lists) {
    const Key* const sorted = keys_ + split.feature * stride_ + node.begin;
    for (std::int32_t i = 0; i < node.size(); ++i) goes_left_[row_of(sorted[i])] = i < split.rows_left;
    for (std::int64_t f = 0; f < n_lists; ++f) {
      if (f != split.feature) part_list(keys_ + f * stride_ + node.begin, node.size(), goes_left_, spare_);
    }
  }

  /// A second version of a node's rows, from here on parted apart from the first.
  RowRange copy(RowRange node) {
    const std::int64_t n_lists = node.size() > small_node_rows ? d_ : 1;
    for (std::int64_t f = 0; f < n_lists; ++f) {
      const Key* const keys = keys_ + f * stride_ + node.begin;
      std::copy(keys, keys + node.size(), keys_ + f * stride_ + end_);
    }
    const RowRange version{end_, end_ + node.size()};
    end_ = version.end;
    return version;
  }

 private:
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

  ReplicateSets sets_;
  WeightedTargets target_{};
  std::int32_t n_ = 0, end_ = 0;                 ///< distinct training rows; positions in use
  std::int64_t d_ = 0, width_ = 0, stride_ = 0;  ///< features; of a row's codes; of a feature's list
  std::int32_t small_rows_[small_node_rows];
  std::int32_t* codes_ = nullptr;  ///< by place, row-major
  Key* ordered_ = nullptr;         ///< every training row, d lists
  Key *keys_ = nullptr, *spare_ = nullptr;
  RunningSums running_{};
  std::uint8_t* goes_left_ = nullptr;
  Scratch<std::int32_t> place_store_, code_store_, count_store_;
  Scratch<std::int64_t> running_store_;
  Scratch<Key> ordered_store_, key_store_, spare_store_;
  Scratch<std::uint8_t> goes_left_store_;
};

}  // namespace kilofold::cpu
