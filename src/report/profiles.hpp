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

/// A value as axes show it, without regard to the others: numbers to four digits.
std::string axis_value(const Level& level);

/// Trials with the published setting.
std::vector<std::size_t> published_trials(std::span<const TrialColumn> columns);

/// Which trials the curves are of, and which are marked beside them.
struct GridTrials {
  std::vector<std::size_t> grid;
  std::vector<std::size_t> published;
};
/// `in_grid`: is the published setting one of the grid's own?
GridTrials grid_trials(std::span<const TrialColumn> columns, std::size_t n_trials, bool in_grid);

/// Profiles of the columns that vary over the grid. `mean` is the mean RMSE of every trial, not finite where
/// unfinished.
std::vector<Profile> profiles(std::span<const TrialColumn> columns, std::span<const double> mean,
                              const GridTrials& trials);

/// Over the two columns with the most values, up to 60 each; nothing where fewer than two vary over the grid.
std::optional<Surface> surface(std::span<const TrialColumn> columns, std::span<const double> mean,
                               const GridTrials& trials);

}  // namespace kilofold::report
