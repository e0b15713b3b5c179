// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/table_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "data/csv_header.hpp"
#include "data/csv_number.hpp"
#include "data/csv_scanner.hpp"
#include "kilofold/data.hpp"

namespace kilofold::cli {
namespace {

/// What one column holds, seen row by row.
struct Column {
  std::string name;
  std::int64_t n_numbers = 0;
  std::int64_t n_counting = 0;  ///< rows that count on from the row before
  bool constant = true;
  double first = 0;
  double last = 0;
  int odd_line = 0;  ///< the first cell that is no number
  std::string odd_text;

  void add(int line, const std::string& text) {
    const CsvNumber number = parse_number(text);
    if (number.fault != NumberFault::none) {
      if (odd_line == 0) {
        odd_line = line;
        odd_text = text;
      }
      return;
    }
    if (n_numbers == 0) first = number.value;
    if (n_numbers > 0 && number.value == last + 1) ++n_counting;
    constant = constant && number.value == first;
    last = number.value;
    ++n_numbers;
  }
  bool numeric() const { return odd_line == 0 && n_numbers > 0; }
  bool counts_rows() const { return n_numbers > 2 && n_counting == n_numbers - 1 && (first == 0 || first == 1); }
};

struct Table {
  CsvRecord header;
  std::vector<Column> columns;
  std::int64_t n_rows = 0;
};

/// What the words of a table's header say of it, where two columns of numbers are not found.
[[noreturn]] void refuse(const std::string& file, const Table& table) {
  DataSource source;
  source.file = file;
  source.features.resize(1);
  source.features[0].column = table.columns.empty() ? "" : table.columns.front().name;
  source.target.column = table.columns.empty() ? "" : table.columns.back().name;
  read_csv(source);  // the whole file may be unreadable, which it says better
  throw InputError(fmt::format("{} needs two columns of numbers: one to predict, one to predict it from", file),
                   "every cell of such a column is a finite number with a decimal point");
}

Table scan(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvProblems problems(file, text);
  CsvScanner scanner(text, problems);
  Table table;
  if (!scanner.next(table.header)) return table;
  for (const CsvField& field : table.header.fields) {
    table.columns.emplace_back();
    table.columns.back().name = field.text();
  }
  if (foreign_separator(table.header) != nullptr) return table;
  for (CsvRecord record; scanner.next(record);) {
    if (record.blank) continue;
    ++table.n_rows;
    for (std::size_t i = 0; i < std::min(record.fields.size(), table.columns.size()); ++i)
      table.columns[i].add(record.line_number, record.fields[i].text());
  }
  return table;
}

/// Why a column cannot be a feature, or had better not be one; empty where it can.
std::string objection(const Column& column, const std::map<std::string, int>& uses) {
  if (column.name.empty()) return "it has no name";
  if (uses.at(column.name) > 1) return "several columns have this name";
  if (!column.numeric())
    return column.odd_text.empty() ? fmt::format("line {} is empty", column.odd_line)
                                   : fmt::format("line {} is no number", column.odd_line);
  return column.counts_rows() ? "it counts the rows" : "";
}

}  // namespace

TableColumns read_columns(const std::string& file) {
  const Table table = scan(file);
  std::map<std::string, int> uses;
  for (const Column& column : table.columns) ++uses[column.name];
  TableColumns columns;
  columns.n_rows = table.n_rows;
  std::vector<const Column*> numeric;
  for (const Column& column : table.columns) {
    const std::string why = objection(column, uses);
    if (why.empty())
      numeric.push_back(&column);
    else if (2 * column.n_numbers < table.n_rows && !column.name.empty() && uses[column.name] == 1)
      columns.texts.push_back(column.name);
    else
      columns.left_out.emplace_back(column.name, why);
  }
  const auto target = std::find_if(numeric.rbegin(), numeric.rend(), [](const Column* c) { return !c->constant; });
  if (target == numeric.rend() || numeric.size() < 2) refuse(file, table);
  columns.target = (*target)->name;
  for (const Column* column : numeric)
    if (column != *target) columns.features.push_back(column->name);
  return columns;
}

}  // namespace kilofold::cli
