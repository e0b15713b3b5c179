// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/store.hpp"

namespace kilofold {

/// Which cells of a study keep their predictions, as `output.predictions` asks: all, none, or of every entry and seed
/// the `keep` best by the first metric.
///
/// Ranking within a seed makes what is kept the same however the cells are dealt to parts: a seed's best over all parts
/// are among its best of their own part. Ties go to the smaller trial id.
class KeptPredictions {
 public:
  /// Keeps pointing to `study`.
  explicit KeptPredictions(const StudyHeader& study);

  /// Are there cells to offer?
  bool must_rank() const { return must_rank_; }
  /// Shape    metric (4), as in CellBlock
  void offer(ModelId model, std::int64_t trial, std::int32_t seed, const double* metric);
  bool contains(ModelId model, std::int64_t trial, std::int32_t seed) const;
  /// The trials kept of those offered, ascending, that files are read in order.
  std::vector<std::int64_t> trials(ModelId model, std::int32_t seed) const;

 private:
  struct Ranked {
    double badness;  ///< the metric, so signed that smaller is better
    std::int64_t trial;
  };
  std::size_t slot(ModelId model, std::int32_t seed) const;

  const StudyHeader& study_;
  bool keeps_all_;
  bool must_rank_;
  std::size_t metric_;
  std::size_t most_;
  std::vector<std::vector<Ranked>> best_;  ///< by (model, seed): a heap with the worst in front
};

/// "all", "none" or "best 100 by rmse": how a file says which predictions it keeps.
std::string predictions_text(const Spec& spec);
/// Set what predictions_text says.
void read_predictions_text(const std::string& text, Spec& spec);

}  // namespace kilofold
