// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "cpu/contract.hpp"
#include "cpu/descent.hpp"
#include "cpu/leaf_limits.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "cpu/tree_kernels.hpp"
#include "cpu/weighted_median.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

void check(const ReadTreesArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0 && a.n_lanes >= 0, "n_items and n_lanes must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_rows(*a.table, a.rows[i]);
    require(a.slot[i] >= 0, "a slot must not be negative");
    require(!a.leaves.any() || a.tree.gain.data != nullptr, "limits on leaves need the gains of the trees");
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    for (std::int64_t l = 0; l < a.n_lanes; ++l) {
      require_count(value(a.max_depth, i, l), 1, Infinite::allowed,
                    "max_depth must be a whole number >= 1, or infinite");
      require_count(value(a.n_estimators, i, l), 1, Infinite::allowed, "n_estimators must be a whole number >= 1");
    }
  }
}

/// A lane by number, and what it asks for.
struct Lane {
  LeafLimit leaves;
  std::int64_t depth;
  std::int32_t members;
  std::size_t number;

  bool same_cut(const Lane& other) const { return leaves == other.leaves && depth == other.depth; }
};

/// One item's trees, and what each lane asks of them. Lanes that cut trees alike share their sums; those without limits
/// on leaves come first, by depth.
class Reader {
 public:
  Reader(const ReadTreesArgs& args, std::int64_t item)
      : args_(args), item_(item), slot_(args.slot[item]), n_rows_(args.rows[item].n_held_out) {
    std::int64_t grown = args.tree.n_members;
    if (args.combine != Combine::mean) grown = args.n_grown.data[slot_ * args.n_grown.stride];
    // no path is longer than the trees have nodes
    const double longest = begin()[args.tree.n_members];
    for (std::int64_t l = 0; l < args.n_lanes; ++l) {
      const double depth = value(args.max_depth, item, l);
      const double members = value(args.n_estimators, item, l);
      lanes_.push_back({leaf_limit(args.leaves, item, l), static_cast<std::int64_t>(std::min(depth, longest)),
                        static_cast<std::int32_t>(std::min(members, static_cast<double>(grown))),
                        static_cast<std::size_t>(l)});
      args.n_used[item * args.n_lanes + l] = lanes_.back().members;
      most_ = std::max(most_, lanes_.back().members);
    }
    std::ranges::sort(lanes_, {}, [](const Lane& lane) {
      return std::tuple(lane.leaves.limits(), lane.leaves, lane.depth, lane.members);
    });
  }

  void read() {
    const std::int32_t status = args_.tree_status[slot_];
    std::fill_n(args_.status + item_ * args_.n_lanes, args_.n_lanes, status);
    if (failed(static_cast<FitStatus>(status))) {
      for (const Lane& lane : lanes_) std::fill_n(out(lane), n_rows_, std::numeric_limits<double>::quiet_NaN());
      return;
    }
    thread_local Descent descent;
    descent.start(*args_.table, {args_.rows[item_].held_out, static_cast<std::size_t>(n_rows_)});
    if (args_.combine == Combine::weighted_median)
      read_medians(descent);
    else
      read_sums(descent);
  }

 private:
  const std::int32_t* begin() const { return args_.tree.begin.data + slot_ * args_.tree.begin.stride; }
  const double* weight() const { return args_.weight.data + slot_ * args_.weight.stride; }

  double* out(const Lane& lane) const {
    return args_.prediction.data + item_ * args_.prediction.stride +
           static_cast<std::int64_t>(lane.number) * args_.ld_held_out;
  }

  MemberNodes member(std::int32_t t) const {
    const TreeBatch& tree = args_.tree;
    const std::int32_t first = begin()[t];
    return {tree.feature.data + slot_ * tree.feature.stride + first,
            tree.cut.data + slot_ * tree.cut.stride + first,
            tree.left.data + slot_ * tree.left.stride + first,
            tree.mean.data + slot_ * tree.mean.stride + first,
            first,
            begin()[t + 1] - first};
  }

