// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

/// Tests and corrections for results of repeated cross-validation; docs/compare.md has the formulas in words.
namespace kilofold::report {

/// Student's t of a mean difference whose values are correlated.
struct CorrectedT {
  double mean = 0;
  double scale = 0;  ///< standard error of the mean, corrected
  double t = 0;
  double p = 1;  ///< two-sided
  std::int64_t degrees = 0;
};

/// Test paired differences d (N) of repeated k-fold cross-validation, N = repetitions x k.
///
/// t = mean(d) / sqrt((1/N + rho) var(d)), var with N - 1, rho = n_test / n_train; N - 1 degrees of freedom. Where all
/// differences are equal the scale is 0: p = 1 at mean 0, else 0.
/// Requires  N >= 2
/// Accuracy  1e-10 relative (Boost.Math)
/// Source    Nadeau & Bengio 2003, doi:10.1023/A:1024068626366
CorrectedT corrected_t(std::span<const double> d, double rho);

/// How likely the true mean difference lies below, within and above the region of practical equivalence.
struct Posterior {
  double below = 0;
  double within = 0;
  double above = 0;
};

/// n_test / n_train, mean over the folds of a split: fold (n) in [0, k). 1 / (k - 1) where folds are equal, larger
/// where they are not.
///
/// Requires  no fold without rows
double test_per_train(std::span<const std::int32_t> fold, std::int32_t n_folds);

/// Bayesian correlated t-test: the posterior of the mean difference is Student's t with corrected_t's degrees, mean and
/// scale. `rope` >= 0 is half the width of the region around 0.
///
/// Source    Corani & Benavoli 2015, doi:10.1007/s10994-015-5486-z (with correlation 1/k: rho as above)
Posterior correlated_t(const CorrectedT& test, double rope);

/// Holm's step-down adjustment of p-values, in their order.
std::vector<double> holm(std::span<const double> p);

/// Rank of every value, 1 = smallest; equal values share the mean of their ranks; NaN ranks last.
std::vector<double> ranks(std::span<const double> values);

/// After how many leading rows the ranking by column means is what it stays to the end. Shape: value (rows, columns),
/// row-major. At least 1; `rows` where only the last row settles it.
std::int64_t settled_after(std::span<const double> value, std::size_t columns);

/// What choosing the best of many configurations has flattered.
struct BestOfMany {
  double flattered = 0;  ///< in mean squared error
  double error = 0;      ///< Monte Carlo standard error of it; NaN with one draw
  double low = 0;        ///< 2.5 % and 97.5 % quantiles of the root mean squared error out of a draw
  double high = 0;
};

/// Bootstrap bias-corrected cross-validation with squared error as its loss.
///
/// Every draw chooses the configuration with the least loss in it; judged on the samples left out, its mean loss is m.
/// The estimate is E[m]. With r the mean loss, on the same samples, of the configuration that is best on all, E[r] is
/// that one's loss on all, for the samples left out are a random subset (nearly so where groups differ in size). So
/// `flattered` is the mean of m - r: the same estimate with the noise of subsets taken out, and 0 where there is one
/// configuration.
///
/// Shapes    loss (samples, configurations), row-major: squared error of a held-out prediction · group (samples) in
/// [0, g) · draw (draws, g): group numbers, drawn with replacement. A draw that leaves no group out is skipped
/// Requires  a draw that leaves a group out
/// Cost      draws x g x configurations additions
/// Source    Tsamardinos, Greasidou & Borboudakis 2018, doi:10.1007/s10994-018-5714-4
BestOfMany best_of_many(std::span<const double> loss, std::size_t configurations, std::span<const std::int32_t> group,
                        std::span<const std::int32_t> draw);

/// Root mean squared errors of one configuration under two kinds of folds.
struct Gap {
  double first = 0;
  double second = 0;
  double difference = 0;  ///< second - first
  double low = 0;         ///< 2.5 % and 97.5 % quantiles of the difference over the draws
  double high = 0;
};

/// Compare paired losses where rows come in groups, by drawing whole groups.
///
/// Shapes    first, second (n): squared errors of the same samples · group (n) in [0, g) · draw (draws, g): group
/// numbers, drawn with replacement. A group that is drawn twice counts twice; a draw without a row is skipped
/// Cost      draws x g additions
Gap grouped_gap(std::span<const double> first, std::span<const double> second, std::span<const std::int32_t> group,
                std::span<const std::int32_t> draw);

}  // namespace kilofold::report
