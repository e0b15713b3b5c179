// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "execute/study_data.hpp"
#include "kilofold/plan.hpp"

namespace kilofold {

/// Some folds of every cell: first, first + step, and so on. A batch's shares can be evaluated by several threads.
struct FoldShare {
  std::int32_t first = 0;
  std::int32_t step = 1;

  bool contains(std::int32_t fold) const { return fold >= first && (fold - first) % step == 0; }
  std::int32_t count(std::int32_t n_folds) const { return n_folds <= first ? 0 : (n_folds - first - 1) / step + 1; }
  bool is_whole() const { return step == 1; }
};

/// What one batch gave, or one share of it.
struct Finished {
  std::vector<CellBlock> blocks;
  std::int64_t cells = 0;
  std::int64_t fits = 0;        ///< of the cells
  std::int64_t inner_fits = 0;  ///< further ones that tuned cells were chosen by
  std::int64_t failed_fits = 0;
  double planned_seconds = 0;
  bool cut_short = false;  ///< stopped before the end; what is here is whole
};

/// The cells that all shares of a batch have, whole; share i has the folds i, i + size, ... of the same cells in the
/// same order, less those after the point where it was stopped. Pooled metrics are those of the joined predictions.
Finished join(std::vector<Finished> shares, const Group& group, const StudyData& study);

/// Score the pooled predictions of a block's cell.
void score_pooled(CellBlock& block, std::int64_t cell, const StudyData& study);

}  // namespace kilofold
