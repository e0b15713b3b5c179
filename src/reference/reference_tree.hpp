// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"
#include "kilofold/core/random.hpp"

namespace kilofold {

struct ReferenceTreeLimits {
  double max_depth = std::numeric_limits<double>::infinity();
  std::int64_t min_samples_split = 2;
  std::int64_t min_samples_leaf = 1;
  double max_features = std::numeric_limits<double>::infinity();
  double max_leaf_nodes = std::numeric_limits<double>::infinity();
  double min_impurity_decrease = 0;
  double ccp_alpha = 0;
};

/// One regression tree, grown and cut as docs/numerics.md defines, node by node in plain loops.
///
/// The target of a sample becomes whole multiples of a power of two, sums are exact integers, and every boundary
/// between neighbouring values of every feature is tried, features and thresholds ascending; a later split must gain
/// strictly more. Gains are rounded where that page rounds them: near ties are then decided as it says.
class ReferenceTree {
 public:
  /// Grow on a sample: rows of X (n, d) and y (n), a row that is drawn twice listed twice. `random` is the root's.
  ///
  /// Cost      O(d m log m) a level, m rows in the sample
  ReferenceTree(MatrixView<const double> X, std::span<const double> y, std::vector<std::int32_t> sample,
                const ReferenceTreeLimits& limits, NodeRandom random = {0});
  /// The same with rows that weigh a whole number each: weight (n), of table rows. Limits count rows.
  ReferenceTree(MatrixView<const double> X, std::span<const double> y, std::vector<std::int32_t> sample,
                std::vector<std::int64_t> weight, const ReferenceTreeLimits& limits, NodeRandom random = {0});

  /// Mean target of a row's leaf, in long double.
  long double mean(std::int32_t row) const { return leaf_of(row).mean; }
  /// The same from the whole multiples, as chains of trees see it.
  double rounded_mean(std::int32_t row) const { return leaf_of(row).rounded_mean; }

 private:
  using Rows = std::vector<std::int32_t>;
  __extension__ using Wide = __int128;
  struct Split {
    double gain = -1;  ///< below 0: none is admissible
    std::int64_t feature = -1;
    double threshold = 0;
  };
  struct Node {
    Rows rows;
    double depth;
    NodeRandom random;
    long double mean = 0;
    double rounded_mean = 0;
    double decrease = 0;  ///< of the sample's mean squared error
    Split split = {};
    std::size_t left = 0;  ///< the right child follows it
    bool is_leaf = true;
  };
  struct Branch {
    double decrease, leaves;
  };

  void measure(std::span<const double> y, const Rows& sample);
  void visit(std::size_t k);
  std::vector<std::int64_t> features_of(const Node& node) const;
  Split best_split(const Node& node) const;
  Wide sum(const Rows& rows) const;
  std::int64_t weight_of(const Rows& rows) const;
  void stop_where_little_is_gained();
  void keep_best();
  Branch cut_weak(std::size_t k);
  const Node& leaf_of(std::int32_t row) const;

  MatrixView<const double> X_;
  std::span<const double> y_;
  ReferenceTreeLimits limits_;
  std::vector<std::int64_t> weight_;    ///< by row of the table
  std::vector<std::int64_t> multiple_;  ///< likewise
  double midrange_ = 0, step_ = 1;
  std::vector<Node> nodes_;  ///< breadth first
};

/// Grow one regression tree on the training rows; predict the held-out rows.
///
/// Accuracy  means in long double
std::vector<double> reference_tree(MatrixView<const double> X, std::span<const double> y,
                                   std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                   const ReferenceTreeLimits& limits);

}  // namespace kilofold
