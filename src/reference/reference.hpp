// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"
#include "kilofold/core/op_options.hpp"

/// Plain refits: one fit at a time, from the raw table, in long double, sharing no formula with the engine. `verify`
/// and the tests hold the engine's numbers against these. Slow on purpose where slow is easier to believe.
namespace kilofold {

/// Fit a linear model with intercept on the training rows and predict the held-out rows, in the target's unit.
///
/// Features are scaled by `feature_rows`, the target by the training rows. Minimises |y - b0 - X w|^2 + alpha |w|^2 by
/// orthogonalising the columns, twice each, largest remainder first. A remainder below max(n, d) eps of the first
/// counts as zero (eps of double); then w is the minimum-norm solution: any solution, projected on the row space.
///
/// Cost      O(n d^2)
/// Accuracy  that of long double
std::vector<double> reference_linear(MatrixView<const double> X, std::span<const double> y,
                                     std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                     std::span<const std::int32_t> feature_rows, Scaling features, Scaling target,
                                     double alpha);

/// Bound the condition of that problem's scaled, centred design from above: |R| |R^-1| in Frobenius norms, R of the
/// columns that do not depend on others; at most d times the ratio of the extreme singular values. 1 without columns.
double reference_condition(MatrixView<const double> X, std::span<const std::int32_t> train,
                           std::span<const std::int32_t> feature_rows, Scaling features, double alpha);

}  // namespace kilofold
