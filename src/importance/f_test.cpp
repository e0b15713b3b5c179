// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "importance/anova.hpp"
#include "importance/f_survival.hpp"
#include "kilofold/importance.hpp"

namespace kilofold {
namespace {

double reported(const Anova& anova, FTestScore score) {
  switch (score) {
    case FTestScore::between_mean_square:
      return anova.between_mean_square;
    case FTestScore::f:
      return anova.f;
    case FTestScore::minus_log_p:
      break;
  }
  return std::isnan(anova.f) ? anova.f : minus_log_f_survival(anova.f, anova.between_dof, anova.within_dof);
}

}  // namespace

FeatureScores f_test(const Samples& samples, const FTestOptions& options) {
  expect_valid(samples);
  const Deviations y = deviations(samples.y);
  FeatureScores result;
  for (std::int64_t j = 0; j < samples.X.cols; ++j) {
    const Bins bins = bin_column(feature(samples, j), options.binning);
    result.score.push_back(reported(anova(y, bins), options.score));
  }
  result.ranking = rank_by_score(result.score);
  return result;
}

}  // namespace kilofold
