// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "level_axis.hpp"

#include <algorithm>
#include <cmath>

namespace kilofold::report {
namespace {

constexpr double widest_linear = 20;  // largest over smallest number
constexpr double word_gap = 0.18;     // of what the numbers span

/// Do three numbers or more, ascending, differ by one step? Steps agree as well as six digits show.
bool evenly_spaced(const std::vector<double>& numbers) {
  if (numbers.size() < 3) return false;
  const double step = (numbers.back() - numbers.front()) / static_cast<double>(numbers.size() - 1);
  for (std::size_t i = 1; i < numbers.size(); ++i)
    if (std::abs(numbers[i] - numbers[i - 1] - step) > 1e-6 * step) return false;
  return true;
}

std::vector<double> logarithms(std::vector<double> numbers) {
  for (double& number : numbers) number = std::log10(number);
  return numbers;
}

LevelAxis::Scale scale_of(const std::vector<double>& numbers) {
  const auto first = std::ranges::find_if(numbers, [](double number) { return number > 0; });
  const std::vector<double> positive(first, numbers.end());
  if (positive.size() < 2 || evenly_spaced(numbers)) return LevelAxis::Scale::linear;
  const bool wide = evenly_spaced(logarithms(positive)) || positive.back() / positive.front() >= widest_linear;
  if (!wide) return LevelAxis::Scale::linear;
  return positive.size() == numbers.size() ? LevelAxis::Scale::logarithmic : LevelAxis::Scale::even;
}

}  // namespace

std::string LevelAxis::named(const std::string& parameter) const {
  if (scale == Scale::linear) return parameter;
  return parameter + (scale == Scale::logarithmic ? ", log scale" : ", evenly spaced");
}

LevelAxis level_axis(const Profile& profile) {
  std::vector<double> numbers;
  for (const Level& level : profile.levels)
    if (std::isfinite(level.number)) numbers.push_back(level.number);
  const bool published_number = profile.published && std::isfinite(profile.published->at.number);
  std::vector<double> all = numbers;
  if (published_number) all.push_back(profile.published->at.number);
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());

  LevelAxis axis;
  axis.n_numbers = numbers.size();
  axis.scale = scale_of(numbers);
  if (axis.scale == LevelAxis::Scale::logarithmic && all.front() <= 0) axis.scale = LevelAxis::Scale::even;
  const auto along = [&](double number) {
    if (axis.scale == LevelAxis::Scale::even)
      return static_cast<double>(std::ranges::lower_bound(all, number) - all.begin());
    return axis.scale == LevelAxis::Scale::logarithmic ? std::log10(number) : number;
  };
  if (published_number) axis.published_at = along(profile.published->at.number);

  for (const double number : numbers) axis.at.push_back(along(number));
  std::vector<double> reach = axis.at;
  if (published_number) reach.push_back(axis.published_at);
  const Range range = reach.empty() ? Range{0, 0} : range_of(reach);
  const double gap = range.span() > 0 ? word_gap * range.span() : 1;
  while (axis.at.size() < profile.levels.size())
    axis.at.push_back(range.high + gap * static_cast<double>(axis.at.size() - numbers.size() + 1));

  for (std::size_t i = 0; i < axis.at.size(); ++i)
    axis.ticks.push_back({axis.at[i], profile.levels[i].label, i >= numbers.size()});
  if (!profile.published) return axis;
  const Level& published = profile.published->at;
  const auto known = std::ranges::find(profile.levels, published.label, &Level::label);
  if (known != profile.levels.end())
    axis.published_at = axis.at[static_cast<std::size_t>(known - profile.levels.begin())];
  else if (!published_number)
    axis.published_at = range.high + gap * static_cast<double>(axis.at.size() - numbers.size() + 1);
  if (known == profile.levels.end()) axis.ticks.push_back({axis.published_at, published.label, true});
  return axis;
}

}  // namespace kilofold::report
