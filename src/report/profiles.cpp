// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "profiles.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "numbers.hpp"

namespace kilofold::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_of_surface = 60;

/// A column's distinct values, and each trial's number among them.
struct Levels {
  std::vector<std::string> values;
  std::vector<std::size_t> level;
};

Levels levels_of(const TrialColumn& column, std::size_t n_trials) {
  Levels levels;
  std::map<std::string, std::size_t> by_text;
  std::map<double, std::size_t> by_number;
  constexpr double last = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < n_trials; ++t) {
    if (!column.text.empty()) {
      levels.level.push_back(by_text.try_emplace(column.text[t], by_text.size()).first->second);
      if (by_text.size() > levels.values.size()) levels.values.push_back(shown(column, t));
    } else {
      by_number.try_emplace(std::isfinite(column.number[t]) ? column.number[t] : last, t);
    }
  }
  if (!column.text.empty()) return levels;
  std::size_t next = 0;
  for (auto& [number, at] : by_number) {
    levels.values.push_back(shown(column, at));
    at = next++;
  }
  for (std::size_t t = 0; t < n_trials; ++t)
    levels.level.push_back(by_number.at(std::isfinite(column.number[t]) ? column.number[t] : last));
  return levels;
}

void lower(double& smallest, double value) {
  if (std::isfinite(value) && !(smallest <= value)) smallest = value;
}

Profile profile(const std::string& name, const Levels& levels, std::span<const double> mean) {
  Profile made{name, levels.values, std::vector<double>(levels.values.size(), nan)};
  for (std::size_t t = 0; t < mean.size(); ++t) lower(made.rmse[levels.level[t]], mean[t]);
  return made;
}

}  // namespace

std::string shown(const TrialColumn& column, std::size_t trial) {
  if (column.text.empty()) return std::isfinite(column.number[trial]) ? parameter_value(column.number[trial]) : "none";
  const std::string& text = column.text[trial];  // a column of words may have numbers among them
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? parameter_value(value) : text;
}

std::vector<Profile> profiles(std::span<const TrialColumn> columns, std::span<const double> mean) {
  std::vector<Profile> all;
  for (const TrialColumn& column : columns) {
    if (column.name == published_mark) continue;
    const Levels levels = levels_of(column, mean.size());
    if (levels.values.size() > 1) all.push_back(profile(column.name, levels, mean));
  }
  return all;
}

std::optional<Surface> surface(std::span<const TrialColumn> columns, std::span<const double> mean) {
  std::vector<std::pair<std::string, Levels>> varied;
  for (const TrialColumn& column : columns) {
    if (column.name == published_mark) continue;
    Levels levels = levels_of(column, mean.size());
    if (levels.values.size() > 1 && levels.values.size() <= most_of_surface)
      varied.emplace_back(column.name, std::move(levels));
  }
  if (varied.size() < 2) return std::nullopt;
  std::ranges::stable_sort(varied, std::ranges::greater(), [](const auto& one) { return one.second.values.size(); });
  const auto& [x_name, x] = varied[0];
  const auto& [y_name, y] = varied[1];
  Surface made{profile(x_name, x, mean), profile(y_name, y, mean), {}};
  made.rmse.assign(x.values.size() * y.values.size(), nan);
  for (std::size_t t = 0; t < mean.size(); ++t) lower(made.rmse[y.level[t] * x.values.size() + x.level[t]], mean[t]);
  return made;
}

}  // namespace kilofold::report
