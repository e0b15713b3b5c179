// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/feature_mean.hpp"

#include <cmath>
#include <limits>

namespace kilofold {

FeatureMean feature_mean(const FeatureScoreTable& table, std::size_t n_features, std::size_t feature) {
  FeatureMean sum;
  int n = 0;
  for (std::size_t i = feature; i < table.score.size(); i += n_features) {
    if (std::isnan(table.score[i])) continue;
    sum.score += table.score[i];
    sum.rank += table.rank[i];
    ++n;
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return n == 0 ? FeatureMean{nan, nan} : FeatureMean{sum.score / n, sum.rank / n};
}

}  // namespace kilofold
