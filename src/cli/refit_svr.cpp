// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "cli/refit_models.hpp"
#include "reference/reference_scaling.hpp"
#include "reference/reference_svr.hpp"

namespace kilofold::cli {
namespace {

/// C or epsilon; `iqr` is the interquartile range over `divisor`, or a number where that is zero, of the unscaled
/// target.
double penalty(const StoredFit& fit, const TrialValues& trial, const char* name, double divisor, double otherwise,
               double unit) {
  if (!trial.is_word(name)) return trial.number(name);
  const double range = reference_interquartile_range(fit.data.y, fit.rows.train);
  return (range > 0 ? range / divisor : otherwise) / unit;
}

/// How many times the conditions' residual where the target's interquartile range makes C or epsilon. Two quantiles
/// round at the target's magnitude, eps max |y| / range of either number, which moves the conditions by as many eps of
/// the coefficients and targets; the residual is 64 eps of them.
double more_by_words(const StoredFit& fit, const TrialValues& trial) {
  if (!trial.is_word("C") && !trial.is_word("epsilon")) return 1;
  const double range = reference_interquartile_range(fit.data.y, fit.rows.train);
  return range > 0 ? 1 + largest_target(fit) / range / 64 : 1;
}

}  // namespace

double gamma_of(const StoredFit& fit, const TrialValues& trial) {
  if (!trial.is_word("gamma")) return trial.number("gamma");
  const auto d = static_cast<double>(fit.data.n_features());
  const std::string& word = trial.word("gamma");
  if (word == "scale")
    return reference_gamma_scale(fit.data.X.view(), fit.rows.train, trial.feature_rows(), fit.spec.feature_scaling);
  if (word == "matlab_fine") return 16 / d;
  if (word == "matlab_coarse") return 1 / (16 * d);
  return 1 / d;  // auto, matlab_medium
}

Refit refit_svr(const StoredFit& fit) {
  const TrialValues trial(fit);
  if (fit.status == FitStatus::iteration_limit) return not_judged("the solver ended at its limit of steps");
  const auto unit =
      static_cast<double>(reference_scale(fit.data.y.data(), fit.rows.train, fit.spec.target_scaling).unit);
  const ReferenceSvr parameters{.kernel = trial.choice<ReferenceSvrKernel>("kernel"),
                                .gamma = gamma_of(fit, trial),
                                .degree = static_cast<std::int32_t>(trial.number("degree")),
                                .coef0 = trial.number("coef0"),
                                .C = penalty(fit, trial, "C", 1.349, 1, unit),
                                .epsilon = penalty(fit, trial, "epsilon", 13.49, 0.1, unit)};
  const ReferenceSvrFit plain =
      reference_svr(fit.data.X.view(), fit.data.y, fit.rows.train, fit.rows.held_out, trial.feature_rows(),
                    fit.spec.feature_scaling, fit.spec.target_scaling, parameters);
  if (plain.kind == ReferenceSvrFit::Kind::unsolved) return not_judged("the plain solver takes too long");
  // a rounded centre moves all targets alike and the bias with them, so of an offset only the answer's rounding is left
  const double rounding = answer_rounding(plain.prediction);
  const double more = more_by_words(fit, trial);
  if (plain.kind == ReferenceSvrFit::Kind::proven && fit.status == FitStatus::ok)
    return {plain.prediction, {}, more * plain.bound + rounding};
  const auto sd = static_cast<double>(reference_scale(fit.data.y.data(), fit.rows.train, Scaling::zscore).unit);
  const double rows = std::sqrt(static_cast<double>(fit.rows.train.size()));
  return {plain.prediction, {}, std::max(1e-8 * sd, more * 64 * eps * parameters.C * rows * unit) + rounding};
}

}  // namespace kilofold::cli
