// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/scratch.hpp"
#include "cpu/split_search.hpp"
#include "cpu/tree_kernels.hpp"
#include "kilofold/backend.hpp"

namespace kilofold::cpu {

/// What a row's copies are to the limits on rows: as many rows, or the weight of one.
enum class Copies { rows, weight };

/// What a tree is fitted to: one target a training row, and how often each row counts.
struct TreeSample {
  const double* target;
  const std::int32_t* copies;  ///< null: once each; rows with 0 copies are left out
  Copies meaning = Copies::rows;
};

/// An item's training rows as trees see them: each replicate set is one row, numbered by first appearance.
class ReplicateSets {
 public:
  /// Take an item's rows; `replicate` null: all differ. Returns the table row that stands for each set, this object's.
  const std::int32_t* start(const RowSetView& rows);
  std::int32_t count() const { return count_; }

  /// Fixed-point targets and copies of a sample by set; `n_listed` receives the number of its rows with their copies.
  WeightedTargets read(const TreeSample& sample, FixedPoint& unit, std::int64_t& n_listed);
  /// Does a set have rows of different targets in the sample?
  bool differ(std::int32_t set) const { return replicate_ != nullptr && differ_[set] != 0; }

 private:
  const std::int32_t* replicate_ = nullptr;  ///< by training row; null: all differ
  std::int32_t n_train_ = 0, count_ = 0;
  std::int64_t* weighted_ = nullptr;  ///< by training row: fixed-point target times copies
  std::int32_t* once_ = nullptr;
  std::int64_t *sum_ = nullptr, *value_ = nullptr;  ///< by set: of all its rows, and of the first one in the sample
  std::int32_t *listed_ = nullptr, *rows_ = nullptr;
  std::uint8_t* differ_ = nullptr;
  Scratch<std::int32_t> first_store_, once_store_, listed_store_, rows_store_;
  Scratch<std::int64_t> weighted_store_, sum_store_, value_store_;
  Scratch<std::uint8_t> differ_store_;
};

}  // namespace kilofold::cpu
