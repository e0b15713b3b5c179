// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/reference_tree.hpp"

namespace kilofold {

/// An ensemble's fit: the table, its rows, and where random numbers come from (their member is the tree's number).
struct ReferenceSample {
  MatrixView<const double> X;
  std::span<const double> y;
  std::span<const std::int32_t> train, held_out;
  MemberRandom random;
};

/// Mean of trees on bootstrap samples of the training rows, in long double.
std::vector<double> reference_forest(const ReferenceSample& sample, std::uint32_t n_estimators,
                                     const ReferenceTreeLimits& limits);

enum class ReferenceLoss { linear, square, exponential };

/// AdaBoost.R2: weighted median of trees on samples drawn by weight (Drucker 1997; docs/numerics.md says when it ends).
///
/// Accuracy  weights in long double, by the C library's exp and log: a draw or a median differs from the engine's only
/// where two cumulative weights agree to 1e-15
std::vector<double> reference_adaboost(const ReferenceSample& sample, std::uint32_t n_estimators, double learning_rate,
                                       ReferenceLoss loss, const ReferenceTreeLimits& limits);

/// AdaBoost.R2 whose trees fit all rows by their weights, which are rounded to parts of their sum (weight_parts of
/// core/row_weights.hpp).
///
/// Accuracy  weights in double, rounded as docs/numerics.md says: a weight midway between two parts goes where theirs
/// went
std::vector<double> reference_weighted_adaboost(const ReferenceSample& sample, std::uint32_t n_estimators,
                                                double learning_rate, ReferenceLoss loss,
                                                const ReferenceTreeLimits& limits);

enum class ReferenceStart { mean, zero };

/// Gradient boosting for the squared loss: every tree is fitted to the residuals of the sum so far.
///
/// Accuracy  residuals in double, rounded as docs/numerics.md says: with a rate of 1 they come in opposite pairs, whose
/// splits tie but for rounding. The prediction's sum is in long double
std::vector<double> reference_gradient_boosting(const ReferenceSample& sample, std::uint32_t n_estimators,
                                                double learning_rate, ReferenceStart start,
                                                const ReferenceTreeLimits& limits);

}  // namespace kilofold
