// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/scratch.hpp"

namespace kilofold::cpu {

/// One item's arrays of a TreeBatch, from the first node of a tree on; `first_node` is that node's number.
struct TreeArrays {
  std::int32_t* feature;
  std::int32_t* cut;
  std::int32_t* left;
  double* mean;
  std::int32_t first_node;
  double* gain;  ///< null: not wanted
};

/// The trees that one sample gives under several min_samples_leaf, ascending: equal nodes are there once.
///
/// A node's split serves the limits below `served`; for the others the same rows are another node, its `alternative`,
/// with a split of their own, or with none.
class SharedTree {
 public:
  void start(std::int64_t most_nodes, bool wants_gains) {
    nodes_ = {feature_store_.get(most_nodes),
              cut_store_.get(most_nodes),
              left_store_.get(most_nodes),
              mean_store_.get(most_nodes),
              0,
              wants_gains ? gain_store_.get(most_nodes) : nullptr};
    alternative_ = alternative_store_.get(most_nodes);
    served_ = served_store_.get(most_nodes);
    queue_ = queue_store_.get(most_nodes);
  }

  const TreeArrays& nodes() const { return nodes_; }

  void set(std::int32_t node, std::int32_t served, std::int32_t alternative) {
    served_[node] = served;
    alternative_[node] = alternative;
  }

  /// The tree of one limit, breadth first as if it had grown alone. Returns the number of its nodes.
  std::int32_t write(std::int32_t limit, const TreeArrays& tree) const {
    queue_[0] = 0;
    std::int32_t count = 1;
    for (std::int32_t k = 0; k < count; ++k) {
      std::int32_t node = queue_[k];
      while (limit >= served_[node] && alternative_[node] >= 0) node = alternative_[node];
      const bool splits = limit < served_[node];
      tree.mean[k] = nodes_.mean[node];
      tree.feature[k] = splits ? nodes_.feature[node] : -1;
      tree.cut[k] = splits ? nodes_.cut[node] : -1;
      tree.left[k] = splits ? tree.first_node + count : -1;
      if (tree.gain != nullptr) tree.gain[k] = splits ? nodes_.gain[node] : 0;
      queue_[count] = nodes_.left[node];
      queue_[count + 1] = nodes_.left[node] + 1;
      count += splits ? 2 : 0;
    }
    return count;
  }

 private:
  TreeArrays nodes_{};
  std::int32_t *alternative_ = nullptr, *served_ = nullptr, *queue_ = nullptr;
  Scratch<std::int32_t> feature_store_, cut_store_, left_store_, alternative_store_, served_store_, queue_store_;
  Scratch<double> mean_store_, gain_store_;
};

}  // namespace kilofold::cpu
