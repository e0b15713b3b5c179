// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "execute/schedule.hpp"
#include "execute/tile.hpp"

namespace kilofold {

/// What one batch gave.
struct Finished {
  std::vector<CellBlock> blocks;
  std::int64_t cells = 0;
  std::int64_t fits = 0;
  std::int64_t failed_fits = 0;
  double planned_seconds = 0;
  bool cut_short = false;  ///< stopped before the end; what is here is whole
};

/// One thread's way through batches: units to tiles, tiles to scored cells.
class BatchRunner {
 public:
  BatchRunner(const Plan& plan, const Schedule& schedule, const StudyData& study, const Backend& backend,
              std::function<bool()> stopping);

  Finished run(const BatchRange& batch);
  /// Items evaluated so far, by plan node.
  const std::vector<std::int64_t>& items() const { return items_; }

 private:
  /// One (trial, seed) of a tile; its folds are consecutive fits.
  struct Cell {
    GroupId group;
    std::int64_t trial;
    std::int32_t seed;
    std::size_t first_fit;
  };

  /// Evaluate units with the same member groups in as few tiles as memory allows.
  void run_units(const std::vector<std::int64_t>& slots, const std::vector<GroupId>& members, std::size_t family,
                 Finished& finished);
  void append_cell(const Tile& tile, const Cell& cell, Finished& finished);
  /// Make room for one more cell, all of it missing.
  void extend(CellBlock& block, const Group& group) const;
  /// Copy one fold's fit into the last cell of a block, and score it.
  void append_fit(const Tile& tile, std::size_t n, const Group& group, std::int32_t fold, CellBlock& block);

  const Plan& plan_;
  const Schedule& schedule_;
  const StudyData& study_;
  const Backend& backend_;
  std::function<bool()> stopping_;
  BufferPool pool_;
  std::vector<std::int64_t> items_;
  std::vector<double> truth_;
  std::int32_t most_folds_ = 0;
  std::size_t most_cells_ = 1;  ///< a tile's
};

}  // namespace kilofold
