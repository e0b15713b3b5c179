// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "kilofold/core/cells.hpp"
#include "kilofold/data.hpp"
#include "kilofold/spec.hpp"

namespace kilofold::cli {

/// Score the features by everything that `importance:` asks for: lists ask for every combination, `per: fold` for the
/// training rows of every fold and seed of the splits with the most folds. Tables of one name come once.
std::vector<FeatureScoreTable> feature_scores(const Spec& spec, const Dataset& data, std::span<const Split> splits);

}  // namespace kilofold::cli
