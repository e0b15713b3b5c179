// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/leaf_limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/contract.hpp"

namespace kilofold::cpu {
namespace {

double value_or(const Parameter& parameter, std::int64_t item, std::int64_t index, double otherwise) {
  return parameter.values == nullptr ? otherwise : value(parameter, item, index);
}

}  // namespace

bool LeafLimit::limits() const { return std::isfinite(max_leaf_nodes) || min_impurity_decrease > 0 || ccp_alpha > 0; }

LeafLimit leaf_limit(const LeafLimits& leaves, std::int64_t item, std::int64_t index) {
  const LeafLimit limit{value_or(leaves.max_leaf_nodes, item, index, std::numeric_limits<double>::infinity()),
                        value_or(leaves.min_impurity_decrease, item, index, 0),
                        value_or(leaves.ccp_alpha, item, index, 0)};
  require_count(limit.max_leaf_nodes, 2, Infinite::allowed, "max_leaf_nodes must be a whole number >= 2, or infinite");
  require(limit.min_impurity_decrease >= 0, "min_impurity_decrease must not be negative");
  require(limit.ccp_alpha >= 0, "ccp_alpha must not be negative");
  return limit;
}

const std::uint8_t* LeafReplay::leaves(const MemberNodes& tree, const double* gain, std::int64_t max_depth,
                                       const LeafLimit& limit) {
  stop_early(tree, gain, max_depth, limit.min_impurity_decrease);
  if (std::isfinite(limit.max_leaf_nodes)) keep_best(tree, gain, limit.max_leaf_nodes);
  if (limit.ccp_alpha > 0) cut_weak(tree, gain, limit.ccp_alpha);
  return leaf_.data();
}

void LeafReplay::stop_early(const MemberNodes& tree, const double* gain, std::int64_t max_depth, double least_gain) {
  const auto n = static_cast<std::size_t>(tree.n_nodes);
  leaf_.resize(n);
  depth_.assign(n, 0);
  for (std::size_t k = 0; k < n; ++k) {
    leaf_[k] = tree.feature[k] < 0 || depth_[k] >= max_depth || gain[k] < least_gain;
    if (tree.feature[k] < 0) continue;
    const auto left = static_cast<std::size_t>(tree.left[k] - tree.first_node);
    depth_[left] = depth_[left + 1] = depth_[k] + 1;
  }
}

void LeafReplay::keep_best(const MemberNodes& tree, const double* gain, double max_leaf_nodes) {
  open_.clear();
  const auto open = [&](std::int32_t k) {
    if (leaf_[static_cast<std::size_t>(k)]) return;
    open_.emplace_back(gain[k], -k);
    std::push_heap(open_.begin(), open_.end());
  };
  open(0);
  for (double n_leaves = 1; !open_.empty() && n_leaves < max_leaf_nodes; ++n_leaves) {
    std::pop_heap(open_.begin(), open_.end());
    const std::int32_t left = tree.left[-open_.back().second] - tree.first_node;
    open_.pop_back();
    open(left);
    open(left + 1);
  }
  for (const auto& [unused, k] : open_) leaf_[static_cast<std::size_t>(-k)] = 1;
}

void LeafReplay::cut_weak(const MemberNodes& tree, const double* gain, double alpha) {
  branch_.resize(leaf_.size());
  for (std::size_t k = leaf_.size(); k-- > 0;) {
    branch_[k] = {0, 1};
    if (leaf_[k]) continue;
    const auto left = static_cast<std::size_t>(tree.left[k] - tree.first_node);
    const double below = branch_[left].first + branch_[left + 1].first;
    const double n_leaves = branch_[left].second + branch_[left + 1].second;
    if (gain[k] + below <= alpha * (n_leaves - 1))
      leaf_[k] = 1;
    else
      branch_[k] = {gain[k] + below, n_leaves};
  }
}

}  // namespace kilofold::cpu
