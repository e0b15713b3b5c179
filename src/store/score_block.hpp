// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cells.hpp"

namespace kilofold {

/// Seeds that one HDF5 chunk of scores spans, trials and folds.
inline constexpr std::int64_t seeds_a_score_chunk = 16, trials_a_score_chunk = 64, folds_a_score_chunk = 64;

/// Which trials and seeds a block spans: the seeds of one HDF5 chunk, or of many trials a single one, so that it stays
/// small.
struct ScoreRange {
  std::int64_t first_trial = 0, rows = 0;
  std::int64_t first_seed = 0, seeds = 0;

  static ScoreRange around(std::int64_t first_trial, std::int64_t rows, std::int64_t seed, std::int64_t n_seeds);
  friend bool operator==(const ScoreRange&, const ScoreRange&) = default;
};

/// The scores of some trials at neighbouring seeds as they lie in the file's datasets, so that HDF5 moves them in one
/// call a dataset instead of one a seed.
///
/// Shapes    row-major: metric (4, rows, seeds) · fold_metric (3, rows, seeds, folds) · diagnostic (diagnostics, rows,
/// seeds, folds) · status (rows, seeds, folds) · numerics (rows, seeds)
struct ScoreBlock {
  ScoreRange range;
  std::int64_t folds = 0;
  std::vector<double> metric;
  std::vector<double> fold_metric;
  std::vector<float> diagnostic;
  std::vector<std::int32_t> status;
  std::vector<std::int32_t> numerics;

  /// A block without cells.
  ScoreBlock(const ScoreRange& range, const CellShape& shape);

  /// Take the scores of a seed from a chunk of the block's trials, or put them into one.
  void take(std::int64_t seed, const CellChunk& chunk);
  void put(std::int64_t seed, CellChunk& chunk) const;
};

}  // namespace kilofold
