// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kilofold/core/cells.hpp"
#include "study_summary.hpp"

namespace kilofold::report {

/// The column that marks the trial of the published setting; no parameter.
inline constexpr std::string_view published_mark = "as_published";

/// A parameter's value of one trial, as shown: `none` where there is no limit.
std::string shown(const TrialColumn& column, std::size_t trial);

/// Profiles of the columns that vary. `mean` is the mean RMSE of every trial, not finite where unfinished.
std::vector<Profile> profiles(std::span<const TrialColumn> columns, std::span<const double> mean);

/// Over the two columns with the most values, up to 60 each; nothing where fewer than two vary.
std::optional<Surface> surface(std::span<const TrialColumn> columns, std::span<const double> mean);

}  // namespace kilofold::report
