// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"
#include "kilofold/core/op_options.hpp"

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

struct ReferenceSvrFit {
  /// What the plain solver can say of its answer.
  enum class Kind {
    proven,      ///< solved from its active set, every condition strict: the optimum, to long double's rounding
    degenerate,  ///< some condition holds with equality: the coefficients are not unique
    unsolved     ///< the gap did not close within the work it may do
  };
  Kind kind;
  std::vector<double> prediction;  ///< of the held-out rows, in the target's unit
  /// proven: how far predictions may be from the optimum's where every KKT condition holds within
  /// 64 eps (max K sum |beta| + max |y|), in the target's unit: that residual through each row's sensitivities.
  double bound;
};

/// Fit on the training rows and predict the held-out rows.
///
/// Features are scaled by `feature_rows`, the target by the training rows. The dual with a pair of variables a row, the
/// most violating one with the partner of largest gain, gives an active set; the free coefficients and the bias are
/// then solved for from it by elimination, and the conditions checked. Where one fails, the gap is made a hundred times
/// smaller, from 1e-6 to 1e-14 of the scaled target's range. A degenerate answer is that of the pairs.
///
/// Cost      small problems only: steps grow with C and n; it gives up after 5 10^8 operations
ReferenceSvrFit reference_svr(MatrixView<const double> X, std::span<const double> y,
                              std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                              std::span<const std::int32_t> feature_rows, Scaling features, Scaling target,
                              const ReferenceSvr& parameters);

/// MATLAB's interquartile range of the target at some rows: quantile (i - 1/2) / n is the i-th smallest, linear
/// between.
double reference_interquartile_range(std::span<const double> y, std::span<const std::int32_t> rows);

/// gamma of the rule that scikit-learn calls scale, of features scaled by `feature_rows`, over the training rows.
double reference_gamma_scale(MatrixView<const double> X, std::span<const std::int32_t> train,
                             std::span<const std::int32_t> feature_rows, Scaling features);

}  // namespace kilofold
