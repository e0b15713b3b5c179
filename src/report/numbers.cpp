// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kilofold/core/text.hpp"

namespace kilofold::report {
namespace {

constexpr int most_decimals = 8;
constexpr double longest_number = 1e7;

/// Position of the first significant digit: 0 for 1 to 9.99, -1 for 0.1 to 0.99.
int exponent(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

}  // namespace

Spread spread(std::span<const double> values) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {nan, nan};
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, values.size() > 1 ? std::sqrt(squares / (n - 1)) : nan};
}

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return std::string(no_number);
  if (value == 0) return "0";
  const int wanted = digits - 1 - exponent(value);
  if (wanted > most_decimals || std::abs(value) >= longest_number) return fmt::format("{:.{}e}", value, digits - 1);
  return fmt::format("{:.{}f}", value, std::max(wanted, 0));
}

std::string parameter_value(double value) { return fmt::format("{:.6g}", value); }

std::string short_number(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < longest_number;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string count(std::int64_t n) { return grouped(n); }

std::string count(std::int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", count(n), noun, n == 1 ? "" : "s");
}

std::optional<int> decimals(std::span<const Spread> column) {
  double largest = 0;
  std::vector<double> sds;
  for (const Spread& value : column) {
    if (std::isfinite(value.mean)) largest = std::max(largest, std::abs(value.mean));
    if (std::isfinite(value.sd) && value.sd > 0) sds.push_back(value.sd);
  }
  if (largest == 0) return 2;
  int wanted = 3 - exponent(largest);
  if (!sds.empty()) {
    const auto middle = sds.begin() + (std::ssize(sds) - 1) / 2;
    std::nth_element(sds.begin(), middle, sds.end());
    // Beyond six significant digits a figure is noise to the reader, however small the spread.
    wanted = std::min(1 - exponent(*middle), 5 - exponent(largest));
  }
  if (wanted > most_decimals || largest >= longest_number) return std::nullopt;
  return std::max(wanted, 0);
}

std::string format(const Spread& value, std::optional<int> decimals) {
  if (!std::isfinite(value.mean)) return std::string(no_number);
  const auto plain = [&](double x) {
    return decimals ? fmt::format("{:.{}f}", x, *decimals) : fmt::format("{:.3e}", x);
  };
  if (!std::isfinite(value.sd)) return plain(value.mean);
  const bool vanishes = decimals && value.sd != 0 && value.sd < 0.5 * std::pow(10.0, -*decimals);
  return fmt::format("{} ± {}", plain(value.mean), vanishes ? fmt::format("{:.1g}", value.sd) : plain(value.sd));
}

}  // namespace kilofold::report
