// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
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
      require(a.tree_lane == nullptr || (a.tree_lane[l] >= 0 && a.tree_lane[l] < a.tree.n_lanes),
              "tree_lane must be a lane of the trees");
      require_count(value(a.max_depth, i, l), 1, Infinite::allowed,
                    "max_depth must be a whole number >= 1, or infinite");
      require_count(value(a.n_estimators, i, l), 1, Infinite::allowed, "n_estimators must be a whole number >= 1");
    }
  }
}

/// A lane by number, and what it asks for.
struct Lane {
  std::int32_t tree;  ///< lane of the trees
  LeafLimit leaves;
  std::int64_t depth;
  std::int32_t members;
  std::size_t number;

  bool same_cut(const Lane& other) const { return leaves == other.leaves && depth == other.depth; }
};

/// One item's trees, and what each lane asks of them. Lanes of the same trees that cut them alike share their sums;
/// those without limits on leaves come first, by depth.
class Reader {
 public:
  Reader(const ReadTreesArgs& args, std::int64_t item)
      : args_(args), item_(item), slot_(args.slot[item]), n_rows_(args.rows[item].n_held_out) {
    std::int64_t grown = args.tree.n_members;
    if (args.combine != Combine::mean) grown = args.n_grown.data[slot_ * args.n_grown.stride];
    // no path is longer than the trees have nodes
    const double longest = begin()[args.tree.n_members * args.tree.n_lanes];
    for (std::int64_t l = 0; l < args.n_lanes; ++l) {
      const double depth = value(args.max_depth, item, l);
      const double members = value(args.n_estimators, item, l);
      lanes_.push_back({args.tree_lane == nullptr ? 0 : args.tree_lane[l], leaf_limit(args.leaves, item, l),
                        static_cast<std::int64_t>(std::min(depth, longest)),
                        static_cast<std::int32_t>(std::min(members, static_cast<double>(grown))),
                        static_cast<std::size_t>(l)});
      args.n_used[item * args.n_lanes + l] = lanes_.back().members;
    }
    std::ranges::sort(lanes_, {}, [](const Lane& lane) {
      return std::tuple(lane.tree, lane.leaves.limits(), lane.leaves, lane.depth, lane.members);
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
    for (auto first = lanes_.begin(); first != lanes_.end();) {
      const auto end = std::find_if(first, lanes_.end(), [&](const Lane& lane) { return lane.tree != first->tree; });
      const std::span<const Lane> lanes(first, end);
      if (args_.combine == Combine::weighted_median)
        read_medians(descent, lanes);
      else
        read_sums(descent, lanes);
      first = end;
    }
  }

 private:
  const std::int32_t* begin() const { return args_.tree.begin.data + slot_ * args_.tree.begin.stride; }
  const double* weight() const { return args_.weight.data + slot_ * args_.weight.stride; }

  double* out(const Lane& lane) const {
    return args_.prediction.data + item_ * args_.prediction.stride +
           static_cast<std::int64_t>(lane.number) * args_.ld_held_out;
  }

  const std::int32_t* begin_of(std::int32_t t, std::int32_t lane) const {
    return begin() + t * args_.tree.n_lanes + lane;
  }

  MemberNodes member(std::int32_t t, std::int32_t lane) const {
    const TreeBatch& tree = args_.tree;
    const std::int32_t first = begin_of(t, lane)[0];
    return {tree.feature.data + slot_ * tree.feature.stride + first,
            tree.cut.data + slot_ * tree.cut.stride + first,
            tree.left.data + slot_ * tree.left.stride + first,
            tree.mean.data + slot_ * tree.mean.stride + first,
            first,
            begin_of(t, lane)[1] - first};
  }

  /// Each member's means on the way down, wherever a lane's depth is reached.
  void read_sums(Descent& descent, std::span<const Lane> lanes) {
    thread_local Scratch<double> mean_store, sum_store;
    double* const mean = mean_store.get(padded(n_rows_));
    const auto begins_cut = [&](const Lane& lane) { return &lane == lanes.data() || !(&lane)[-1].same_cut(lane); };
    const auto n_cuts = std::ranges::count_if(lanes, begins_cut);
    double* const sums = sum_store.get(n_cuts * padded(n_rows_));
    const bool forest = args_.combine == Combine::mean;
    std::fill(sums, sums + n_cuts * padded(n_rows_), forest ? 0.0 : args_.base.data[slot_ * args_.base.stride]);
    std::fill(mean, mean + padded(n_rows_), 0.0);
    const std::int32_t most = std::ranges::max(lanes, {}, &Lane::members).members;
    for (std::int32_t t = 0; t < most; ++t) {
      const MemberNodes nodes = member(t, lanes.front().tree);
      descent.enter(nodes);
      std::int64_t depth = 0;
      bool moving = true;
      double* sum = sums;
      for (auto lane = lanes.begin(); lane != lanes.end(); sum += padded(n_rows_)) {
        if (lane->leaves.limits()) descend_to_leaves(descent, nodes, *lane);
        for (; !lane->leaves.limits() && moving && depth < lane->depth; ++depth) moving = descent.step();
        for (std::int32_t i = 0; i < n_rows_; ++i) mean[i] = nodes.mean[descent.node(i)];
        add_scaled(forest ? 1.0 : weight()[t], mean, padded(n_rows_), sum);
        for (const Lane& first = *lane; lane != lanes.end() && lane->same_cut(first); ++lane)
          if (lane->members == t + 1) finish(*lane, sum);
      }
    }
  }

  void descend_to_leaves(Descent& descent, const MemberNodes& nodes, const Lane& lane) const {
    thread_local LeafReplay replay;
    const double* const gain = args_.tree.gain.data + slot_ * args_.tree.gain.stride + nodes.first_node;
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
  void read_medians(Descent& descent, std::span<const Lane> lanes) {
    thread_local Scratch<double> value_store, row_store;
    thread_local WeightedMedian medians;
    const std::int64_t ld = padded(n_rows_);
    const std::int32_t most = std::ranges::max(lanes, {}, &Lane::members).members;
    double* const value = value_store.get(ld * most);
    for (std::int32_t t = 0; t < most; ++t) {
      const MemberNodes nodes = member(t, lanes.front().tree);
      descent.enter(nodes);
      for (std::int64_t depth = 0; depth < lanes.back().depth && descent.step();) ++depth;
      for (std::int32_t i = 0; i < n_rows_; ++i) value[t * ld + i] = nodes.mean[descent.node(i)];
    }
    std::vector<std::int32_t> first;
    for (const Lane& lane : lanes) first.push_back(lane.members);
    medians.start({weight(), static_cast<std::size_t>(most)}, first);
    std::vector<double> median(lanes.size());
    // eight rows at a time: a cache line of every member
    double* const rows = row_store.get(8 * std::int64_t{most});
    for (std::int32_t i = 0; i < n_rows_; ++i) {
      for (std::int32_t t = 0; i % 8 == 0 && t < most; ++t)
        for (std::int32_t k = 0; k < 8; ++k) rows[k * most + t] = value[t * ld + i + k];
      medians.find(rows + (i % 8) * most, median.data());
      for (std::size_t l = 0; l < lanes.size(); ++l) out(lanes[l])[i] = median[l];
    }
  }

  const ReadTreesArgs& args_;
  std::int64_t item_;
  std::int64_t slot_;
  std::int32_t n_rows_;
  std::vector<Lane> lanes_;  ///< by tree, then ascending depth, then members
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
