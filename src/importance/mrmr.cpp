// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "importance/anova.hpp"
#include "importance/bins.hpp"
#include "importance/mutual_information.hpp"
#include "kilofold/core/error.hpp"
#include "kilofold/core/reduction.hpp"
#include "kilofold/importance.hpp"

namespace kilofold {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// An estimator says what features are worth alone, and what each of some candidates shares with a picked one.
struct Relations {
  virtual ~Relations() = default;
  virtual double relevance(std::int32_t j) const = 0;
  virtual std::vector<double> redundancy(std::int32_t picked, const std::vector<std::int32_t>& candidates) const = 0;
};

std::vector<Bins> bin_features(const Samples& samples, const Binning& binning) {
  std::vector<Bins> bins;
  for (std::int64_t j = 0; j < samples.X.cols; ++j) bins.push_back(bin_column(feature(samples, j), binning));
  return bins;
}

class MutualInformation final : public Relations {
 public:
  MutualInformation(const Samples& samples, const Binning& binning)
      : bins_(bin_features(samples, binning)), y_(bin_column(samples.y, binning)) {}

  double relevance(std::int32_t j) const override {
    const Bins& bins = bins_[static_cast<std::size_t>(j)];
    return bins.n_bins < 2 ? nan : mutual_information(y_, bins);
  }

  std::vector<double> redundancy(std::int32_t picked, const std::vector<std::int32_t>& candidates) const override {
    const RowsByBin rows(bins_[static_cast<std::size_t>(picked)]);
    std::vector<double> shared;
    for (const std::int32_t j : candidates)
      shared.push_back(mutual_information(rows, bins_[static_cast<std::size_t>(j)]));
    return shared;
  }

 private:
  std::vector<Bins> bins_;
  RowsByBin y_;
};

/// Deviations from the mean over their Euclidean norm, so that inner products are correlations.
std::vector<double> unit_deviations(Column x) {
  std::vector<double> unit = deviations(x).value;
  const double norm = std::sqrt(canonical_dot(unit.data(), unit.data(), std::ssize(unit)));
  if (norm > 0) {
    for (double& value : unit) value /= norm;
  }
  return unit;
}

class FAndCorrelation final : public Relations {
 public:
  FAndCorrelation(const Samples& samples, const Binning& binning) {
    const Deviations y = deviations(samples.y);
    for (std::int64_t j = 0; j < samples.X.cols; ++j) {
      f_.push_back(anova(y, bin_column(feature(samples, j), binning)).f);
      unit_.push_back(unit_deviations(feature(samples, j)));
    }
  }

  double relevance(std::int32_t j) const override { return f_[static_cast<std::size_t>(j)]; }

  std::vector<double> redundancy(std::int32_t picked, const std::vector<std::int32_t>& candidates) const override {
    const std::vector<double>& a = unit_[static_cast<std::size_t>(picked)];
    std::vector<double> shared;
    for (const std::int32_t j : candidates) {
      const double correlation = canonical_dot(a.data(), unit_[static_cast<std::size_t>(j)].data(), std::ssize(a));
      shared.push_back(std::min(1.0, std::abs(correlation)));
    }
    return shared;
  }

 private:
  std::vector<double> f_;
  std::vector<std::vector<double>> unit_;
};

/// The greedy search, one pick after the other.
class Search {
 public:
  Search(const Relations& relations, std::int64_t d, const MrmrOptions& options)
      : relations_(relations), options_(options), shared_(static_cast<std::size_t>(d), 0.0) {
    const std::vector<double> undefined(shared_.size(), nan);
    result_ = {{undefined, {}}, undefined, undefined};
    for (std::int32_t j = 0; j < d; ++j) {
      result_.relevance[static_cast<std::size_t>(j)] = relations.relevance(j);
      (std::isnan(result_.relevance[static_cast<std::size_t>(j)]) ? undefined_ : candidates_).push_back(j);
    }
  }

  MrmrScores run() {
    while (!candidates_.empty()) pick_next();
    result_.ranking.insert(result_.ranking.end(), undefined_.begin(), undefined_.end());
    return std::move(result_);
  }

 private:
  double redundancy(std::int32_t j) const {
    const std::size_t n_picked = result_.ranking.size();
    return n_picked == 0 ? 0.0 : shared_[static_cast<std::size_t>(j)] / static_cast<double>(n_picked);
  }

  double target(std::int32_t j) const {
    const double relevance = result_.relevance[static_cast<std::size_t>(j)];
    if (result_.ranking.empty()) return relevance;
    return options_.scheme == MrmrScheme::mid ? relevance - redundancy(j)
                                              : relevance / std::max(redundancy(j), options_.redundancy_floor);
  }

  void pick_next() {
    // The first of equal targets, and candidates ascend.
    const auto best = std::max_element(candidates_.begin(), candidates_.end(),
                                       [this](std::int32_t a, std::int32_t b) { return target(a) < target(b); });
    const std::int32_t picked = *best;
    result_.score[static_cast<std::size_t>(picked)] = target(picked);
    result_.redundancy[static_cast<std::size_t>(picked)] = redundancy(picked);
    candidates_.erase(best);
    result_.ranking.push_back(picked);
    const std::vector<double> shared = relations_.redundancy(picked, candidates_);
    for (std::size_t c = 0; c < shared.size(); ++c) shared_[static_cast<std::size_t>(candidates_[c])] += shared[c];
  }

  const Relations& relations_;
  const MrmrOptions& options_;
  std::vector<double> shared_;  ///< sum over the picked features of what each feature shares with them
  std::vector<std::int32_t> candidates_;
  std::vector<std::int32_t> undefined_;
  MrmrScores result_;
};

}  // namespace

MrmrScores mrmr(const Samples& samples, const MrmrOptions& options) {
  expect_valid(samples);
  KILOFOLD_EXPECT(options.redundancy_floor > 0);
  if (options.estimator == MrmrEstimator::mi) {
    return Search(MutualInformation(samples, options.binning), samples.X.cols, options).run();
  }
  return Search(FAndCorrelation(samples, options.binning), samples.X.cols, options).run();
}

}  // namespace kilofold
