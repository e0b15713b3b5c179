// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/data.hpp"

namespace kilofold {

/// What can be wrong many times over in one table. Each kind is listed a few times, then counted.
enum class CsvFault { quoting, blank_line, ragged_row, empty_cell, not_a_number, not_finite, out_of_range, not_utf8 };
inline constexpr int n_csv_faults = 8;

/// The problems found so far in one CSV text. A problem is placed by the stretch of text it is about.
class CsvProblems {
 public:
  CsvProblems(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  bool empty() const { return problems_.empty(); }
  const std::string& file() const { return file_; }

  /// Note a problem that can occur only a few times.
  void add(std::string_view at, std::string message, std::string reason, std::string hint);
  /// Note a problem that every row may have.
  void add(CsvFault fault, std::string_view at, std::string message, std::string reason, std::string hint);
  /// Note a problem at a place outside the CSV file, of `width` characters; without a file there, at the CSV text
  /// instead.
  void add(const Place& place, std::string_view at, std::string message, std::string reason, std::string hint,
           int width = 1);
  /// Note a problem with a column where the study names it.
  void add(const ColumnName& named, std::string_view at, std::string message, std::string reason, std::string hint);

  /// Every problem, with one more for each kind that was cut short.
  std::vector<Problem> take();

 private:
  Problem located(std::string_view at, std::string message, std::string reason, std::string hint) const;

  std::string file_;
  std::string_view text_;
  std::vector<Problem> problems_;
  std::array<std::int64_t, n_csv_faults> count_ = {};
  std::array<std::string_view, n_csv_faults> first_unlisted_;
};

}  // namespace kilofold
