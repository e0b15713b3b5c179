// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// Epsilon-insensitive support vector regression with an rbf, linear or polynomial kernel.
///
/// Minimises over beta and b 1/2 beta' K beta + C sum max(|y - K beta - b| - epsilon, 0) on scaled features and target:
/// scikit-learn's SVR between two StandardScalers, solved to the end instead of to a tolerance. One kernel matrix of a
/// training set, and one path over it, answers every C and epsilon (rule svr_path).
Model svr();

}  // namespace kilofold
