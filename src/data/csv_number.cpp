// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace kilofold {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// from_chars may round 1e-999 to zero or refuse it, depending on the library's release; this decides for all of them.
bool has_nonzero_digit(std::string_view number) {
  const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
  return mantissa.find_first_of("123456789") != std::string_view::npos;
}

bool means_missing(std::string_view text) {
  constexpr std::array<std::string_view, 11> words = {"na",  "n/a", "#n/a", "nan", "null", "none",
                                                      "nil", "-",   "--",   "?",   "."};
  return std::any_of(words.begin(), words.end(), [=](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); });
  });
}

}  // namespace

CsvNumber parse_number(std::string_view text) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  std::string_view number = trimmed(text);
  if (number.starts_with('+') && !number.starts_with("+-")) number.remove_prefix(1);
  double value = nan;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc::invalid_argument || end != number.data() + number.size()) {
    return {nan, NumberFault::not_a_number};
  }
  if (error == std::errc::result_out_of_range) return {nan, NumberFault::out_of_range};
  if (!std::isfinite(value)) {
    const bool spelt_in_digits = std::any_of(number.begin(), number.end(), is_digit);
    return {nan, spelt_in_digits ? NumberFault::out_of_range : NumberFault::not_finite};
  }
  if (value == 0 && has_nonzero_digit(number)) return {nan, NumberFault::out_of_range};
  return {value, NumberFault::none};
}

const char* number_hint(std::string_view text) {
  const std::string_view cell = trimmed(text);
  if (means_missing(cell)) return "kilofold needs a complete table: fill the value in, or leave the row out";
  const bool commas_and_digits = cell.find_first_not_of("+-0123456789,.eE") == std::string_view::npos;
  if (commas_and_digits && cell.find(',') != std::string_view::npos) {
    return "kilofold reads comma-separated files with a decimal point: write 1234.5, not 1234,5 or 1,234.5";
  }
  const bool begins_as_number = !cell.empty() && (is_digit(cell[0]) || (cell.size() > 1 && is_digit(cell[1])));
  if (begins_as_number) return "write the bare number, such as 12.5; units belong into the study's spec";
  return "write a number, such as 12.5 or 2e-3; a column of text can only serve as `groups`";
}

}  // namespace kilofold
