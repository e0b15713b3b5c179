// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kilofold/store.hpp"

/// What the corrections by resampling are computed from.
namespace kilofold::report {

/// The squared error of every sample and trial, mean over the seeds. Shape (n, trials), row-major; empty where
/// predictions are missing.
std::vector<double> squared_errors(const StudyReader& study, ModelId model, std::span<const std::int64_t> trials);

/// Group of every row; where the table has none each row is one.
std::vector<std::int32_t> groups_of(const StudyReader& study);

/// 1,000 bootstrap draws of n numbers below n, a function of n alone. Shape (draws, n).
std::vector<std::int32_t> make_draws(std::size_t n);

}  // namespace kilofold::report
