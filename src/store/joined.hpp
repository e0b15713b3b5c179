// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cells.hpp"
#include "kept_predictions.hpp"
#include "source.hpp"

namespace kilofold {

/// Everything the sources have of a study, chunk by chunk.
class Joined {
 public:
  /// Keeps pointing to both. Under `best` reads the scores of every cell, to rank them.
  Joined(const StudyHeader& study, const std::vector<Source>& sources);

  /// A FillChunk of the study's indices. A cell whose predictions the study keeps but no source has is left out.
  std::optional<StoredCells> fill(ModelId model, std::int64_t first, std::int32_t seed, CellChunk& chunk);
  /// Erase from `cells` those that `fill` would leave out. Under `best`; reads the predictions of as many as it keeps.
  void erase_without_predictions(CellSet& cells);
  /// Tell stderr of cells that are there with two numerics.
  void say_mixed() const;

 private:
  std::vector<const Source*> holders_of(ModelId model, std::int64_t first, std::int64_t rows, std::int32_t seed);
  void rank(ModelId model);

  const StudyHeader& study_;
  const std::vector<Source>& sources_;
  KeptPredictions kept_;
  OpenTables tables_;
};

}  // namespace kilofold
