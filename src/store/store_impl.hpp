// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inventory.hpp"
#include "parallel.hpp"
#include "part.hpp"
#include "source.hpp"
#include "study_file.hpp"

namespace kilofold {

struct Store::Impl {
  Impl(std::string file, StudyHeader header, std::int32_t n_threads)
      : path(std::move(file)), study(std::move(header)), threads(n_threads) {}

  std::string path;
  StudyHeader study;
  mutable Threads threads;
  StudyIndex index{study};
  CellSet committed{study};
  CellSet timed_out{study};
  OtherNumerics on_other_numerics = OtherNumerics::refuse;
  bool is_merged = false;       ///< commit_last has written the merged file
  bool header_on_disk = false;  ///< the parts directory or the merged file names every trial of this very spec

  /// Merged file and parts as sources, their cells marked in `cells`, in `unanswered` those of which every try holds a
  /// fit that timed out. Errors: InputError when identity or numerics differ.
  std::vector<Source> load(const Inventory& found, CellSet& cells, CellSet& unanswered);
  /// See which cells are there, whoever has committed them.
  void take_stock(Trust level);
  bool describes_study(const FoundFile* file) const;
  /// Write, read back, sync and rename one file: the merged file, or one in the parts directory named by its content.
  void publish(const StudyHeader& header, FileKind kind, const FileCells& cells) const;
  /// Publish a part that has every cell of the study as the merged file. False where anything of the study is on disk.
  bool publish_whole(const Part& part) const;
};

}  // namespace kilofold
