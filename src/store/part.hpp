// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cells.hpp"
#include "kept_predictions.hpp"
#include "kilofold/store.hpp"
#include "study_file.hpp"

namespace kilofold {

/// Some finished cells as a study of their own: only the models, trials and seeds that occur in them.
class Part {
 public:
  /// Keeps pointing into `blocks`.
  Part(const StudyHeader& study, std::span<const CellBlock> blocks);
  Part(const Part&) = delete;  // kept_ points into it
  Part& operator=(const Part&) = delete;

  const StudyHeader& header() const { return header_; }
  /// Of this part's own indices, which are the study's where the part has all its cells.
  FileCells cells() const {
    const auto fill_chunk = [this](ModelId model, std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) {
      fill(model, first_trial, seed, chunk);
      return std::optional<StoredCells>();
    };
    return {.fill = fill_chunk, .from_memory = true};
  }

 private:
  struct Cell {
    const CellBlock* block = nullptr;
    std::int64_t index = 0;
  };
  void add_model(const StudyHeader& study, ModelId model, std::span<const CellBlock> blocks,
                 const std::vector<std::int32_t>& column_of_seed);
  void rank_predictions();
  void fill(ModelId model, std::int64_t first_trial, std::int32_t seed, CellChunk& chunk) const;

  StudyHeader header_;
  std::optional<KeptPredictions> kept_;
  std::vector<std::vector<Cell>> cells_;  ///< by model; (trials, seeds), row-major
};

}  // namespace kilofold
