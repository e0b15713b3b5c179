// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// AdaBoost.R2: trees on bootstrap samples drawn by the weights that earlier trees' errors leave, or on all rows by
/// those weights (`resample: off`); weighted median.
///
/// Stops early where a tree is perfect or no better than half the worst error; `n_members` says how many trees a
/// prediction uses. Source    Drucker 1997; step by step as scikit-learn's AdaBoostRegressor, methods in
/// docs/numerics.md
Model adaboost();

}  // namespace kilofold
