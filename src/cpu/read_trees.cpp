// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

void check(const ReadTreesArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0 && a.n_lanes >= 0, "n_items and n_lanes must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_rows(*a.table, a.rows[i]);
    require(a.slot[i] >= 0, "a slot must not be negative");
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    for (std::int64_t l = 0; l < a.n_lanes; ++l) {
      require_count(a.max_depth.values[i * a.max_depth.item_stride + l], 1, Infinite::allowed,
                    "max_depth must be a whole number >= 1, or infinite");
      require_count(a.n_estimators.values[i * a.n_estimators.item_stride + l], 1, Infinite::allowed,
                    "n_estimators must be a whole number >= 1");
    }
  }
}

/// One item's trees, and what each lane asks of them.
class Reader {
 public:
  Reader(const ReadTreesArgs& args, std::int64_t item)
      : args_(args),
        item_(item),
        slot_(args.slot[item]),
        begin_(args.tree.begin.data + slot_ * args.tree.begin.stride),
        feature_(args.tree.feature.data + slot_ * args.tree.feature.stride),
        cut_(args.tree.cut.data + slot_ * args.tree.cut.stride),
        left_(args.tree.left.data + slot_ * args.tree.left.stride),
        mean_(args.tree.mean.data + slot_ * args.tree.mean.stride) {
    std::int64_t grown = args.tree.n_members;
    if (args.combine != Combine::mean) grown = args.n_grown.data[slot_ * args.n_grown.stride];
    // no path is longer than the trees have nodes
    const double longest = begin_[args.tree.n_members];
    for (std::int64_t l = 0; l < args.n_lanes; ++l) {
      const double depth = args.max_depth.values[item * args.max_depth.item_stride + l];
      const double members = args.n_estimators.values[item * args.n_estimators.item_stride + l];
      depth_.push_back(static_cast<std::int64_t>(std::min(depth, longest)));
      members_.push_back(static_cast<std::int32_t>(std::min(members, static_cast<double>(grown))));
      args.n_used[item * args.n_lanes + l] = members_.back();
    }
    deepest_ = *std::ranges::max_element(depth_);
    most_ = *std::ranges::max_element(members_);
    path_.resize(static_cast<std::size_t>(std::min<std::int64_t>(deepest_, begin_[args.tree.n_members])) + 1);
  }

  /// Member by member, so that a tree is read while it is in cache.
  void read() {
    const std::int32_t n_rows = args_.rows[item_].n_held_out;
    const bool median = args_.combine == Combine::weighted_median;
    if (median)
      value_.resize(static_cast<std::size_t>(most_) * static_cast<std::size_t>(n_rows));
    else
      start_sums(n_rows);
    for (std::int32_t t = 0; t < most_; ++t)
      for (std::int32_t i = 0; i < n_rows; ++i) {
        const std::int64_t length = descend(t, args_.table->code + args_.rows[item_].held_out[i]);
        if (median)
          value_[static_cast<std::size_t>(i) * static_cast<std::size_t>(most_) + static_cast<std::size_t>(t)] =
              path_[static_cast<std::size_t>(length)];
        else
          add(t, i, length);
      }
    for (std::int32_t i = 0; i < n_rows; ++i)
      for (std::size_t l = 0; l < members_.size(); ++l) {
        if (median && l == 0) sort_values(i);
        double& result = out(l, i);
        if (median)
          result = median_of_first(members_[l]);
        else if (args_.combine == Combine::mean && args_.tree.n_members > 1)
          result /= members_[l];
      }
    std::fill_n(args_.status + item_ * args_.n_lanes, args_.n_lanes, args_.tree_status[slot_]);
  }

 private:
  /// Follow a row down member t: path_[0 .. length] are the means on its way.
  std::int64_t descend(std::int32_t t, const std::int32_t* code) {
    std::int32_t node = begin_[t];
    std::int64_t length = 0;
    path_[0] = mean_[node];
    while (length < deepest_ && feature_[node] >= 0) {
      node = left_[node] + (code[feature_[node] * args_.table->n] > cut_[node]);
      path_[static_cast<std::size_t>(++length)] = mean_[node];
    }
    return length;
  }

  double weight(std::int32_t t) const { return args_.weight.data[slot_ * args_.weight.stride + t]; }

  double& out(std::size_t lane, std::int32_t row) const {
    return args_.prediction
        .data[item_ * args_.prediction.stride + static_cast<std::int64_t>(lane) * args_.ld_held_out + row];
  }

  void start_sums(std::int32_t n_rows) const {
    const double start = args_.combine == Combine::mean ? 0.0 : args_.base.data[slot_ * args_.base.stride];
    for (std::size_t l = 0; l < depth_.size(); ++l)
      for (std::int32_t i = 0; i < n_rows; ++i) out(l, i) = start;
  }

  void add(std::int32_t t, std::int32_t row, std::int64_t length) const {
    const double factor = args_.combine == Combine::mean ? 1.0 : weight(t);
    for (std::size_t l = 0; l < depth_.size(); ++l) {
      if (t >= members_[l]) continue;
      double& total = out(l, row);
      total = std::fma(factor, path_[static_cast<std::size_t>(std::min(depth_[l], length))], total);
    }
  }

  /// Order the members by their predictions of a row: one sort for every lane's median. A chain is read at one depth.
  void sort_values(std::int32_t row) {
    sorted_ = value_.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(most_);
    order_.resize(static_cast<std::size_t>(most_));
    std::iota(order_.begin(), order_.end(), 0);
    std::ranges::sort(order_, [this](std::int32_t a, std::int32_t b) {
      return sorted_[a] < sorted_[b] || (sorted_[a] == sorted_[b] && a < b);
    });
  }

  /// The smallest of the first T predictions whose cumulative weight reaches half the total.
  double median_of_first(std::int32_t members) const {
    double total = 0;
    for (std::int32_t t : order_)
      if (t < members) total += weight(t);
    double reached = 0;
    for (std::int32_t t : order_) {
      if (t >= members) continue;
      reached += weight(t);
      if (reached >= 0.5 * total) return sorted_[t];
    }
    return std::numeric_limits<double>::quiet_NaN();
  }

  const ReadTreesArgs& args_;
  std::int64_t item_;
  std::int64_t slot_;
  const std::int32_t* begin_;
  const std::int32_t* feature_;
  const std::int32_t* cut_;
  const std::int32_t* left_;
  const double* mean_;
  std::vector<std::int64_t> depth_;    ///< by lane
  std::vector<std::int32_t> members_;  ///< by lane
  std::int64_t deepest_ = 0;
  std::int32_t most_ = 0;
  std::vector<double> path_;
  std::vector<double> value_;  ///< median only: member fastest, then row
  const double* sorted_ = nullptr;
  std::vector<std::int32_t> order_;
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
