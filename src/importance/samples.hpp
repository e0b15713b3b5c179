// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "kilofold/importance.hpp"

namespace kilofold {

/// Check the preconditions that all scores share.
void expect_valid(const Samples& samples);

/// One column of X, or y, as values of the rows.
using Column = std::span<const double>;

Column feature(const Samples& samples, std::int64_t j);

/// Whether all values are equal: asked of the values, since a variance of rounded means may differ from zero.
bool is_constant(Column x);

/// A column mapped onto [0, 1] by its extremes; all zeros where it is constant.
std::vector<double> range_scaled(Column x);

/// Features by falling score, equal scores by index, NaN last.
std::vector<std::int32_t> rank_by_score(std::span<const double> score);

}  // namespace kilofold
