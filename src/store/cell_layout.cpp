// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cells.hpp"

namespace kilofold {

CellLayout CellLayout::of(const TrialTable& table, std::int64_t n_samples) {
  const auto n_trials = static_cast<std::int64_t>(table.id.size());
  KILOFOLD_EXPECT(table.chunk_trials > 0);
  CellLayout layout{SampleLayout::of(n_trials, n_samples, table.chunk_trials, table.few_values ? 1 : 0), std::nullopt};
  if (table.has_sd) layout.sd = SampleLayout::of(n_trials, n_samples, table.chunk_trials, 0);
  return layout;
}

PackedCells CellLayout::pack(std::int64_t first_trial, const CellChunk& chunk) const {
  return {prediction.pack(first_trial, chunk.prediction),
          sd ? sd->pack(first_trial, chunk.sd) : SampleLayout::Packed()};
}

void CellLayout::unpack(const PackedCells& packed, CellChunk& chunk, const std::string& name) const {
  prediction.unpack(packed.prediction, chunk.prediction, name);
  if (sd) sd->unpack(packed.sd, chunk.sd, name);
}

bool CellLayout::has_chunks_of(const CellLayout& other) const {
  return prediction.has_chunks_of(other.prediction) && sd.has_value() == other.sd.has_value() &&
         (!sd || sd->has_chunks_of(*other.sd));
}

bool CellLayout::is_chunk(std::int64_t first_trial, std::int64_t rows) const {
  return prediction.is_chunk(first_trial, static_cast<std::size_t>(rows * prediction.n_samples));
}

}  // namespace kilofold
