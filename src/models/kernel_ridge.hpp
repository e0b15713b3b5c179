// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// Kernel ridge regression: the weights (K + alpha I)^-1 y of the training rows' kernels, no intercept.
///
/// scikit-learn's KernelRidge between two StandardScalers. It is the mean of a Gaussian process with noise variance
/// alpha and signal variance 1, and lowers to the same operations, so the rules of Gaussian processes hold for it.
Model kernel_ridge();

}  // namespace kilofold
