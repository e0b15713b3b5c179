// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "execute/fold_share.hpp"
#include "execute/schedule.hpp"
#include "execute/selection.hpp"
#include "execute/tile.hpp"

namespace kilofold {

/// One thread's way through batches: units to tiles, tiles to scored cells.
///
/// Where a backend copies in the background, a tile's results come to the host, and are scored there, while the device
/// has the next tile to compute: two tiles are under way, and the last one of a call waits for the first of the next.
class BatchRunner {
 public:
  /// Reads `memory` and `fit_time_limit` of the options.
  BatchRunner(const Plan& plan, const Schedule& schedule, const StudyData& study, const Backend& backend,
              const ExecuteOptions& options, std::function<bool()> stopping);

  /// Evaluate batches of one family, or a share of their folds, whose pooled metrics are left out; what it gives goes
  /// to `hand_over` once it is whole, in the order of the calls. Where the backend's memory does not hold a tile, its
  /// halves are tried, down to single cells, and later tiles are smaller: no bit depends on tiles. Errors: MachineError
  void run(std::span<const BatchRange> batches, FoldShare share, std::function<void(Finished)> hand_over);
  /// Wait for the tile under way, and hand over the calls that are whole by then.
  void drain();
  /// Items evaluated so far, by plan node.
  const std::vector<std::int64_t>& items() const { return items_; }

 private:
  /// One (trial, seed) of a tile; the share's folds are consecutive fits.
  struct Cell {
    GroupId group;
    std::int64_t trial;
    std::int32_t seed;
    std::size_t first_fit;
    std::int64_t point_trial;  ///< within the group
  };
  /// One fold's fit of a cell.
  struct FoldFit {
    Tile::Prediction fit;
    std::vector<float> diagnostic;
  };

  /// A call of run() whose tiles are not all collected.
  struct Call {
    Finished finished;
    Selection selection;
    FoldShare share;
    std::function<void(Finished)> hand_over;
    bool ended = false;  ///< no tile is to come
  };
  /// A tile that has run, and may still be on its way to the host. It belongs to the first of the calls.
  struct UnderWay {
    std::unique_ptr<Tile> tile;
    std::vector<Cell> cells;
  };

  /// Units with the same member groups. Their cells are numbered as the points are visited.
  struct Units {
    std::size_t family;
    std::vector<std::int64_t> slots = {};
    std::vector<GroupId> members = {};
  };
  struct CellRange {
    std::int64_t begin;
    std::int64_t end;
  };
  /// How much a tile takes at most.
  struct Limits {
    std::int64_t fits;
    double value_bytes;              ///< of intermediate values
    double fit_bytes;                ///< what the prediction of a fit adds to them
    std::vector<std::size_t> cells;  ///< by family
  };

  Limits first_limits(double memory) const;
  bool is_full(const Units& units, std::int64_t fits) const;
  /// Evaluate the cells of some units in as few tiles as memory allows.
  void run_cells(const Units& units, CellRange range);
  /// Evaluate a tile of the cells that begin with number `first`, or in its stead its halves.
  void evaluate(std::unique_ptr<Tile> tile, std::vector<Cell> cells, const Units& units, std::int64_t first);
  void run_in_halves(const Units& units, CellRange range);
  std::unique_ptr<Tile> new_tile();
  /// Run a tile, and collect the one before it meanwhile.
  void run_tile(std::unique_ptr<Tile> tile, std::vector<Cell> cells);
  /// Hand a tile's cells on: to what is finished, or as candidates.
  void collect(const Tile& tile, const std::vector<Cell>& cells, Call& call);
  /// Make room for a tile's cells at once: blocks that grow cell by cell are copied again and again, into memory that
  /// nobody has touched.
  void make_room(const std::vector<Cell>& cells, std::vector<CellBlock>& blocks) const;
  void reserve(CellBlock& block, const Group& group, std::size_t n_cells) const;
  void append_chosen(Call& call);
  /// Append a cell of which `folds_` holds the fits.
  void append_cell(GroupId group, std::int64_t trial, std::int32_t seed, Call& call);
  /// Append one more cell, all of it missing.
  void extend(CellBlock& block, const Group& group) const;
  /// Copy one fold's fit into the last cell of a block, and score it.
  void append_fit(const FoldFit& fold_fit, const Group& group, std::int32_t fold, CellBlock& block);

  const Plan& plan_;
  const Schedule& schedule_;
  const StudyData& study_;
  const Backend& backend_;
  const double fit_time_limit_;
  std::function<bool()> stopping_;
  Pools pools_;
  std::vector<std::int64_t> items_;
  std::vector<double> truth_;
  std::vector<FoldFit> folds_;  ///< of a cell's share
  std::deque<Call> calls_;
  std::optional<UnderWay> under_way_;
  std::int32_t most_folds_ = 0;
  Limits limits_;
};

}  // namespace kilofold
