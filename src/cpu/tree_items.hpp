// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/contract.hpp"
#include "cpu/descent.hpp"
#include "cpu/leaf_limits.hpp"
#include "cpu/tree_grower.hpp"
#include "kilofold/backend.hpp"

/// What growing forests and growing chains have in common.
namespace kilofold::cpu {

/// A whole number that may be infinite, as an int32.
std::int32_t clipped(double count);

/// The limits on trees that ops take alike.
struct LimitParameters {
  Parameter max_depth;
  Parameter min_samples_split;
  Parameter min_samples_leaf;

  TreeLimits of_item(std::int64_t item, std::int64_t n_lanes, double max_features) const;
};

/// Refuse what breaks the contract: rows, limits, numbers of members, capacity.
void check_trees(const TableView* table, std::int64_t n_items, const RowSetView* rows, const Parameter& n_estimators,
                 const LimitParameters& limits, const TreeBatch& tree);

/// Every feature's table rows in ascending code (and row) order: (n, d), of this thread until the next call.
const std::int32_t* rows_in_order(const TableView& table);

/// The training target, one a training row, then zeros up to whole blocks; this thread's, until the next call.
const double* training_target(const TableView& table, const RowSetView& rows);

/// Grows the members of one item one after another, each in every lane, and keeps `begin` in step; one at a time a
/// thread. Two 16-bit halves of a key serve tables of at most 2^16 rows, where no row set with copies has more; codes
/// are then that small too.
class MemberGrower {
 public:
  enum class Gains { as_batch, wanted };
  MemberGrower(const TableView& table, const std::int32_t* order, const RowSetView& rows, const TreeBatch& tree,
               std::int64_t item, Gains gains = Gains::as_batch);

  void grow(const TreeSample& sample, const TreeLimits& limits, NodeRandom random);
  /// Cut the latest member under limits that look at gains. These must have been wanted when it grew. One lane.
  void cut(const LeafLimit& limit);
  /// Forget the latest member. One lane.
  void drop();
  std::int32_t n_members() const { return n_trees_ / lanes_; }
  /// Predictions of the latest member for the training rows. One lane.
  void predict_training(double* prediction);
  /// Mark the members that were not grown as empty.
  void finish();

 private:
  template <class Key>
  void grow_lanes(TreeGrower<Key>& grower, const TreeSample& sample, const TreeLimits& limits, NodeRandom random);
  /// Where the next tree goes.
  TreeArrays next() const;

  const RowSetView& rows_;
  const TreeBatch& tree_;
  const std::int32_t lanes_;
  TreeGrower<std::uint32_t>* narrow_ = nullptr;
  TreeGrower<std::uint64_t>* wide_ = nullptr;
  Descent* descent_ = nullptr;  ///< started when first needed
  std::int32_t* begin_;
  TreeArrays arrays_;
  const TableView& table_;
  double* member_gain_ = nullptr;  ///< of one member, where the batch keeps none
  std::int32_t n_trees_ = 0;
};

}  // namespace kilofold::cpu
