// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "score_block.hpp"

#include <algorithm>

namespace kilofold {
namespace {

/// Move every row's scores at a seed between a block and a chunk: `move(in the block, in the chunk, count)`.
template <class Block, class Chunk, class Move>
void for_each_row(Block& block, std::int64_t seed, Chunk& chunk, Move move) {
  const auto [first_trial, rows, first_seed, seeds] = block.range;
  KILOFOLD_EXPECT(chunk.rows == rows && chunk.shape.folds == block.folds && seed >= first_seed &&
                  seed < first_seed + seeds);
  const std::int64_t folds = block.folds;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t cell = row * seeds + seed - first_seed;
    const auto in_block = [&](std::int64_t column) { return column * rows * seeds + cell; };
    const auto in_chunk = [&](std::int64_t column) { return column * rows + row; };
    for (std::size_t m = 0; m < n_metrics; ++m) move(&block.metric[in_block(m)], &chunk.metric[in_chunk(m)], 1);
    for (std::size_t m = 0; m < n_fold_metrics; ++m)
      move(&block.fold_metric[in_block(m) * folds], &chunk.fold_metric[in_chunk(m) * folds], folds);
    for (std::int64_t d = 0; d < chunk.shape.diagnostics; ++d)
      move(&block.diagnostic[in_block(d) * folds], &chunk.diagnostic[in_chunk(d) * folds], folds);
    move(&block.status[cell * folds], &chunk.status[row * folds], folds);
    move(&block.numerics[cell], &chunk.numerics[row], 1);
  }
}

}  // namespace

ScoreRange ScoreRange::around(std::int64_t first_trial, std::int64_t rows, std::int64_t seed, std::int64_t n_seeds) {
  const std::int64_t span = rows <= 2 * trials_a_score_chunk ? seeds_a_score_chunk : 1;
  const std::int64_t first_seed = seed / span * span;
  return {first_trial, rows, first_seed, std::min(span, n_seeds - first_seed)};
}

ScoreBlock::ScoreBlock(const ScoreRange& of, const CellShape& shape) : range(of), folds(shape.folds) {
  const auto cells = static_cast<std::size_t>(range.rows * range.seeds), fits = cells * static_cast<std::size_t>(folds);
  metric.assign(n_metrics * cells, missing);
  fold_metric.assign(n_fold_metrics * fits, missing);
  diagnostic.assign(static_cast<std::size_t>(shape.diagnostics) * fits, missing_float);
  status.assign(fits, no_status);
  numerics.assign(cells, 0);
}

void ScoreBlock::take(std::int64_t seed, const CellChunk& chunk) {
  for_each_row(*this, seed, chunk,
               [](auto* mine, const auto* theirs, std::int64_t n) { std::copy_n(theirs, n, mine); });
}

void ScoreBlock::put(std::int64_t seed, CellChunk& chunk) const {
  for_each_row(*this, seed, chunk,
               [](const auto* mine, auto* theirs, std::int64_t n) { std::copy_n(mine, n, theirs); });
}

}  // namespace kilofold
