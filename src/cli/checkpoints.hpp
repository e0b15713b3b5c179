// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kilofold/store.hpp"

namespace kilofold::cli {

/// One commit, as it is told.
struct Commit {
  std::int64_t cells = 0;
  std::size_t bytes = 0;  ///< of predictions
  double seconds = 0;     ///< it took
};

/// Collects finished cells and commits them every checkpoint; the interval doubles up to ten minutes.
class Checkpoints {
 public:
  Checkpoints(Store& store, double seconds, std::function<void(const Commit&)> on_commit);

  void add(std::vector<CellBlock> blocks);
  /// Commit when it is time, or when what waits has grown large.
  void tick(double elapsed);
  void flush();
  /// Commit what waits at the end of a run: as the merged file, where that is the whole study.
  void finish();

 private:
  void commit(void (Store::*write)(std::span<const CellBlock>));

  Store& store_;
  std::function<void(const Commit&)> on_commit_;
  double interval_;
  double next_;
  std::size_t bytes_ = 0;
  std::vector<CellBlock> pending_;
};

}  // namespace kilofold::cli
