// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"

/// Plain refits: one fit at a time, from the raw table, in long double, sharing no formula with the engine. `verify`
/// and the tests hold the engine's numbers against these. Slow on purpose where slow is easier to believe.
namespace kilofold {

struct ReferenceTreeLimits {
  double max_depth = std::numeric_limits<double>::infinity();
  std::int64_t min_samples_split = 2;
  std::int64_t min_samples_leaf = 1;
};

/// Grow one regression tree on the training rows of X (n, d) and y (n); predict the held-out rows.
///
/// Every midpoint between neighbouring training values of every feature is tried, features and thresholds ascending; a
/// later split must reduce the squared error by strictly more, and none is made that does not reduce it. Splits are
/// judged on the target in the whole multiples that grow_trees defines, with exact sums; leaves are means of the target
/// itself.
///
/// Cost      O(d n^2) a level
/// Accuracy  means in long double; the decrease too, so a choice can differ from the engine's only where two splits
/// that
///           part the rows differently tie to 1e-15
std::vector<double> reference_tree(MatrixView<const double> X, std::span<const double> y,
                                   std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                   const ReferenceTreeLimits& limits);

enum class ReferenceScaling { none, zscore, center };

/// Fit a linear model with intercept on the training rows and predict the held-out rows, in the target's unit.
///
/// Scales by the training rows, minimises |y - b0 - X w|^2 + alpha |w|^2 by orthogonalising the columns, twice each,
/// largest remainder first. A remainder below max(n, d) eps of the first counts as zero (eps of double); then w is the
/// minimum-norm solution: any solution, projected on the row space.
///
/// Cost      O(n d^2)
/// Accuracy  that of long double
std::vector<double> reference_linear(MatrixView<const double> X, std::span<const double> y,
                                     std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                     ReferenceScaling features, ReferenceScaling target, double alpha);

/// Bound the condition of that problem's scaled, centred design from above: |R| |R^-1| in Frobenius norms, R of the
/// columns that do not depend on others; at most d times the ratio of the extreme singular values. 1 without columns.
double reference_condition(MatrixView<const double> X, std::span<const std::int32_t> train, ReferenceScaling features,
                           double alpha);

}  // namespace kilofold
