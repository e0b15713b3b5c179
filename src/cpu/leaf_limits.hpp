// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "cpu/descent.hpp"

namespace kilofold::cpu {

/// The values of backend.hpp's LeafLimits for one item or lane.
struct LeafLimit {
  double max_leaf_nodes;
  double min_impurity_decrease;
  double ccp_alpha;

  bool limits() const;
  friend auto operator<=>(const LeafLimit&, const LeafLimit&) = default;
};

/// Values number `index` of the item's, checked.
LeafLimit leaf_limit(const LeafLimits& leaves, std::int64_t item, std::int64_t index);

/// Decides which nodes of a grown tree are leaves under such limits, by replaying its gains.
///
/// Sums of gains are formed bottom-up, gain + (left + right), so they do not depend on the order of cutting.
/// Cost      O(nodes), and O(leaves log leaves) under max_leaf_nodes
class LeafReplay {
 public:
  /// One flag a node: it is a leaf, if it can be reached. Valid until the next call.
  const std::uint8_t* leaves(const MemberNodes& tree, const double* gain, std::int64_t max_depth,
                             const LeafLimit& limit);

 private:
  void stop_early(const MemberNodes& tree, const double* gain, std::int64_t max_depth, double least_gain);
  void keep_best(const MemberNodes& tree, const double* gain, double max_leaf_nodes);
  void cut_weak(const MemberNodes& tree, const double* gain, double alpha);

  std::vector<std::uint8_t> leaf_;
  std::vector<std::int64_t> depth_;
  std::vector<std::pair<double, std::int32_t>> open_;  ///< heap of gain, minus the node's number
  std::vector<std::pair<double, double>> branch_;      ///< gain and leaves of what hangs on a node
};

}  // namespace kilofold::cpu
