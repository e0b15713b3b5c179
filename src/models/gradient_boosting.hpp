// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// Gradient boosting for the squared loss: each tree fits what the sum of the earlier ones leaves.
///
/// MATLAB's LSBoost is this model; its own preset is n_estimators 30, learning_rate 0.1, min_samples_leaf 8, max_depth
/// none. Source    Friedman 2001; as scikit-learn's GradientBoostingRegressor(loss="squared_error") without subsampling
Model gradient_boosting();

}  // namespace kilofold
