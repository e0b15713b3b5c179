// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/tree_items.hpp"

#include <algorithm>
#include <limits>

#include "cpu/contract.hpp"
#include "cpu/scratch.hpp"
#include "kilofold/backend/leave.hpp"

namespace kilofold::cpu {

std::int32_t clipped(double count) {
  constexpr double most = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min(count, most));
}

TreeLimits LimitParameters::of_item(std::int64_t item, std::int64_t n_lanes, double max_features) const {
  TreeLimits limits{
      clipped(value(max_depth, item)), clipped(value(min_samples_split, item)), {}, clipped(max_features), {}};
  for (std::int64_t l = 0; l < n_lanes; ++l)
    limits.min_samples_leaf.push_back(clipped(value(min_samples_leaf, item, l)));
  std::ranges::sort(limits.min_samples_leaf);
  for (std::int64_t l = 0; l < n_lanes; ++l) {
    const auto place = std::ranges::lower_bound(limits.min_samples_leaf, clipped(value(min_samples_leaf, item, l)));
    limits.of_lane.push_back(static_cast<std::int32_t>(place - limits.min_samples_leaf.begin()));
  }
  return limits;
}

void check_trees(const TableView* table, std::int64_t n_items, const RowSetView* rows, const Parameter& n_estimators,
                 const LimitParameters& limits, const TreeBatch& tree) {
  check_table(table);
  require(n_items >= 0, "n_items must not be negative");
  for (std::int64_t i = 0; i < n_items; ++i) {
    check_rows(*table, rows[i]);
    require_count(value(n_estimators, i), 1, Infinite::refused, "n_estimators must be a whole number >= 1");
    require_count(value(limits.max_depth, i), 1, Infinite::allowed,
                  "max_depth must be a whole number >= 1, or infinite");
    require_count(value(limits.min_samples_split, i), 2, Infinite::refused,
                  "min_samples_split must be a whole number >= 2");
    const auto members = static_cast<std::int64_t>(value(n_estimators, i));
    require(members <= tree.n_members, "n_estimators must not pass n_members");
    std::int64_t nodes = 0;
    for (std::int64_t l = 0; l < tree.n_lanes; ++l) {
      const double min_leaf = value(limits.min_samples_leaf, i, l);
      require_count(min_leaf, 1, Infinite::refused, "min_samples_leaf must be a whole number >= 1");
      nodes += 2 * std::int64_t{std::max(1, rows[i].n_train / clipped(min_leaf))} - 1;
    }
    require(tree.capacity >= members * nodes, "capacity must hold 2 n_train / min_samples_leaf - 1 nodes a tree");
  }
}

const std::int32_t* rows_in_order(const TableView& table) {
  thread_local Scratch<std::int32_t> order_store, place_store;
  std::int32_t* const order = order_store.get(table.n * table.d);
  for (std::int64_t f = 0; f < table.d; ++f) {
    const std::int64_t n_levels = table.level_begin[f + 1] - table.level_begin[f];
    const std::int32_t* const code = table.code + f * table.n;
    std::int32_t* const place = place_store.get(n_levels + 1);
    std::fill(place, place + n_levels + 1, 0);
    for (std::int64_t i = 0; i < table.n; ++i) ++place[code[i] + 1];
    for (std::int64_t c = 0; c < n_levels; ++c) place[c + 1] += place[c];
    for (std::int64_t i = 0; i < table.n; ++i) {
      order[f * table.n + place[code[i]]++] = static_cast<std::int32_t>(i);
    }
  }
  return order;
}

const double* training_target(const TableView& table, const RowSetView& rows) {
  thread_local Scratch<double> store;
  double* const target = store.get(padded(rows.n_train));
  for (std::int32_t i = 0; i < rows.n_train; ++i) target[i] = table.y[rows.train[i]];
  std::fill(target + rows.n_train, target + padded(rows.n_train), 0.0);
  return target;
}

