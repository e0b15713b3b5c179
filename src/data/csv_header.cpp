// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "csv_number.hpp"
#include "kilofold/core/text.hpp"

namespace kilofold {
namespace {

/// Looks the study's columns up in one header.
class ColumnFinder {
 public:
  ColumnFinder(const CsvRecord& header, CsvProblems& problems) : header_(header), problems_(problems) {
    for (const CsvField& field : header.fields) names_.push_back(field.text());
  }

  /// The field of a column; empty, with a problem noted, where it is missing or ambiguous.
  std::optional<std::size_t> find(const ColumnName& wanted) {
    if (wanted.column.empty()) return std::nullopt;  // of a spec with mistakes, which says so
    const auto first = std::find(names_.begin(), names_.end(), wanted.column);
    if (first == names_.end()) {
      report_missing(wanted);
      return std::nullopt;
    }
    const auto second = std::find(first + 1, names_.end(), wanted.column);
    if (second == names_.end()) return first - names_.begin();
    problems_.add(header_.fields[second - names_.begin()].raw,
                  fmt::format("column '{}' occurs twice in the header", wanted.column),
                  fmt::format("fields {} and {} have this name, and the study uses it", first - names_.begin() + 1,
                              second - names_.begin() + 1),
                  "rename one of them");
    return std::nullopt;
  }

 private:
  void report_missing(const ColumnName& wanted) {
    const std::optional<std::string> closest = closest_name(wanted.column, names_);
    problems_.add(wanted, header_.line(), fmt::format("'{}' has no column '{}'", problems_.file(), wanted.column),
                  fmt::format("its header names {}", shortened_list()),
                  closest ? fmt::format("did you mean '{}'?", *closest) : "write one of these, to the letter");
  }

  std::string shortened_list() const {
    constexpr std::size_t shown = 12;
    const std::vector<std::string> first(names_.begin(), names_.begin() + std::min(names_.size(), shown));
    const std::string list = fmt::format("{}", fmt::join(first, ", "));
    return names_.size() > shown ? fmt::format("{} and {} more", list, names_.size() - shown) : list;
  }

  const CsvRecord& header_;
  CsvProblems& problems_;
  std::vector<std::string> names_;
};

}  // namespace

bool is_header(const CsvRecord& header, std::string_view target, CsvProblems& problems) {
  const CsvField& first = header.fields.front();
  if (header.blank) {
    problems.add(first.raw, "line 1 is blank where the column names should be", "",
                 "delete the blank lines above the header");
    return false;
  }
  if (!header.well_formed) return false;
  const char* const separator = foreign_separator(header);
  const bool has_target = std::any_of(header.fields.begin(), header.fields.end(),
                                      [&](const CsvField& field) { return field.text() == target; });
  // A study needs two columns, so where the whole line is one field it was not cut, whatever the spec calls that field.
  if (separator != nullptr && (!has_target || header.fields.size() == 1)) {
    problems.add(header.line(), fmt::format("the columns are separated by {}s, not by commas", separator), "",
                 fmt::format("{}: export it again with these", dialect_hint));
    return false;
  }
  if (header.fields.size() == 1 && first.text().starts_with('#') && !has_target) {
    problems.add(header.line(), "line 1 is a comment where the column names should be", "",
                 "delete the lines above the header");
    return false;
  }
  const bool all_numbers = std::all_of(header.fields.begin(), header.fields.end(), [](const CsvField& field) {
    return parse_number(field.text()).fault == NumberFault::none;
  });
  if (all_numbers) {
    problems.add(first.raw, "line 1 holds numbers where the column names should be",
                 "the study finds its columns by their names", "put a line with the column names on top");
  }
  return !all_numbers;
}

namespace {

/// Refuse a column that stands on both sides of the regression, or twice on one.
void check_use(const DataSource& source, const CsvRecord& header, const CsvColumns& columns, CsvProblems& problems) {
  for (std::size_t i = 0; i < columns.features.size(); ++i) {
    if (!columns.features[i]) continue;
    const ColumnName& feature = source.features[i];
    const std::string_view at = header.fields[*columns.features[i]].raw;
    if (columns.features[i] == columns.target) {
      problems.add(feature, at, fmt::format("column '{}' is both a feature and the target", feature.column),
                   "a model would read off the value it is asked to predict", "take it out of the features");
    }
    const auto here = columns.features.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(columns.features.begin(), here, *here) != here) {
      problems.add(feature, at, fmt::format("column '{}' is named twice among the features", feature.column), "",
                   "name it once");
    }
  }
}

}  // namespace

const char* foreign_separator(const CsvRecord& record) {
  const std::string_view line = record.line();
  // A column name may hold a semicolon of its own, so it takes as many of them as there are commas.
  const auto separates = [&](char c) {
    const std::int64_t count = std::count(line.begin(), line.end(), c);
    return count > 0 && count + 1 >= std::ssize(record.fields);
  };
  if (separates(';')) return "semicolon";
  if (separates('\t')) return "tab";
  if (separates('|')) return "vertical bar";
  return nullptr;
}

std::optional<CsvColumns> find_columns(const DataSource& source, const CsvRecord& header, CsvProblems& problems) {
  if (!is_header(header, source.target.column, problems)) return std::nullopt;
  ColumnFinder finder(header, problems);
  CsvColumns columns;
  columns.n_fields = header.fields.size();
  for (const ColumnName& feature : source.features) columns.features.push_back(finder.find(feature));
  columns.target = finder.find(source.target);
  if (source.groups) columns.group = finder.find(*source.groups);
  if (source.folds) columns.fold = finder.find(*source.folds);
  check_use(source, header, columns, problems);
  return columns;
}

}  // namespace kilofold
