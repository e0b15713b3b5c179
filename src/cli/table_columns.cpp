// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/table_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "data/csv_number.hpp"
#include "data/csv_scanner.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/data.hpp"

namespace kilofold::cli {
namespace {

/// The beginning of a cell, as a line of words may hold it.
std::string on_one_line(const std::string& text) {
  constexpr std::size_t longest = 20;
  const std::vector<std::string_view> characters = split_characters(text);
  std::string shown;
  for (std::size_t i = 0; i < std::min(characters.size(), longest); ++i) shown += printable(characters[i]);
  return characters.size() > longest ? shown + "..." : shown;
}

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
        odd_text = on_one_line(text);
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
    if (!is_utf8(field.raw))
      problems.add(field.raw, "this column name is not UTF-8", "no spec could name it", "save the file as UTF-8");
    table.columns.emplace_back();
    table.columns.back().name = field.text();
  }
  if (!problems.empty()) throw InputError(problems.take());
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
                                   : fmt::format("line {} is '{}', no finite number", column.odd_line, column.odd_text);
  return column.counts_rows() ? "it counts the rows" : "";
}

}  // namespace

std::string TableColumns::left_out_text() const {
  std::vector<std::string> all;
  for (const auto& [column, why] : left_out) all.push_back(fmt::format("{} ({})", column.empty() ? "''" : column, why));
  for (const std::string& column : texts) all.push_back(column + " (words)");
  return fmt::format("{}", fmt::join(all, ", "));
}

TableColumns read_columns(const std::string& file) {
  DataSource form;
  form.file = file;
  read_csv(form);  // what is wrong with the table as such, it tells best
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
  if (target == numeric.rend() || numeric.size() < 2) {
    const std::string others = columns.left_out_text();
    throw InputError(fmt::format("{} needs two columns of numbers: one to predict, one to predict it from{}", file,
                                 others.empty() ? "" : "; it has " + others),
                     "every cell of such a column is a finite number with a decimal point, and not all are equal");
  }
  columns.target = (*target)->name;
  for (const Column* column : numeric)
    if (column != *target) columns.features.push_back(column->name);
  return columns;
}

}  // namespace kilofold::cli
