// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// Gaussian process regression: mean, standard deviation of a new observation, log marginal
/// likelihood.
///
/// Variances and length scales act on the scaled target and features. The mean function's coefficients are estimated by
/// generalised least squares in every training set, and the standard deviation includes their uncertainty.
Model gpr();

}  // namespace kilofold