  /// Each member's means on the way down, wherever a lane's depth is reached.
  void read_sums(Descent& descent) {
    thread_local Scratch<double> mean_store, sum_store;
    double* const mean = mean_store.get(padded(n_rows_));
    const auto n_cuts = std::ranges::count_if(lanes_, [this](const Lane& lane) { return begins_cut(lane); });
    double* const sums = sum_store.get(n_cuts * padded(n_rows_));
    const bool forest = args_.combine == Combine::mean;
    std::fill(sums, sums + n_cuts * padded(n_rows_), forest ? 0.0 : args_.base.data[slot_ * args_.base.stride]);
    std::fill(mean, mean + padded(n_rows_), 0.0);
    for (std::int32_t t = 0; t < most_; ++t) {
      const MemberNodes nodes = member(t);
      descent.enter(nodes);
      std::int64_t depth = 0;
      bool moving = true;
      double* sum = sums;
      for (auto lane = lanes_.begin(); lane != lanes_.end(); sum += padded(n_rows_)) {
        if (lane->leaves.limits()) descend_to_leaves(descent, nodes, t, *lane);
        for (; !lane->leaves.limits() && moving && depth < lane->depth; ++depth) moving = descent.step();
        for (std::int32_t i = 0; i < n_rows_; ++i) mean[i] = nodes.mean[descent.node(i)];
        add_scaled(forest ? 1.0 : weight()[t], mean, padded(n_rows_), sum);
        for (const Lane& first = *lane; lane != lanes_.end() && lane->same_cut(first); ++lane)
          if (lane->members == t + 1) finish(*lane, sum);
      }
    }
  }

  bool begins_cut(const Lane& lane) const { return &lane == lanes_.data() || !(&lane)[-1].same_cut(lane); }

  void descend_to_leaves(Descent& descent, const MemberNodes& nodes, std::int32_t t, const Lane& lane) const {
    thread_local LeafReplay replay;
    const double* const gain = args_.tree.gain.data + slot_ * args_.tree.gain.stride + begin()[t];
    descent.enter(nodes, replay.leaves(nodes, gain, lane.depth, lane.leaves));
    while (descent.step()) {
    }
  }

  void finish(const Lane& lane, const double* sum) const {
    double* const prediction = out(lane);
    const bool divide = args_.combine == Combine::mean && args_.tree.n_members > 1;
    for (std::int32_t i = 0; i < n_rows_; ++i) prediction[i] = divide ? sum[i] / lane.members : sum[i];
  }

  /// Every member's predictions, then each row's medians. A chain is read at one depth.
  void read_medians(Descent& descent) {
    thread_local Scratch<double> value_store, row_store;
    thread_local WeightedMedian medians;
    const std::int64_t ld = padded(n_rows_);
    double* const value = value_store.get(ld * most_);
    for (std::int32_t t = 0; t < most_; ++t) {
      const MemberNodes nodes = member(t);
      descent.enter(nodes);
      for (std::int64_t depth = 0; depth < lanes_.back().depth && descent.step();) ++depth;
      for (std::int32_t i = 0; i < n_rows_; ++i) value[t * ld + i] = nodes.mean[descent.node(i)];
    }
    std::vector<std::int32_t> first;
    for (const Lane& lane : lanes_) first.push_back(lane.members);
    medians.start({weight(), static_cast<std::size_t>(most_)}, first);
    std::vector<double> median(lanes_.size());
    // eight rows at a time: a cache line of every member
    double* const rows = row_store.get(8 * std::int64_t{most_});
    for (std::int32_t i = 0; i < n_rows_; ++i) {
      for (std::int32_t t = 0; i % 8 == 0 && t < most_; ++t)
        for (std::int32_t k = 0; k < 8; ++k) rows[k * most_ + t] = value[t * ld + i + k];
      medians.find(rows + (i % 8) * most_, median.data());
      for (std::size_t l = 0; l < lanes_.size(); ++l) out(lanes_[l])[i] = median[l];
    }
  }

  const ReadTreesArgs& args_;
  std::int64_t item_;
  std::int64_t slot_;
  std::int32_t n_rows_;
  std::vector<Lane> lanes_;  ///< ascending depth, then members
  std::int32_t most_ = 0;
};

}  // namespace

int read_trees(const ReadTreesArgs* args) {
  return guarded("read_trees", [&] {
    check(*args);
    if (args->n_lanes == 0) return;
    for (std::int64_t item = 0; item < args->n_items; ++item) Reader(*args, item).read();
  });
}

}  // namespace kilofold::cpu
