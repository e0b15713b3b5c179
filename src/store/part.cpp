// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "part.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace kilofold {
namespace {

template <class T> std::vector<T> select(const std::vector<T>& values, const std::vector<std::int64_t>& rows) {
  std::vector<T> selected;
  if (values.empty()) return selected;
  for (const std::int64_t row : rows) selected.push_back(values[row]);
  return selected;
}

TrialTable select(const TrialTable& table, const std::vector<std::int64_t>& rows) {
  TrialTable selected = table;
  selected.id = select(table.id, rows);
  selected.chunk_trials = std::min(table.chunk_trials, std::ssize(rows));
  selected.n_folds = select(table.n_folds, rows);
  selected.columns.clear();
  selected.other_numerics.clear();  // a part holds what this run computed
  for (const TrialColumn& column : table.columns) {
    selected.columns.push_back(
        {column.name, column.long_name, column.integral, select(column.number, rows), select(column.text, rows)});
  }
  return selected;
}

/// For every seed of the study its column in the part, or -1 when no cell has it.
std::vector<std::int32_t> columns_of_seeds(const StudyHeader& study, std::span<const CellBlock> blocks) {
  std::vector<std::int32_t> column(study.spec.cv.seeds.size(), -1);
  for (const CellBlock& block : blocks) {
    for (const std::int32_t seed : block.seed) column[seed] = 0;
  }
  std::int32_t next = 0;
  for (std::int32_t& entry : column) entry = entry < 0 ? -1 : next++;
  return column;
}

/// The trials of a model's cells in the order of a part. First come those of chunks that a seed has whole, as they are
/// in the merged file: there they lie in the part's chunks too, whatever else it holds, and merging copies the bytes.
class PartTrials {
 public:
  PartTrials(const StudyHeader& study, ModelId model, std::span<const CellBlock> blocks) {
    const std::int64_t step = study.models[model.value].chunk_trials;
    std::map<std::pair<std::int64_t, std::int32_t>, std::int64_t> cells_of;  // by number of the chunk and seed
    std::set<std::int64_t> whole;
    for (const CellBlock& block : blocks) {
      if (block.model != model) continue;
      trials_.insert(trials_.end(), block.trial.begin(), block.trial.end());
      for (std::int64_t i = 0; i < block.n_cells(); ++i) {
        const std::int64_t chunk = block.trial[i] / step;
        if (++cells_of[{chunk, block.seed[i]}] == step) whole.insert(chunk);
      }
    }
    std::sort(trials_.begin(), trials_.end());
    trials_.erase(std::unique(trials_.begin(), trials_.end()), trials_.end());
    const auto in_whole = [&](std::int64_t trial) { return whole.contains(trial / step); };
    rest_ = std::stable_partition(trials_.begin(), trials_.end(), in_whole) - trials_.begin();
  }

  const std::vector<std::int64_t>& trials() const { return trials_; }
  /// Requires that the trial is there.
  std::int64_t row_of(std::int64_t trial) const {
    const auto rest = trials_.begin() + rest_;
    const auto found = std::lower_bound(trials_.begin(), rest, trial);
    return (found != rest && *found == trial ? found : std::lower_bound(rest, trials_.end(), trial)) - trials_.begin();
  }

 private:
  std::vector<std::int64_t> trials_;  ///< ascending up to rest_ and from there on
  std::ptrdiff_t rest_ = 0;
};

void expect_whole(const CellBlock& block, const CellShape& shape) {
  const std::size_t cells = block.trial.size();
  const auto n = static_cast<std::size_t>(shape.samples);
  const auto k = static_cast<std::size_t>(shape.folds);
  KILOFOLD_EXPECT(block.seed.size() == cells && block.prediction.size() == cells * n &&
                  block.metric.size() == cells * n_metrics && block.fold_metric.size() == cells * k * n_fold_metrics &&
                  block.status.size() == cells * k && block.sd.size() == (shape.has_sd ? cells * n : 0) &&
                  block.diagnostic.size() == cells * k * static_cast<std::size_t>(shape.diagnostics));
}

}  // namespace

Part::Part(const StudyHeader& study, std::span<const CellBlock> blocks) {
  for (const CellBlock& block : blocks) expect_whole(block, cell_shape(study, block.model));
  header_.spec = study.spec;
  header_.canonical = study.canonical;
  header_.provenance = study.provenance;
  header_.data.source = study.data.source;
  header_.data.sha256 = study.data.sha256;
  header_.data.y = study.data.y;

  const std::vector<std::int32_t> column_of_seed = columns_of_seeds(study, blocks);
  header_.spec.cv.seeds.clear();
  for (std::size_t seed = 0; seed < column_of_seed.size(); ++seed) {
    if (column_of_seed[seed] >= 0) header_.spec.cv.seeds.push_back(study.spec.cv.seeds[seed]);
  }
  for (std::size_t s = 0; s < study.splits.size(); ++s) {
    if (column_of_seed[s % column_of_seed.size()] >= 0) header_.splits.push_back(study.splits[s]);
  }
  for (std::size_t model = 0; model < study.models.size(); ++model) {
    add_model(study, ModelId(static_cast<std::int32_t>(model)), blocks, column_of_seed);
  }
  rank_predictions();
}

void Part::rank_predictions() {
  kept_.emplace(header_);
  if (!kept_->must_rank()) return;
  const std::size_t n_seeds = header_.spec.cv.seeds.size();
  for (std::size_t model = 0; model < cells_.size(); ++model) {
    for (std::size_t at = 0; at < cells_[model].size(); ++at) {
      const Cell& cell = cells_[model][at];
      if (cell.block == nullptr) continue;
      kept_->offer(ModelId(static_cast<std::int32_t>(model)), static_cast<std::int64_t>(at / n_seeds),
                   static_cast<std::int32_t>(at % n_seeds), &cell.block->metric[cell.index * n_metrics]);
    }
  }
}

void Part::add_model(const StudyHeader& study, ModelId model, std::span<const CellBlock> blocks,
                     const std::vector<std::int32_t>& column_of_seed) {
  const PartTrials order(study, model, blocks);
  if (order.trials().empty()) return;
  header_.models.push_back(select(study.models[model.value], order.trials()));

  const std::size_t n_seeds = header_.spec.cv.seeds.size();
  std::vector<Cell>& cells = cells_.emplace_back(order.trials().size() * n_seeds);
  for (const CellBlock& block : blocks) {
    if (block.model != model) continue;
    for (std::int64_t i = 0; i < block.n_cells(); ++i) {
      cells[order.row_of(block.trial[i]) * n_seeds + column_of_seed[block.seed[i]]] = {&block, i};
    }
  }
}

void Part::fill(ModelId model, std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) const {
  const std::size_t n_seeds = header_.spec.cv.seeds.size();
  const auto cell_of = [&](std::int64_t row) -> const Cell& {
    return cells_[model.value][(first_trial + row) * n_seeds + seed];
  };
  bool has_samples = false;
  for (std::int64_t row = 0; row < chunk.rows; ++row) {
    const Cell& cell = cell_of(row);
    if (cell.block == nullptr) continue;
    if (!std::exchange(has_samples, true)) chunk.add_samples();
    chunk.copy_row(row, *cell.block, cell.index);
    if (!kept_->contains(model, first_trial + row, seed)) chunk.drop_prediction(row);
  }
}

}  // namespace kilofold
