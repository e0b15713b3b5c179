// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kilofold/core/matrix.hpp"
#include "kilofold/data.hpp"

/// Face of the importance stage: a table becomes a score and a rank for every feature. No model is fitted.
///
/// Every function is pure and runs on one thread; equal input gives equal bits. Definitions, orders of summation and
/// what the scores are not: docs/importance.md.
namespace kilofold {

/// The rows that scores are computed from. Owns nothing.
///
/// Shapes    X (n, d) · y (n) · n >= 2, d >= 1, all finite
struct Samples {
  MatrixView<const double> X;
  std::span<const double> y;
};

/// View a whole table.
Samples all_rows(const Dataset& data);

/// Some rows of a table, copied: the training rows of a fold, so that no held-out value enters a score.
struct SampleSubset {
  Matrix<double> X;
  std::vector<double> y;

  Samples view() const { return {X.view(), y}; }
};
SampleSubset take_rows(const Dataset& data, std::span<const std::int32_t> rows);

/// Scores and the order they put the features in.
///
/// Shapes    score (d), NaN where undefined · ranking (d) feature indices, best first: by falling score, equal scores
/// by
///           index, undefined ones last
struct FeatureScores {
  std::vector<double> score;
  std::vector<std::int32_t> ranking;
};

/// Where bins end, for a column of more than `max_bins` distinct values; with fewer each value is a bin.
enum class BinEdges {
  quantile,     ///< B bins of about equal counts, split by ranks alone
  equal_width,  ///< B intervals of the column's range; empty ones are dropped
};

/// How a column becomes groups. `max_bins` = n makes every distinct value a bin.
struct Binning {
  std::int32_t max_bins = 10;  ///< at least 2
  BinEdges edges = BinEdges::quantile;
};

/// What `f_test` reports of the one-way analysis of variance of y over the bins of a feature.
enum class FTestScore {
  minus_log_p,          ///< -ln P(F' >= F) of F'(k - 1, n - k); finite for every finite F, however small p
  f,                    ///< mean square between bins / mean square within
  between_mean_square,  ///< sum_j n_j (mean_j - mean)^2 / (k - 1), in y's unit squared: the paper's Eq. 1 as printed
};

struct FTestOptions {
  FTestScore score = FTestScore::minus_log_p;
  Binning binning;
};

/// Score each feature by how much the mean of y differs between its bins.
///
///     F = (sum_j n_j (mean_j - mean)^2 / (k - 1)) / (sum_j sum_{i in j} (y_i - mean_j)^2 / (n - k)),   k bins
///
/// Errors    NaN: constant feature, constant y; for F and p also n = k (no two rows in one bin). Infinite F and -ln p:
///           y is constant inside every bin
/// Cost      O(d n log n), for the sort
/// Accuracy  relative 1e-12 against long double where the deviations of y are above 1e-3 of its size
FeatureScores f_test(const Samples& samples, const FTestOptions& options = {});

/// Greedy target of MRMR: relevance V against the mean redundancy W with the features already picked.
enum class MrmrScheme {
  mid,  ///< V - W
  miq,  ///< V / max(W, floor)
};

/// What relevance and redundancy are.
enum class MrmrEstimator {
  mi,  ///< both plug-in mutual information of the bins, in nats
  f,   ///< F as in `f_test`, and |Pearson correlation|: FCD and FCQ of Ding & Peng 2005, the form in the paper's text
};

struct MrmrOptions {
  MrmrScheme scheme = MrmrScheme::mid;
  MrmrEstimator estimator = MrmrEstimator::mi;
  double redundancy_floor = 1e-3;  ///< least W of `miq`, above 0: orthogonal designs have W near 0 and no quotient
  Binning binning;                 ///< of features and, for `mi`, of y
};

/// What MRMR knew of each feature when it picked it.
///
/// Shapes    ranking: the order of picking, which is not the order of `score` · score (d): V for the first, V - W or
///           V / max(W, floor) for later ones · relevance V (d) · redundancy W (d), 0 for the first
struct MrmrScores : FeatureScores {
  std::vector<double> relevance;
  std::vector<double> redundancy;
};

/// Rank features by minimum redundancy and maximum relevance: pick the largest V, then again and again the feature
/// whose V against the mean redundancy with all picked ones is largest. Equal targets go to the lower index.
///
/// Errors    score NaN, never picked, ranked last: constant feature; V undefined (estimator `f`, as in `f_test`)
/// Cost      O(d n log n + d^2 n); memory O(d n)
/// Source    Ding & Peng 2005, doi:10.1142/S0219720005001004
MrmrScores mrmr(const Samples& samples, const MrmrOptions& options = {});

struct RReliefFOptions {
  std::int32_t n_neighbors = 10;  ///< k; at most n - 1 are used. Must exceed the repeats of a setting: see docs
  double sigma = 50;              ///< the neighbour of rank j weighs exp(-(j / sigma)^2); infinity = all alike
  std::int64_t n_rows = 0;        ///< rows whose neighbours are looked up, drawn without repetition; 0 = every row
  std::uint32_t seed = 0;         ///< of that draw
};

/// Score each feature by whether near rows that differ in it differ in y (positive) or do not (negative).
///
/// With diff_A = |x_A - x'_A| / range(x_A), diff_y likewise, and d the weight of a neighbour's rank, summed over rows
/// and their k nearest neighbours:
///
///     W_A = sum d diff_y diff_A / sum d diff_y - sum d (1 - diff_y) diff_A / sum d (1 - diff_y)    in [-1, 1]
///
/// which is N_yA / N_y - (N_A - N_yA) / (m - N_y) without its cancellation. Nearest = smallest sum of diff_A over the
/// features; equally near rows count in ascending row index. A constant feature has diff 0, hence score 0.
///
/// Errors    all NaN: y constant among all neighbours, or different by its whole range in every pair (so n = 2)
/// Cost      exact search, O(m n d): 0.2 ms a row at n = 1e5, d = 50; memory O(n d)
/// Source    Robnik-Sikonja & Kononenko 2003, doi:10.1023/A:1025667309714; the paper's Eqs 2 and 3
FeatureScores rrelieff(const Samples& samples, const RReliefFOptions& options = {});

}  // namespace kilofold
