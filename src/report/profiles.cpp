// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "profiles.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "numbers.hpp"

namespace kilofold::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_of_surface = 60;
constexpr std::string_view none = "none";

/// The number that a word of a column is; NaN where it is none.
double number_in(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : nan;
}

Level level_at(const TrialColumn& column, std::size_t trial) {
  const double number = column.text.empty() ? column.number[trial] : number_in(column.text[trial]);
  return {shown(column, trial), std::isfinite(number) ? number : nan};
}

using Key = std::pair<double, std::string>;

Key key_of(const Level& level) { return std::isnan(level.number) ? Key(0, level.label) : Key(level.number, ""); }

/// Where each level stands on its axis.
std::map<Key, std::size_t> places_of(const std::vector<Level>& levels) {
  std::map<Key, std::size_t> places;
  for (const Level& level : levels) places.emplace(key_of(level), places.size());
  return places;
}

/// The place of every trial of the grid, in its order.
std::vector<std::size_t> grid_places(const TrialColumn& column, const std::vector<Level>& levels,
                                     const GridTrials& trials) {
  const std::map<Key, std::size_t> places = places_of(levels);
  std::vector<std::size_t> at;
  for (const std::size_t t : trials.grid) at.push_back(places.at(key_of(level_at(column, t))));
  return at;
}

/// Distinct values of a column over some trials, in the order of an axis.
std::vector<Level> levels_of(const TrialColumn& column, const std::vector<std::size_t>& trials) {
  const auto later = [](const Level& level) { return std::isnan(level.number) ? 1 + (level.label == none) : 0; };
  std::vector<Level> levels;
  std::set<Key> seen;
  for (const std::size_t trial : trials) {
    Level level = level_at(column, trial);
    if (seen.insert(key_of(level)).second) levels.push_back(std::move(level));
  }
  std::ranges::stable_sort(levels, [&](const Level& a, const Level& b) {
    return later(a) != later(b) ? later(a) < later(b) : a.number < b.number;
  });
  return levels;
}

/// Four digits where they tell all numbers apart.
void round_labels(std::vector<Level>& levels) {
  std::set<std::string> labels;
  for (const Level& level : levels) labels.insert(axis_value(level));
  if (labels.size() < levels.size()) return;
  for (Level& level : levels) level.label = axis_value(level);
}

void lower(double& smallest, double value) {
  if (std::isfinite(value) && !(smallest <= value)) smallest = value;
}

Profile profile(const TrialColumn& column, std::vector<Level> levels, std::span<const double> mean,
                const GridTrials& trials) {
  Profile made{column.name, std::move(levels), {}};
  made.rmse.assign(made.levels.size(), nan);
  const std::vector<std::size_t> at = grid_places(column, made.levels, trials);
  for (std::size_t i = 0; i < at.size(); ++i) lower(made.rmse[at[i]], mean[trials.grid[i]]);
  for (const std::size_t t : trials.published) {
    if (!std::isfinite(mean[t]) || (made.published && made.published->rmse <= mean[t])) continue;
    made.published = {level_at(column, t), mean[t]};
  }
  if (made.published) made.published->at.label = axis_value(made.published->at);
  round_labels(made.levels);
  return made;
}

/// The columns that vary over the grid.
std::vector<std::pair<const TrialColumn*, std::vector<Level>>> varied(std::span<const TrialColumn> columns,
                                                                      const GridTrials& trials) {
  std::vector<std::pair<const TrialColumn*, std::vector<Level>>> all;
  for (const TrialColumn& column : columns) {
    if (column.name == published_mark) continue;
    if (auto levels = levels_of(column, trials.grid); levels.size() > 1) all.emplace_back(&column, std::move(levels));
  }
  return all;
}

}  // namespace

std::string shown(const TrialColumn& column, std::size_t trial) {
  if (column.text.empty())
    return std::isfinite(column.number[trial]) ? parameter_value(column.number[trial]) : std::string(none);
  const double value = number_in(column.text[trial]);  // a column of words may have numbers among them
  return std::isfinite(value) ? parameter_value(value) : column.text[trial];
}

std::string axis_value(const Level& level) {
  return std::isnan(level.number) ? level.label : short_number(level.number);
}

std::vector<std::size_t> published_trials(std::span<const TrialColumn> columns) {
  std::vector<std::size_t> trials;
  for (const TrialColumn& column : columns)
    for (std::size_t t = 0; column.name == published_mark && t < column.number.size(); ++t)
      if (column.number[t] == 1) trials.push_back(t);
  return trials;
}

GridTrials grid_trials(std::span<const TrialColumn> columns, std::size_t n_trials, bool in_grid) {
  GridTrials trials{std::vector<std::size_t>(n_trials), published_trials(columns)};
  std::iota(trials.grid.begin(), trials.grid.end(), 0);
  const auto is_beside = [&](std::size_t t) { return std::ranges::binary_search(trials.published, t); };
  if (!in_grid) std::erase_if(trials.grid, is_beside);
  return trials;
}

std::vector<Profile> profiles(std::span<const TrialColumn> columns, std::span<const double> mean,
                              const GridTrials& trials) {
  std::vector<Profile> all;
  for (auto& [column, levels] : varied(columns, trials))
    all.push_back(profile(*column, std::move(levels), mean, trials));
  return all;
}

std::optional<Surface> surface(std::span<const TrialColumn> columns, std::span<const double> mean,
                               const GridTrials& trials) {
  auto all = varied(columns, trials);
  std::erase_if(all, [](const auto& one) { return one.second.size() > most_of_surface; });
  if (all.size() < 2) return std::nullopt;
  std::ranges::stable_sort(all, std::ranges::greater(), [](const auto& one) { return one.second.size(); });
  const auto& [x_column, x] = all[0];
  const auto& [y_column, y] = all[1];
  Surface made{profile(*x_column, x, mean, trials), profile(*y_column, y, mean, trials), {}};
  made.rmse.assign(x.size() * y.size(), nan);
  const std::vector<std::size_t> across = grid_places(*x_column, x, trials), down = grid_places(*y_column, y, trials);
  for (std::size_t i = 0; i < across.size(); ++i)
    lower(made.rmse[down[i] * x.size() + across[i]], mean[trials.grid[i]]);
  return made;
}

}  // namespace kilofold::report
