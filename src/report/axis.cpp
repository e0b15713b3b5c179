// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kilofold/core/error.hpp"

namespace kilofold::report {

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

Ticks nice_ticks(Range range, int most) {
  KILOFOLD_EXPECT(range.span() > 0 && most >= 2);
  const double least_step = range.span() / most;
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

std::string tick_label(double value, double step) {
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  const double shown = value == 0 ? 0.0 : value;  // no "-0"
  if (decimals > 6 || std::abs(value) >= 1e7) return fmt::format("{:.3g}", shown);
  return fmt::format("{:.{}f}", shown, decimals);
}

}  // namespace kilofold::report
