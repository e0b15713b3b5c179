// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kilofold/core/error.hpp"

namespace kilofold::report {
namespace {

constexpr double rounding = 1e-9;  // of the logarithm of a power of ten

int exponent(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)) + rounding)); }

}  // namespace

Range range_of(std::span<const double> values) {
  Range range{INFINITY, -INFINITY};
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range.low <= range.high ? range : Range{};
}

Range padded(Range range, double fraction) {
  // Ticks closer than the values' own rounding could not be told apart.
  const double least = 1e-9 * std::max({std::abs(range.low), std::abs(range.high), 1e-300});
  const double margin = range.span() > least ? fraction * range.span() : std::max(0.5 * std::abs(range.low), least);
  return {range.low - margin, range.high + margin};
}

Ticks nice_ticks(Range range, int most, double least_step) {
  KILOFOLD_EXPECT(range.span() > 0 && most >= 2);
  least_step = std::max(least_step, range.span() / most);
  const double decade = std::pow(10.0, std::floor(std::log10(least_step)));
  Ticks ticks;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    ticks.step = factor * decade;
    if (ticks.step >= least_step) break;
  }
  const double first = std::ceil(range.low / ticks.step);
  const double last = std::floor(range.high / ticks.step);
  for (double multiple = first; multiple <= last; ++multiple) ticks.values.push_back(multiple * ticks.step);
  return ticks;
}

double offset_of(const Ticks& ticks) {
  constexpr double longest_label = 1e6;  // steps
  if (ticks.values.empty()) return 0;
  const double low = ticks.values.front(), high = ticks.values.back();
  if (std::max(std::abs(low), std::abs(high)) <= longest_label * ticks.step) return 0;
  const double unit = std::pow(10.0, std::ceil(std::log10(std::max(high - low, ticks.step)) - rounding) + 1);
  return std::round((low / 2 + high / 2) / unit) * unit;
}

std::string tick_label(double value, double step) {
  const int decimals = std::max(0, -exponent(step));
  if (value == 0) return fmt::format("{:.{}f}", 0.0, decimals > 6 ? 0 : decimals);  // no "-0"
  if (decimals <= 6 && std::abs(value) < 1e7) return fmt::format("{:.{}f}", value, decimals);
  return fmt::format("{:.{}g}", value, std::clamp(exponent(value) - exponent(step) + 1, 1, 17));
}

}  // namespace kilofold::report
