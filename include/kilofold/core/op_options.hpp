// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The discrete choices of specs, models and ops, under one name everywhere; backend.hpp says what each does.
namespace kilofold {

enum class Scaling : std::int32_t { none = 0, zscore = 1, center = 2 };

/// As specs write it.
constexpr const char* name(Scaling scaling) {
  return scaling == Scaling::none ? "none" : scaling == Scaling::zscore ? "zscore" : "center";
}

/// The rows that a member of a forest sees.
enum class Sampling : std::int32_t {
  all_rows = 0,
  /// n_train draws with replacement; a row drawn twice counts twice
  bootstrap = 1,
};

enum class Boosting : std::int32_t {
  squared = 0,   ///< gradient boosting for the squared loss: each member fits the residuals (MATLAB's LSBoost)
  adaboost = 1,  ///< AdaBoost.R2 (Drucker 1997): each member fits a bootstrap drawn by the weights of the rows
};

/// How the first T members of an ensemble predict together.
enum class Combine : std::int32_t {
  mean = 0,             ///< added in member order
  weighted_sum = 1,     ///< base + sum of weight h, in member order
  weighted_median = 2,  ///< the smallest prediction whose cumulative weight reaches half the total
};

}  // namespace kilofold
