// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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
  double bound = 0;  ///< in the target's unit; infinite where the problem is too ill-conditioned to compare
};

/// Is there a plain refit of this model?
bool has_reference(const std::string& model);

/// Fit one trial on a row set. Requires a model with a reference.
///
/// Accuracy  bounds as docs/numerics.md promises: least squares 50 eps cond(X) max |y|, trees 4 eps (max |y| + range),
/// Gaussian processes 50 eps cond(A) sd(y)
Refit refit(const Spec& spec, const Dataset& data, const TrialTable& table, std::size_t trial, const RowSet& rows);

}  // namespace kilofold::cli
