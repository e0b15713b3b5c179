// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "kilofold/core/cells.hpp"

namespace kilofold {

/// A feature's score and rank, each the mean over the training sets that have a score; NaN where none has.
struct FeatureMean {
  double score = 0;
  double rank = 0;
};
FeatureMean feature_mean(const FeatureScoreTable& table, std::size_t n_features, std::size_t feature);

}  // namespace kilofold
