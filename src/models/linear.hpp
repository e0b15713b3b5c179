// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// Linear regression with intercept; ordinary least squares at alpha = 0, ridge above.
///
/// Objective |y - b0 - X w|^2 + alpha |w|^2 on the scaled columns, intercept unpenalised: scikit-learn's Ridge after
/// its StandardScaler. One factorisation of a training set answers every alpha.
Model linear();

}  // namespace kilofold
