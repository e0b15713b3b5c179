// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "kilofold/core/text.hpp"

namespace kilofold {
namespace {

constexpr std::int64_t listed_per_fault = 5;

const char* plural(CsvFault fault) {
  switch (fault) {
    case CsvFault::quoting:
      return "misplaced quotes";
    case CsvFault::blank_line:
      return "blank lines";
    case CsvFault::ragged_row:
      return "lines with a wrong number of fields";
    case CsvFault::empty_cell:
      return "empty cells";
    case CsvFault::not_a_number:
      return "cells that are not numbers";
    case CsvFault::not_finite:
      return "cells that are not finite";
    case CsvFault::out_of_range:
      return "numbers beyond the range of a double";
    case CsvFault::not_utf8:
      return "texts that are not UTF-8";
  }
  KILOFOLD_EXPECT(!"fault is one of the enumerators");
  return "";
}

}  // namespace

Problem CsvProblems::located(std::string_view at, std::string message, std::string reason, std::string hint) const {
  const std::string_view before = text_.substr(0, static_cast<std::size_t>(at.data() - text_.data()));
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 = 0: the first line
  std::string_view line = text_.substr(line_begin, text_.find('\n', before.size()) - line_begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view marked = at.substr(0, at.find_first_of("\r\n"));

  Problem problem;
  problem.place.file = file_;
  problem.place.line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
  problem.place.column = static_cast<int>(split_characters(before.substr(line_begin)).size()) + 1;
  problem.message = std::move(message);
  problem.reason = std::move(reason);
  problem.hint = std::move(hint);
  problem.excerpt = line;
  problem.width = std::max(static_cast<int>(split_characters(marked).size()), 1);
  return problem;
}

void CsvProblems::add(std::string_view at, std::string message, std::string reason, std::string hint) {
  problems_.push_back(located(at, std::move(message), std::move(reason), std::move(hint)));
}

void CsvProblems::add(CsvFault fault, std::string_view at, std::string message, std::string reason, std::string hint) {
  const auto kind = static_cast<std::size_t>(fault);
  const std::int64_t count = ++count_[kind];
  if (count <= listed_per_fault) add(at, std::move(message), std::move(reason), std::move(hint));
  if (count == listed_per_fault + 1) first_unlisted_[kind] = at;
}

void CsvProblems::add(const Place& place, std::string_view at, std::string message, std::string reason,
                      std::string hint, int width) {
  if (place.file.empty()) return add(at, std::move(message), std::move(reason), std::move(hint));
  problems_.push_back({place, std::move(message), std::move(reason), std::move(hint), "", width});
}

void CsvProblems::add(const ColumnName& named, std::string_view at, std::string message, std::string reason,
                      std::string hint) {
  const auto width = static_cast<int>(split_characters(named.column).size());
  add(named.place, at, std::move(message), std::move(reason), std::move(hint), width);
}

std::vector<Problem> CsvProblems::take() {
  for (std::size_t kind = 0; kind < count_.size(); ++kind) {
    const std::int64_t unlisted = count_[kind] - listed_per_fault;
    if (unlisted <= 0) continue;
    const auto fault = static_cast<CsvFault>(kind);
    add(first_unlisted_[kind], fmt::format("{} more of the same kind from here on ({})", unlisted, plural(fault)), "",
        "");
  }
  return std::move(problems_);
}

}  // namespace kilofold
