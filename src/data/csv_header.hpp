// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "csv_problems.hpp"
#include "csv_scanner.hpp"
#include "kilofold/data.hpp"

namespace kilofold {

/// Which fields of a record a study reads; empty where the header lacks the column.
struct CsvColumns {
  std::size_t n_fields = 0;
  std::vector<std::optional<std::size_t>> features;
  std::optional<std::size_t> target;
  std::optional<std::size_t> group;
  std::optional<std::size_t> fold;
};

/// Does line 1 look like column names between commas? Where not, that is a problem, and all others would be noise.
/// `target`: a column that the study names, so that a header with it is one whatever else it looks like.
bool is_header(const CsvRecord& header, std::string_view target, CsvProblems& problems);

/// Find the study's columns in the header; one without a name is not looked for.
///
/// Errors    missing, repeated or doubly used columns become problems; nothing is returned where there is no header
std::optional<CsvColumns> find_columns(const DataSource& source, const CsvRecord& header, CsvProblems& problems);

/// The name of the character that seems to separate a record's fields instead of the comma, or nothing.
const char* foreign_separator(const CsvRecord& record);

/// Hint for every file that another separator or a decimal comma makes unreadable.
inline constexpr const char* dialect_hint = "kilofold reads comma-separated files with a decimal point";

}  // namespace kilofold
