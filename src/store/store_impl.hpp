// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "inventory.hpp"
#include "outside_cells.hpp"
#include "parallel.hpp"
#include "part.hpp"
#include "source.hpp"
#include "study_file.hpp"

namespace kilofold {

/// Cells of a study that are there.
struct Stock {
  explicit Stock(const StudyHeader& study) : there(study), unanswered(study) {}

  void add(const CellSet::Cell& at, const Source::Held& cell);
  std::int64_t n_failed_fits() const;

  CellSet there;
  CellSet unanswered;                                 ///< of which every try holds a fit that timed out
  std::map<CellSet::Cell, std::int32_t> failed_fits;  ///< of cells that have any
};

struct Store::Impl {
  Impl(std::string file, StudyHeader header, std::int32_t n_threads)
      : path(std::move(file)), study(std::move(header)), threads(n_threads) {}

  std::string path;
  StudyHeader study;
  mutable Threads threads;
  StudyIndex index{study};
  Stock stock{study};
  OtherNumerics on_other_numerics = OtherNumerics::refuse;
  std::set<std::pair<std::string, std::string>> may_go;  ///< files whose outside cells may be dropped: path, created
  std::string to_drop;                                   ///< these cells, in words
  bool is_merged = false;                                ///< commit_last has written the merged file
  bool header_on_disk = false;  ///< the parts directory or the merged file names every trial of this very spec

  /// Merged file and parts as sources, their cells in `now`: those that lack predictions which the study keeps count
  /// as missing. Errors: InputError when identity or numerics differ.
  std::vector<Source> load(const Inventory& found, Stock& now);
  /// See which cells are there, whoever has committed them, and hand the files to `look`.
  void take_stock(Trust level, const std::function<void(const Inventory&, const std::vector<Source>&)>& look = {});
  /// Refuse cells that the study does not have, or note that they may go.
  void judge_outside(const OutsideCells& outside, OtherCells other_cells);
  /// Has a file cells that must not be lost with it?
  bool must_stay(const OutsideCells& outside, const FoundFile& file) const;
  /// Write the merged file, unless it is there and nothing is new.
  void publish_joined(const Inventory& found, const std::vector<Source>& sources) const;
  bool describes_study(const FoundFile* file) const;
  /// Write, read back, sync and rename one file: the merged file, or one in the parts directory named by its content.
  void publish(const StudyHeader& header, FileKind kind, const FileCells& cells) const;
  /// Publish a part that has every cell of the study as the merged file. False where anything of the study is on disk.
  bool publish_whole(const Part& part) const;
};

}  // namespace kilofold