MemberGrower::MemberGrower(const TableView& table, const std::int32_t* order, const RowSetView& rows,
                           const TreeBatch& tree, std::int64_t item, Gains gains)
    : rows_(rows),
      tree_(tree),
      lanes_(static_cast<std::int32_t>(tree.n_lanes)),
      begin_(tree.begin.data + item * tree.begin.stride),
      arrays_{tree.feature.data + item * tree.feature.stride,
              tree.cut.data + item * tree.cut.stride,
              tree.left.data + item * tree.left.stride,
              tree.mean.data + item * tree.mean.stride,
              0,
              tree.gain.data == nullptr ? nullptr : tree.gain.data + item * tree.gain.stride},
      table_(table) {
  begin_[0] = 0;
  if (gains == Gains::wanted && arrays_.gain == nullptr) {
    thread_local Scratch<double> gain_store;
    member_gain_ = gain_store.get(2 * std::int64_t{rows.n_train});
  }
  if (table.n <= (std::int64_t{1} << 16)) {
    thread_local TreeGrower<std::uint32_t> grower;
    narrow_ = &grower;
    grower.start(table, order, rows, lanes_);
  } else {
    thread_local TreeGrower<std::uint64_t> grower;
    wide_ = &grower;
    grower.start(table, order, rows, lanes_);
  }
}

TreeArrays MemberGrower::next() const {
  const std::int32_t first = begin_[n_trees_];
  return {arrays_.feature + first,
          arrays_.cut + first,
          arrays_.left + first,
          arrays_.mean + first,
          first,
          arrays_.gain == nullptr ? member_gain_ : arrays_.gain + first};
}

template <class Key>
void MemberGrower::grow_lanes(TreeGrower<Key>& grower, const TreeSample& sample, const TreeLimits& limits,
                              NodeRandom random) {
  if (lanes_ == 1) {
    const TreeArrays tree = next();
    begin_[++n_trees_] = tree.first_node + grower.grow(sample, limits, random, tree);
    return;
  }
  thread_local SharedTree shared;
  grower.grow(sample, limits, random, arrays_.gain != nullptr, shared);
  for (const std::int32_t limit : limits.of_lane) {
    const TreeArrays tree = next();
    begin_[++n_trees_] = tree.first_node + shared.write(limit, tree);
  }
}

void MemberGrower::grow(const TreeSample& sample, const TreeLimits& limits, NodeRandom random) {
  leave_if_stopped();
  if (narrow_ != nullptr)
    grow_lanes(*narrow_, sample, limits, random);
  else
    grow_lanes(*wide_, sample, limits, random);
}

void MemberGrower::cut(const LeafLimit& limit) {
  thread_local LeafReplay replay;
  const std::int32_t first = begin_[n_trees_ - 1], n_nodes = begin_[n_trees_] - first;
  const double* const gain = arrays_.gain == nullptr ? member_gain_ : arrays_.gain + first;
  const std::uint8_t* const leaf = replay.leaves(
      {arrays_.feature + first, arrays_.cut + first, arrays_.left + first, arrays_.mean + first, first, n_nodes}, gain,
      std::numeric_limits<std::int64_t>::max(), limit);
  for (std::int32_t k = 0; k < n_nodes; ++k)
    if (leaf[k] != 0) arrays_.feature[first + k] = arrays_.cut[first + k] = arrays_.left[first + k] = -1;
}

void MemberGrower::drop() { --n_trees_; }

void MemberGrower::predict_training(double* prediction) {
  if (descent_ == nullptr) {
    thread_local Descent descent;
    descent_ = &descent;
    descent.start(table_, {rows_.train, static_cast<std::size_t>(rows_.n_train)});
  }
  const std::int32_t first = begin_[n_trees_ - 1];
  const double* const mean = arrays_.mean + first;
  descent_->enter(
      {arrays_.feature + first, arrays_.cut + first, arrays_.left + first, mean, first, begin_[n_trees_] - first});
  while (descent_->step()) {
  }
  for (std::int32_t i = 0; i < rows_.n_train; ++i) prediction[i] = mean[descent_->node(i)];
}

void MemberGrower::finish() {
  std::fill(begin_ + n_trees_ + 1, begin_ + tree_.n_members * lanes_ + 1, begin_[n_trees_]);
}

}  // namespace kilofold::cpu
