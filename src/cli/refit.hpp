// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kilofold/core/cells.hpp"
#include "kilofold/data.hpp"
#include "kilofold/spec.hpp"

/// One fit done again the slow way, by src/reference.
namespace kilofold::cli {

/// Held-out predictions and how far the engine's may be from them.
struct Refit {
  std::vector<double> prediction;  ///< one a held-out row, ascending
  std::vector<double> sd;          ///< likewise; empty where the model gives none
  double bound = 0;                ///< in the target's unit
  double sd_bound = 0;             ///< times the larger of sd and the target's sd: of the variance
  std::string not_judged = {};     ///< why nothing can be said of this fit; the rest is then empty
};

/// A fit of a file: where it is and how the file says it ended.
struct StoredFit {
  const Spec& spec;
  const Dataset& data;
  const TrialTable& table;
  std::size_t trial;
  std::int64_t seed;  ///< of the folds, by value
  std::int32_t fold;
  const RowSet& rows;
  FitStatus status;
  std::map<std::string, float> kept = {};  ///< the file's other numbers of it, by the names of table.diagnostics
};

/// Is there a plain refit of this model?
bool has_reference(const std::string& model);

/// The candidate that a fit of a tuned entry chose from `grid`, the trials of the entry that is tuned: the first that
/// has the numbers which the fit keeps, of the same folds, scaling and model seed. Empty where none has.
std::optional<std::size_t> chosen_candidate(const StoredFit& fit, const TrialTable& grid);

/// Do a fit again, a tuned one as its candidate. Requires a model with a reference.
///
/// Accuracy  bounds as docs/numerics.md promises: least squares 50 eps cond(X) max |y|; a tree and adaboost 4 eps (max
/// |y| + range), a forest of T trees 4 + T of them; gradient boosting as many and 1e-10 sd(y); Gaussian processes 50
/// eps cond(A) sd(y), with an optimizer also what half a unit in the last place of float32, in which the file keeps
/// what it found, moves the prediction; svr what its certificate leaves open, or max(1e-8 sd(y), 64 eps C sqrt(n))
/// where the optimum is degenerate; of these two also what doubles round at a target's distance from zero
Refit refit(const StoredFit& fit);

}  // namespace kilofold::cli
