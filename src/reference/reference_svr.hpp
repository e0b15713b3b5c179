// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"
#include "reference/reference.hpp"

namespace kilofold {

enum class ReferenceSvrKernel { rbf, linear, polynomial };

/// Epsilon-SVR's hyperparameters as numbers; C and epsilon act on the scaled target.
struct ReferenceSvr {
  ReferenceSvrKernel kernel = ReferenceSvrKernel::rbf;
  double gamma = 1;
  std::int32_t degree = 3;
  double coef0 = 0;
  double C = 1;
  double epsilon = 0.1;
};

/// gamma of the rules that scikit-learn calls scale and auto, for scaled features X (n, d).
double reference_gamma_scale(MatrixView<const double> X);

/// How far given coefficients are from optimal: one a set of equal rows, sets numbered by first appearance.
struct SvrCertificate {
  long double sum;         ///< magnitude of the sum of the coefficients
  long double box;         ///< largest excess over C times the rows of the set, or 0
  long double prediction;  ///< largest distance of a row's prediction from the values that admit its coefficient
  long double rounding;    ///< what double arithmetic may put into a prediction: eps (max K sum |beta| + max |y|)
};

/// Check the KKT conditions of 1/2 beta' K beta + C sum max(|y - K beta - b| - epsilon, 0) by its subgradient: row by
/// row, from sorted thresholds, everything in long double.
SvrCertificate certify_svr(MatrixView<const double> X, std::span<const double> y, std::span<const double> beta,
                           double b, const ReferenceSvr& parameters);

/// Fit on the training rows and predict the held-out rows, in the target's unit.
///
/// Scales by the training rows; then the dual with a pair of variables a row, the most violating pair at a time, until
/// the KKT gap is below 1e-12 of the scaled target's range. The bias is the mean over the free variables, or the middle
/// of what the bounds admit.
///
/// Cost      small problems only: steps grow with C and n
/// Accuracy  predictions within sqrt(2 C n gap) of the optimum, in practice near the gap
std::vector<double> reference_svr(MatrixView<const double> X, std::span<const double> y,
                                  std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                  ReferenceScaling features, ReferenceScaling target, const ReferenceSvr& parameters);

}  // namespace kilofold
