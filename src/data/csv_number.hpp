// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kilofold {

enum class NumberFault { none, not_a_number, not_finite, out_of_range };

/// A cell read as a number: the nearest double, or why there is none.
struct CsvNumber {
  double value = 0;
  NumberFault fault = NumberFault::none;
};

/// Read decimal notation (1, -1.5, +2e-3, .5), whatever the locale; blanks around it are ignored.
///
/// Errors    nan and inf are not_finite; what overflows, or is not zero and would become zero, is out_of_range
CsvNumber parse_number(std::string_view text);

/// What to write instead of a cell that is no number: decimal commas, missing values and units are recognised.
const char* number_hint(std::string_view text);

}  // namespace kilofold
