// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "generators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "kilofold/core/exp_log.hpp"

namespace kilofold::spec {
namespace {

/// The double nearest to x written with so many decimals.
double rounded(double x, int decimals) {
  const std::string text = fmt::format("{:.{}f}", x, decimals);
  double value = x;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value + 0.0;  // -0 becomes 0
}

/// How many decimals it takes to write x; -1 when more than a double can tell apart around 1.
int decimals_of(double x) {
  for (int decimals = 0; decimals <= 17; ++decimals) {
    if (rounded(x, decimals) == x) return decimals;
  }
  return -1;
}

constexpr double ln_10 = 0x1.26bb1bbb55516p+1;
constexpr double ln_10_rest = -0x1.f48ad494ea3e9p-53;

/// The double nearest to 10^k; infinite and zero beyond the range.
double power_of_ten(double k) {
  if (k > 400) return std::numeric_limits<double>::infinity();
  if (k < -400) return 0;
  const std::string text = fmt::format("1e{}", static_cast<int>(k));
  double value = k > 0 ? std::numeric_limits<double>::infinity() : 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// 10^e by our own exp: whole powers are the nearest doubles, and no C library has a say in the others.
double ten_to(double e) {
  const double whole = std::nearbyint(e);
  const double part = e - whole;  // exact
  const double power = power_of_ten(whole);
  if (part == 0) return power;
  const double x = part * ln_10;
  const double lost = std::fma(part, ln_10, -x) + part * ln_10_rest;
  return (x < 0 ? power * exp_minus(-x) : power / exp_minus(x)) * (1 + lost);
}

/// log10 x by our own log, exact for powers of ten. Requires x > 0.
double log_ten(double x) {
  double whole = std::nearbyint(natural_log(std::max(x, std::numeric_limits<double>::min())) / ln_10);
  const double power = power_of_ten(whole);
  return power == x || power == 0 ? whole : whole + natural_log(x / power) / ln_10;
}

}  // namespace

std::vector<double> linspace(double a, double b, std::int64_t n) {
  std::vector<double> values(static_cast<std::size_t>(n), a);
  if (n == 1) return values;
  const double step = (b - a) / static_cast<double>(n - 1);
  for (std::size_t i = 1; i < values.size(); ++i) values[i] = static_cast<double>(i) * step + a;
  values.back() = b;
  return values;
}

std::vector<double> logspace(double e0, double e1, std::int64_t n) {
  std::vector<double> values = linspace(e0, e1, n);
  for (double& value : values) value = ten_to(value);
  return values;
}

std::vector<double> geomspace(double a, double b, std::int64_t n) {
  std::vector<double> values = logspace(log_ten(a), log_ten(b), n);
  values.back() = b;
  values.front() = a;
  return values;
}

double step_count(double from, double to, double step) {
  const double exact = (to - from) / step;
  const double nearest = std::round(exact);
  // Decimal steps such as 0.1 miss the end by a few roundings; nobody writes a step that misses it by a billionth.
  const double slack = 1e-9 * std::max(1.0, std::abs(nearest));
  return std::abs(exact - nearest) <= slack ? nearest : exact;
}

std::vector<double> steps(double from, double to, double step, std::int64_t n_steps) {
  const int decimals = std::max(decimals_of(from), decimals_of(step));
  const bool decimal = decimals_of(from) >= 0 && decimals_of(step) >= 0;
  std::vector<double> values(static_cast<std::size_t>(n_steps) + 1, from);
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double value = static_cast<double>(i) * step + from;
    values[i] = decimal ? rounded(value, decimals) : value;
  }
  values.back() = to;
  return values;
}

}  // namespace kilofold::spec
