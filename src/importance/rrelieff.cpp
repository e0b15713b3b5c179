// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "importance/neighbors.hpp"
#include "importance/samples.hpp"
#include "kilofold/core/error.hpp"
#include "kilofold/core/random.hpp"
#include "kilofold/core/reduction.hpp"
#include "kilofold/importance.hpp"

namespace kilofold {
namespace {

/// Rows whose neighbours are looked up, ascending.
std::vector<std::int32_t> query_rows(std::int64_t n, const RReliefFOptions& options) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), 0);
  if (options.n_rows == 0 || options.n_rows >= n) return rows;
  NumpyRandom(options.seed).shuffle(rows);
  rows.resize(static_cast<std::size_t>(options.n_rows));
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// Weight of the neighbour of each rank over that of the nearest; a common factor cancels in the scores.
std::vector<double> rank_weights(std::int32_t k, double sigma) {
  std::vector<double> weight;
  for (std::int32_t j = 1; j <= k; ++j) {
    const double rank = j;
    weight.push_back(std::exp(-(rank * rank - 1) / sigma / sigma));
  }
  return weight;
}

Matrix<double> range_scaled_features(const Samples& samples) {
  Matrix<double> Z(samples.X.rows, samples.X.cols);
  for (std::int64_t j = 0; j < Z.cols(); ++j) {
    const std::vector<double> scaled = range_scaled(feature(samples, j));
    std::copy(scaled.begin(), scaled.end(), Z.view().col(j));
  }
  return Z;
}

/// Weighted sums of the feature differences over pairs of neighbours.
class PairSums {
 public:
  explicit PairSums(std::int64_t d) : chains_(static_cast<std::size_t>(d) + 1), row_(chains_.size()) {}

  /// Add one pair of the current row.
  void add(double weight, const Matrix<double>& Z, std::int32_t a, std::int32_t b) {
    for (std::int64_t j = 0; j < Z.cols(); ++j) {
      double& sum = row_[static_cast<std::size_t>(j)];
      sum = std::fma(weight, std::abs(Z(a, j) - Z(b, j)), sum);
    }
    row_.back() += weight;
  }

  /// Close a row: its sums are one term of the canonical reductions over the rows.
  void end_row() {
    for (std::size_t s = 0; s < row_.size(); ++s) chains_[s].chain[n_rows_ % reduction_chains] += row_[s];
    std::fill(row_.begin(), row_.end(), 0.0);
    ++n_rows_;
  }

  /// Mean difference in feature j over the pairs.
  double mean_difference(std::int64_t j) const {
    return join_chains(chains_[static_cast<std::size_t>(j)].chain) / join_chains(chains_.back().chain);
  }

 private:
  struct Chains {
    double chain[reduction_chains] = {};
  };
  std::vector<Chains> chains_;  ///< one sum a feature, then the sum of the weights
  std::vector<double> row_;
  int n_rows_ = 0;
};

}  // namespace

FeatureScores rrelieff(const Samples& samples, const RReliefFOptions& options) {
  expect_valid(samples);
  KILOFOLD_EXPECT(options.n_neighbors >= 1 && options.sigma > 0 && options.n_rows >= 0);
  const std::int64_t n = samples.X.rows;
  const std::int64_t d = samples.X.cols;
  const auto k = static_cast<std::int32_t>(std::min<std::int64_t>(options.n_neighbors, n - 1));
  const Matrix<double> Z = range_scaled_features(samples);
  const std::vector<double> y = range_scaled(samples.y);
  const std::vector<double> weight = rank_weights(k, options.sigma);

  PairSums different(d);
  PairSums alike(d);
  visit_nearest(Z, query_rows(n, options), k, [&](std::int32_t row, std::span<const std::int32_t> neighbors) {
    for (std::size_t rank = 0; rank < neighbors.size(); ++rank) {
      const std::int32_t other = neighbors[rank];
      const double difference = std::abs(y[static_cast<std::size_t>(row)] - y[static_cast<std::size_t>(other)]);
      different.add(weight[rank] * difference, Z, row, other);
      alike.add(weight[rank] * (1 - difference), Z, row, other);
    }
    different.end_row();
    alike.end_row();
  });

  FeatureScores result;
  for (std::int64_t j = 0; j < d; ++j) {
    result.score.push_back(different.mean_difference(j) - alike.mean_difference(j));
  }
  result.ranking = rank_by_score(result.score);
  return result;
}

}  // namespace kilofold
