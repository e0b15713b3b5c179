// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kilofold/execute.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {

/// A run of slots of one family, or all slots of one bundle.
struct BatchRange {
  std::size_t family;
  std::vector<std::int64_t> slots;
};

/// What of a plan is to be computed, cut into batches: the same cuts for every shard, resume and thread count.
class Schedule {
 public:
  Schedule(const Plan& plan, const ExecuteOptions& options, const ExecuteHooks& hooks);

  std::int64_t n_batches() const { return n_batches_; }
  BatchRange batch(std::int64_t number) const;
  const UnitIndex& units(std::size_t family) const { return *units_[family]; }
  double unit_seconds(std::size_t family) const;
  double unit_cells(std::size_t family) const;  ///< on average

  /// Index of a point's trial within its model entry: of a candidate, that of the trial it is one for.
  std::int64_t trial_in_model(GroupId group, const UnitPoint& point) const {
    const std::optional<Tuning>& tuning = plan_.groups[static_cast<std::size_t>(group.value)].group.tuning;
    return tuning ? tuning->trial : first_trial_[static_cast<std::size_t>(group.value)] + point.trial;
  }
  bool is_done(GroupId group, const UnitPoint& point) const;
  /// Nothing of the slot is missing; a void slot is done.
  bool is_done(std::size_t family, std::int64_t slot) const;

  std::int64_t cells() const { return cells_; }        ///< to compute, all shards together
  double planned_seconds() const { return seconds_; }  ///< of the units to compute, likewise

 private:
  void find_missing(std::size_t family);
  /// A point stands for a cell: the first fold, and of candidates the first.
  bool begins_cell(GroupId group, const UnitPoint& point) const;

  const Plan& plan_;
  const ExecuteHooks& hooks_;
  std::vector<std::unique_ptr<UnitIndex>> units_;
  std::vector<std::int64_t> first_trial_;                        ///< by group, within its model
  std::vector<std::int64_t> units_per_batch_;                    ///< by family
  std::vector<std::int64_t> first_batch_;                        ///< by family
  std::vector<std::vector<std::vector<std::int64_t>>> bundles_;  ///< by family: slots of each bundle; empty: no bundles
  std::vector<std::vector<bool>> unit_done_;                     ///< by family and slot; empty: nothing is done
  std::int64_t n_batches_ = 0;
  std::int64_t cells_ = 0;
  double seconds_ = 0;
};

}  // namespace kilofold
