// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Numbers as people read them.
namespace kilofold::report {

/// What stands where a number is missing.
inline constexpr std::string_view no_number = "–";

/// A mean and the sample standard deviation (n - 1) about it; NaN where one value has none.
struct Spread {
  double mean = 0;
  double sd = 0;
};
Spread spread(std::span<const double> values);

/// A number to some significant digits, without an exponent while that stays readable.
std::string significant(double value, int digits = 4);

/// A hyperparameter's value: up to six significant digits and no trailing zeros.
std::string parameter_value(double value);

/// The same for a tick: up to four significant digits, whole numbers in full.
std::string short_number(double value);

/// A count with thousands separators.
std::string count(std::int64_t n);

/// A count and its noun: "1 trial", "1,200 trials".
std::string count(std::int64_t n, std::string_view noun);

/// Decimals for a column of spreads: two significant digits of the median sd, or four of the largest mean where no sd
/// is known. Nothing where plain decimals would not be readable and an exponent is better.
std::optional<int> decimals(std::span<const Spread> column);

/// "1.089 ± 0.012"; without the second half where the sd is unknown.
std::string format(const Spread& value, std::optional<int> decimals);

}  // namespace kilofold::report
