// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/fold_share.hpp"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

#include "kilofold/core/metrics.hpp"

namespace kilofold {
namespace {

/// Copy one fold of one cell.
void copy_fold(const CellBlock& from, std::int64_t cell, std::int32_t fold, const std::vector<std::int32_t>& rows,
               std::size_t n_samples, CellBlock& to) {
  const auto c = static_cast<std::size_t>(cell), f = static_cast<std::size_t>(fold);
  const std::size_t cells = from.trial.size(), k = from.status.size() / cells;
  for (const std::int32_t row : rows) {
    const std::size_t at = c * n_samples + static_cast<std::size_t>(row);
    to.prediction[at] = from.prediction[at];
    if (!from.sd.empty()) to.sd[at] = from.sd[at];
  }
  const std::size_t metrics = (c * k + f) * n_fold_metrics;
  std::copy_n(from.fold_metric.begin() + static_cast<std::ptrdiff_t>(metrics), n_fold_metrics,
              to.fold_metric.begin() + static_cast<std::ptrdiff_t>(metrics));
  to.status[c * k + f] = from.status[c * k + f];
  const std::size_t n_diagnostics = from.diagnostic.size() / (cells * k);
  for (std::size_t d = 0; d < n_diagnostics; ++d) {
    const std::size_t at = (c * n_diagnostics + d) * k + f;
    to.diagnostic[at] = from.diagnostic[at];
  }
}

/// Keep a block's first cells.
void keep(CellBlock& block, std::size_t cells) {
  const std::size_t had = block.trial.size();
  const auto cut = [&](auto& values) { values.resize(values.size() / had * cells); };
  cut(block.trial);
  cut(block.seed);
  cut(block.prediction);
  cut(block.sd);
  cut(block.metric);
  cut(block.fold_metric);
  cut(block.status);
  cut(block.diagnostic);
}

const CellBlock* block_of(const Finished& share, ModelId model) {
  const auto found = std::ranges::find(share.blocks, model, &CellBlock::model);
  return found == share.blocks.end() ? nullptr : &*found;
}

/// Complete the first share's block from the others'.
void join_block(CellBlock& block, const std::vector<Finished>& shares, const Group& group, const StudyData& study) {
  std::vector<const CellBlock*> others;
  std::size_t cells = block.trial.size();
  for (const Finished& share : std::span(shares).subspan(1)) {
    others.push_back(block_of(share, block.model));
    cells = std::min(cells, others.back() == nullptr ? 0 : others.back()->trial.size());
  }
  if (cells < block.trial.size()) keep(block, cells);
  for (std::int64_t c = 0; c < static_cast<std::int64_t>(cells); ++c) {
    for (std::int32_t fold = 0; fold < group.n_folds; ++fold) {
      const std::size_t share = static_cast<std::size_t>(fold) % shares.size();
      if (share == 0) continue;
      const std::vector<std::int32_t>& rows = study.held_out(group.fold, block.seed[static_cast<std::size_t>(c)], fold);
      copy_fold(*others[share - 1], c, fold, rows, study.y().size(), block);
    }
    score_pooled(block, c, study);
  }
}

}  // namespace

Finished join(std::vector<Finished> shares, const Group& group, const StudyData& study) {
  Finished joined = std::move(shares.front());
  joined.cells = 0;
  for (CellBlock& block : joined.blocks) {
    join_block(block, shares, group, study);
    joined.cells += block.n_cells();
  }
  std::erase_if(joined.blocks, [](const CellBlock& block) { return block.n_cells() == 0; });
  for (const Finished& share : std::span(shares).subspan(1)) {
    joined.fits += share.fits;
    joined.inner_fits += share.inner_fits;
    joined.failed_fits += share.failed_fits;
    joined.planned_seconds = std::min(joined.planned_seconds, share.planned_seconds);
    joined.cut_short = joined.cut_short || share.cut_short;
  }
  return joined;
}

void score_pooled(CellBlock& block, std::int64_t cell, const StudyData& study) {
  const auto n = study.y().size();
  const Metrics pooled = score(study.y(), {block.prediction.data() + static_cast<std::size_t>(cell) * n, n});
  std::ranges::copy(std::initializer_list<double>{pooled.mae, pooled.rmse, pooled.r2, pooled.r2_eq13},
                    block.metric.begin() + cell * static_cast<std::int64_t>(n_metrics));
}

}  // namespace kilofold
