// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// Random forest: the mean of CART trees on bootstrap samples, each node looking at a random subset of the features.
///
/// With `max_features: none` it is bagging. Random numbers are keyed by fold seed, fold, member and the node's path, so
/// a forest nests by depth and by number of trees. Source    Breiman 2001; defaults and counting as scikit-learn's
/// RandomForestRegressor
Model forest();

}  // namespace kilofold
