// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>

#include "cells.hpp"
#include "score_block.hpp"

/// How a CellTable's scores get in and out of its file.
namespace kilofold {
namespace {

/// Where a block's cells and fits lie in the datasets of scores.
struct Place {
  hdf5::Extent cell, cells, fit, fits;
  std::size_t n_cells, n_fits;
};

Place place_of(const ScoreBlock& block) {
  const auto [trial, rows, seed, seeds] = block.range;
  return {hdf5::extent(trial, seed),
          hdf5::extent(rows, seeds),
          hdf5::extent(trial, seed, 0),
          hdf5::extent(rows, seeds, block.folds),
          static_cast<std::size_t>(rows * seeds),
          static_cast<std::size_t>(rows * seeds * block.folds)};
}

/// In a file, a count is an int32 and anything else a float32; a chunk in memory holds floats.
void write_diagnostic(const hdf5::Object& dataset, bool integral, const hdf5::Extent& start, const hdf5::Extent& count,
                      std::span<const float> values) {
  if (!integral) return hdf5::write(dataset, start, count, values.data());
  std::vector<std::int32_t> counts;
  for (const float value : values) {
    KILOFOLD_EXPECT(std::isnan(value) || (value >= 0 && value == std::floor(value)));
    counts.push_back(std::isnan(value) ? no_count : static_cast<std::int32_t>(value));
  }
  hdf5::write(dataset, start, count, counts.data());
}

void read_diagnostic(const hdf5::Object& dataset, bool integral, const hdf5::Extent& start, const hdf5::Extent& count,
                     std::span<float> values) {
  if (!integral) return hdf5::read(dataset, start, count, values.data());
  std::vector<std::int32_t> counts(values.size());
  hdf5::read(dataset, start, count, counts.data());
  for (std::size_t i = 0; i < counts.size(); ++i)
    values[i] = counts[i] == no_count ? missing_float : static_cast<float>(counts[i]);
}

}  // namespace

void CellTable::write_block() {
  if (!block_) return;
  const ScoreBlock& block = *block_;
  const auto [cell, cells, fit, fits, n_cells, n_fits] = place_of(block);
  for (std::size_t m = 0; m < n_metrics; ++m) hdf5::write(metric_[m], cell, cells, &block.metric[m * n_cells]);
  for (std::size_t m = 0; m < n_fold_metrics; ++m) {
    hdf5::write(fold_metric_[m], fit, fits, &block.fold_metric[m * n_fits]);
  }
  hdf5::write(status_, fit, fits, block.status.data());
  if (numerics_) hdf5::write(*numerics_, cell, cells, block.numerics.data());
  for (std::size_t d = 0; d < diagnostics_.size(); ++d) {
    write_diagnostic(diagnostics_[d].dataset, diagnostics_[d].integral, fit, fits,
                     {&block.diagnostic[d * n_fits], n_fits});
  }
  block_.reset();
}

std::unique_ptr<ScoreBlock> CellTable::read_block(const ScoreRange& range) const {
  auto block = std::make_unique<ScoreBlock>(range, shape_);
  const auto [cell, cells, fit, fits, n_cells, n_fits] = place_of(*block);
  hdf5::read(status_, fit, fits, block->status.data());
  if (numerics_) hdf5::read(*numerics_, cell, cells, block->numerics.data());
  for (std::size_t d = 0; d < diagnostics_.size(); ++d) {
    read_diagnostic(diagnostics_[d].dataset, diagnostics_[d].integral, fit, fits,
                    {&block->diagnostic[d * n_fits], n_fits});
  }
  for (std::size_t m = 0; m < n_metrics; ++m) hdf5::read(metric_[m], cell, cells, &block->metric[m * n_cells]);
  for (std::size_t m = 0; m < n_fold_metrics; ++m) {
    hdf5::read(fold_metric_[m], fit, fits, &block->fold_metric[m * n_fits]);
  }
  return block;
}

void CellTable::read_scores(std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) const {
  const ScoreRange range = ScoreRange::around(first_trial, chunk.rows, seed, n_seeds_);
  if (!block_ || block_->range != range) block_ = read_block(range);
  block_->put(seed, chunk);
}

std::vector<std::int32_t> CellTable::cell_status(std::int64_t first_trial, std::int64_t rows) const {
  constexpr auto timed_out = static_cast<std::int32_t>(FitStatus::time_limit);
  const std::vector<std::int32_t> fits = fit_status(first_trial, rows);
  std::vector<std::int32_t> status;
  for (auto cell = fits.cbegin(); cell != fits.cend(); cell += shape_.folds)
    status.push_back(std::find(cell, cell + shape_.folds, timed_out) == cell + shape_.folds ? *cell : timed_out);
  return status;
}

std::vector<std::int32_t> CellTable::failed_fits(std::int64_t first_trial, std::int64_t rows) const {
  const auto is_failed = [](std::int32_t fit) { return fit >= 0 && failed(static_cast<FitStatus>(fit)); };
  const std::vector<std::int32_t> fits = fit_status(first_trial, rows);
  std::vector<std::int32_t> counts;
  for (auto cell = fits.cbegin(); cell != fits.cend(); cell += shape_.folds)
    counts.push_back(static_cast<std::int32_t>(std::count_if(cell, cell + shape_.folds, is_failed)));
  return counts;
}

std::vector<std::int32_t> CellTable::fit_status(std::int64_t first_trial, std::int64_t rows) const {
  std::vector<std::int32_t> fits(static_cast<std::size_t>(rows * n_seeds_ * shape_.folds));
  hdf5::read(status_, hdf5::extent(first_trial, 0, 0), hdf5::extent(rows, n_seeds_, shape_.folds), fits.data());
  return fits;
}

bool CellTable::contains_any(std::int64_t first_trial, std::int64_t rows, std::int32_t seed) const {
  std::vector<std::int32_t> status(static_cast<std::size_t>(rows));
  hdf5::read(status_, hdf5::extent(first_trial, seed, 0), hdf5::extent(rows, 1, 1), status.data());
  return std::ranges::any_of(status, [](std::int32_t first_fit) { return first_fit >= 0; });
}

std::vector<std::int32_t> CellTable::numerics(std::int64_t first_trial, std::int64_t rows) const {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(rows * n_seeds_), 0);
  if (numerics_) hdf5::read(*numerics_, hdf5::extent(first_trial, 0), hdf5::extent(rows, n_seeds_), numbers.data());
  return numbers;
}

}  // namespace kilofold
