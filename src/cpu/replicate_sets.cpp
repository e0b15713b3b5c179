// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/replicate_sets.hpp"

#include <algorithm>
#include <numeric>

namespace kilofold::cpu {

const std::int32_t* ReplicateSets::start(const RowSetView& rows) {
  n_train_ = rows.n_train;
  const bool all_differ = rows.replicate == nullptr || rows.n_unique == n_train_;
  replicate_ = all_differ ? nullptr : rows.replicate;
  count_ = all_differ ? n_train_ : rows.n_unique;
  weighted_ = weighted_store_.get(n_train_);
  once_ = once_store_.get(n_train_);
  std::fill(once_, once_ + n_train_, 1);
  if (all_differ) return rows.train;
  sum_ = sum_store_.get(count_);
  value_ = value_store_.get(count_);
  listed_ = listed_store_.get(count_);
  rows_ = rows_store_.get(count_);
  differ_ = differ_store_.get(count_);
  std::int32_t* const first = first_store_.get(count_);
  for (std::int32_t i = 0, next = 0; i < n_train_; ++i)
    if (replicate_[i] == next) first[next++] = rows.train[i];
  return first;
}

WeightedTargets ReplicateSets::read(const TreeSample& sample, FixedPoint& unit, std::int64_t& n_listed) {
  const std::int32_t* const copies = sample.copies == nullptr ? once_ : sample.copies;
  const Extremes range = extremes(sample.target, sample.copies, n_train_);
  n_listed = std::accumulate(copies, copies + n_train_, std::int64_t{0});
  unit = fixed_point(range.lowest, range.highest, n_listed);
  weigh_targets(sample.target, sample.copies, n_train_, unit, weighted_);
  const bool are_weights = sample.meaning == Copies::weight;
  if (replicate_ == nullptr) return {weighted_, copies, are_weights ? once_ : nullptr};

  std::fill(sum_, sum_ + count_, 0);
  std::fill(listed_, listed_ + count_, 0);
  std::fill(rows_, rows_ + count_, 0);
  std::fill(differ_, differ_ + count_, 0);
  for (std::int32_t i = 0; i < n_train_; ++i) {
    if (copies[i] == 0) continue;
    const std::int32_t set = replicate_[i];
    const std::int64_t value = weighted_[i] / copies[i];
    if (listed_[set] == 0) value_[set] = value;
    if (value_[set] != value) differ_[set] = 1;
    listed_[set] += copies[i];
    ++rows_[set];
    sum_[set] += weighted_[i];
  }
  return {sum_, listed_, are_weights ? rows_ : nullptr};
}

}  // namespace kilofold::cpu
