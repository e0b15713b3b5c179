// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "joined.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace kilofold {

Joined::Joined(const StudyHeader& study, const std::vector<Source>& sources)
    : study_(study), sources_(sources), kept_(study) {
  if (!kept_.must_rank()) return;
  for (std::int32_t m = 0; m < std::ssize(study.models); ++m) rank(ModelId(m));
}

std::optional<StoredCells> Joined::fill(ModelId model, std::int64_t first, std::int32_t seed, CellChunk& chunk) {
  const std::vector<const Source*> holders = holders_of(model, first, chunk.rows, seed);
  if (holders.empty()) return std::nullopt;
  const bool wants_all = study_.spec.output.predictions == "all";
  if (wants_all && holders.size() == 1 && holders.front()->keeps_all_predictions()) {
    const CellLayout layout = CellLayout::of(study_.models[model.value], chunk.shape.samples);
    if (auto stored = holders.front()->take_over(tables_, model, first, seed, layout, chunk)) return stored;
  }
  chunk.add_samples();
  for (const Source* source : holders) source->overlay(tables_, model, first, seed, chunk, Detail::everything);
  for (std::int64_t row = 0; row < chunk.rows; ++row) {
    if (!kept_.contains(model, first + row, seed))
      chunk.drop_prediction(row);
    else if (chunk.is_dropped(row))
      chunk.clear_row(row);
  }
  return std::nullopt;
}

void Joined::erase_without_predictions(CellSet& cells) {
  for (std::int32_t m = 0; m < std::ssize(study_.models); ++m) {
    const ModelId model(m);
    CellChunk chunk(1, cell_shape(study_, model));
    for (std::int32_t seed = 0; seed < std::ssize(study_.spec.cv.seeds); ++seed) {
      for (const std::int64_t trial : kept_.trials(model, seed)) {
        chunk.clear();
        for (const Source& source : sources_) source.overlay(tables_, model, trial, seed, chunk, Detail::everything);
        if (chunk.is_dropped(0)) cells.erase(model, trial, seed);
      }
    }
  }
}

void Joined::say_mixed() const {
  if (tables_.mixed.count == 0) return;
  fmt::print(stderr, "{} cells were there with two numerics; their predictions differ by {:.3g} at most\n",
             tables_.mixed.count, tables_.mixed.worst);
}

std::vector<const Source*> Joined::holders_of(ModelId model, std::int64_t first, std::int64_t rows, std::int32_t seed) {
  std::vector<const Source*> holders;
  for (const Source& source : sources_) {
    if (source.holds_any(tables_, model, first, rows, seed)) holders.push_back(&source);
  }
  return holders;
}

void Joined::rank(ModelId model) {
  constexpr std::int64_t rows_a_read = 4096;
  const auto n_trials = static_cast<std::int64_t>(study_.models[model.value].id.size());
  for (std::int64_t first = 0; first < n_trials; first += rows_a_read) {
    CellChunk chunk(std::min(rows_a_read, n_trials - first), cell_shape(study_, model), Detail::scores);
    for (std::int32_t seed = 0; seed < std::ssize(study_.spec.cv.seeds); ++seed) {
      chunk.clear();
      for (const Source& source : sources_) source.overlay(tables_, model, first, seed, chunk, Detail::scores);
      for (std::int64_t row = 0; row < chunk.rows; ++row) {
        std::array<double, n_metrics> metric{};
        for (std::size_t m = 0; m < n_metrics; ++m) metric[m] = chunk.metric[m * chunk.rows + row];
        kept_.offer(model, first + row, seed, metric.data());
      }
    }
  }
}

}  // namespace kilofold
