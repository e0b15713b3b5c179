// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "csv_header.hpp"
#include "csv_number.hpp"
#include "csv_problems.hpp"
#include "csv_scanner.hpp"
#include "kilofold/core/text.hpp"
#include "kilofold/data.hpp"
#include "sha256.hpp"

namespace kilofold {
namespace {

using namespace std::string_view_literals;

[[noreturn]] void refuse_file(const std::string& file, std::string why, std::string hint) {
  Problem problem;
  problem.place.file = file;
  problem.message = std::move(why);
  problem.hint = std::move(hint);
  throw InputError({problem});
}

[[noreturn]] void refuse_unopened(const std::string& file, const std::string& why) {
  const std::filesystem::path path(file);
  std::vector<std::string> neighbours;
  std::error_code none;  // an unreadable folder has no neighbours to suggest
  for (const auto& entry :
       std::filesystem::directory_iterator(path.has_parent_path() ? path.parent_path() : ".", none)) {
    neighbours.push_back(entry.path().filename().string());
  }
  std::sort(neighbours.begin(), neighbours.end());
  const std::optional<std::string> closest = closest_name(path.filename().string(), neighbours);
  refuse_file(file, "cannot open the data file: " + why,
              closest && *closest != path.filename() ? fmt::format("did you mean '{}' in the same folder?", *closest)
                                                     : "a path in a spec counts from the spec's own folder");
}

std::string read_bytes(const std::string& file) {
  std::error_code unreachable;  // told when it is opened
  if (std::filesystem::is_directory(file, unreachable))
    refuse_file(file, "this is a folder, not a CSV file", "name a file in it");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse_unopened(file, std::generic_category().message(errno));
  std::string bytes;
  for (std::array<char, 1 << 16> block; stream.read(block.data(), block.size()), stream.gcount() > 0;)
    bytes.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  if (stream.bad()) throw MachineError(fmt::format("reading '{}' failed", file));
  return bytes;
}

/// Refuse what is not lines of UTF-8 text at all.
bool is_text(std::string_view text, CsvProblems& problems) {
  const Place start{problems.file(), 1, 1};
  const auto refuse = [&](const char* message) {
    problems.add(start, text, message, "", "save it as comma-separated UTF-8 text (CSV)");
    return false;
  };
  if (text.empty()) return refuse("the file is empty");
  if (text.starts_with("PK\x03\x04"sv) || text.starts_with("\xD0\xCF\x11\xE0"sv)) {
    return refuse("this is a workbook, not a CSV file");
  }
  if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv)) return refuse("this text is UTF-16, not UTF-8");
  if (text.find('\0') != std::string_view::npos) return refuse("this is a binary file, not a CSV file");
  const bool lone_returns = text.find('\r') != std::string_view::npos && text.find('\n') == std::string_view::npos;
  return lone_returns ? refuse("the lines end in carriage returns alone, not in line feeds") : true;
}

const char* ragged_row_hint(const CsvRecord& record, std::size_t n_fields) {
  const std::size_t n = record.fields.size();
  // Twice the fields: every number was cut in two at its decimal comma.
  if (n == 2 * n_fields || (n == 1 && foreign_separator(record))) return dialect_hint;
  if (n < n_fields) return "every line needs as many fields as the header";
  if (record.fields.back().raw.empty()) return "take out the comma at the line's end";
  return "a field that contains a comma needs quotes around it";
}

/// A cell's text for a message: on one line, and not too long for it.
std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 40;
  const std::vector<std::string_view> characters = split_characters(text);
  std::string shown;
  for (std::size_t i = 0; i < std::min(characters.size(), longest); ++i) shown += printable(characters[i]);
  return fmt::format("'{}{}'", shown, characters.size() > longest ? "..." : "");
}

/// The study's columns of one table, grown a record at a time.
class TableReader {
 public:
  TableReader(const DataSource& source, const CsvColumns& columns, CsvProblems& problems)
      : source_(source), columns_(columns), problems_(problems), features_(source.features.size()) {}

  void add(const CsvRecord& record) {
    if (record.blank) {
      blank_lines_.push_back(record.fields.front().raw);
      return;
    }
    report_blank_lines();
    ++n_rows_;
    if (!record.well_formed || !has_all_fields(record)) return;
    for (std::size_t i = 0; i < features_.size(); ++i) {
      if (columns_.features[i]) add_number(record, *columns_.features[i], source_.features[i], features_[i]);
    }
    if (columns_.target) add_number(record, *columns_.target, source_.target, y_);
    if (columns_.group) groups_.add(*this, record.fields[*columns_.group], *source_.groups);
    if (columns_.fold) folds_.add(*this, record.fields[*columns_.fold], *source_.folds);
  }

  /// Report what only the whole table shows.
  void check_table(const CsvRecord& header) {
    if (n_rows_ < 2) {
      problems_.add(header.fields.front().raw,
                    n_rows_ == 0 ? "the table has a header and no rows" : "the table has one row only",
                    "a study needs at least two rows: one to train on, one to predict", "is this the right file?");
    } else if (problems_.empty() && columns_.target &&
               std::adjacent_find(y_.begin(), y_.end(), std::not_equal_to<>()) == y_.end()) {
      problems_.add(header.fields[*columns_.target].raw,
                    fmt::format("the target '{}' is {} in every row", source_.target.column, y_.front()),
                    "there is nothing to predict, and R2 has no meaning", "name another column as the target");
    } else if (problems_.empty() && columns_.fold && folds_.name.size() < 2) {
      problems_.add(header.fields[*columns_.fold].raw,
                    fmt::format("the fold ids '{}' are the same in every row", source_.folds->column),
                    "one fold leaves no row to train on", "give at least two fold ids");
    }
  }

  Dataset take(std::string sha256) {
    Dataset data{source_,       std::move(sha256),       Matrix<double>(std::ssize(y_), std::ssize(features_)),
                 std::move(y_), std::move(groups_.code), std::move(groups_.name)};
    for (std::size_t i = 0; i < features_.size(); ++i) {
      std::copy(features_[i].begin(), features_[i].end(), data.X.view().col(static_cast<std::int64_t>(i)));
    }
    data.fold = std::move(folds_.code);
    data.fold_name = std::move(folds_.name);
    return data;
  }

 private:
  /// A column of words, as codes in order of first appearance.
  struct Words {
    std::vector<std::int32_t> code;
    std::vector<std::string> name;
    std::unordered_map<std::string, std::int32_t> code_of;

    void add(TableReader& table, const CsvField& cell, const ColumnName& column) {
      const std::string text = table.word(cell, column);
      if (text.empty()) return;
      const auto [known, is_new] = code_of.try_emplace(text, static_cast<std::int32_t>(name.size()));
      if (is_new) name.push_back(text);
      code.push_back(known->second);
    }
  };

  // Blank lines at the end of a file are nobody's mistake, so they wait here for a row to follow.
  void report_blank_lines() {
    for (const std::string_view line : blank_lines_) {
      problems_.add(CsvFault::blank_line, line, "a blank line between the rows", "", "delete it");
    }
    blank_lines_.clear();
  }

  bool has_all_fields(const CsvRecord& record) {
    const std::size_t n = record.fields.size();
    if (n == columns_.n_fields) return true;
    // Mark the fields that are too many, or the line's end, where some are missing.
    const std::string_view line = record.line();
    const char* const first_extra =
        n > columns_.n_fields ? record.fields[columns_.n_fields].raw.data() : line.data() + line.size();
    const std::string_view at = line.substr(static_cast<std::size_t>(first_extra - line.data()));
    problems_.add(CsvFault::ragged_row, at,
                  fmt::format("line {} has {} field{}, the header has {}", record.line_number, n, n == 1 ? "" : "s",
                              columns_.n_fields),
                  "", ragged_row_hint(record, columns_.n_fields));
    return false;
  }

  /// The text of a cell that must say something; empty, with a problem noted, where it does not.
  std::string nonempty_text(const CsvField& cell, const ColumnName& column) {
    std::string text = cell.text();
    if (text.empty()) {
      problems_.add(CsvFault::empty_cell, cell.raw, fmt::format("column '{}' is empty here", column.column), "",
                    "kilofold needs a complete table: fill the value in, or leave the row out");
    }
    return text;
  }

  void add_number(const CsvRecord& record, std::size_t field, const ColumnName& column, std::vector<double>& values) {
    const CsvField& cell = record.fields[field];
    const CsvNumber number = parse_number(cell.raw);
    if (number.fault == NumberFault::none) {
      values.push_back(number.value);
      return;
    }
    const std::string text = nonempty_text(cell, column);
    if (text.empty()) return;
    const CsvNumber unquoted = parse_number(text);
    values.push_back(unquoted.value);
    const std::string what = fmt::format("{} in column '{}'", in_quotes(text), column.column);
    if (unquoted.fault == NumberFault::not_a_number) {
      problems_.add(CsvFault::not_a_number, cell.raw, what + " is not a number", "", number_hint(text));
    } else if (unquoted.fault == NumberFault::not_finite) {
      problems_.add(CsvFault::not_finite, cell.raw, what + " is not a finite number", "",
                    "kilofold needs a complete table: fill the value in, or leave the row out");
    } else if (unquoted.fault == NumberFault::out_of_range) {
      problems_.add(CsvFault::out_of_range, cell.raw, what + " is beyond the range of a double",
                    "sizes from 5e-324 to 1.8e308 can be held", "give the column in another unit");
    }
  }

  std::string word(const CsvField& cell, const ColumnName& column) {
    std::string text = nonempty_text(cell, column);
    if (!is_utf8(text)) {
      problems_.add(CsvFault::not_utf8, cell.raw, fmt::format("this text in column '{}' is not UTF-8", column.column),
                    "", "save the file as UTF-8");
    }
    return text;
  }

  const DataSource& source_;
  const CsvColumns& columns_;
  CsvProblems& problems_;
  std::int64_t n_rows_ = 0;
  std::vector<std::string_view> blank_lines_;
  std::vector<std::vector<double>> features_;
  std::vector<double> y_;
  Words groups_;
  Words folds_;
};

}  // namespace

Dataset read_csv(const DataSource& source) {
  const std::string bytes = read_bytes(source.file);
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF"sv)) text.remove_prefix(3);  // the byte order mark, which is no text
  CsvProblems problems(source.file, text);
  if (!is_text(text, problems)) throw InputError(problems.take());

  CsvScanner scanner(text, problems);
  CsvRecord header;
  scanner.next(header);
  const std::optional<CsvColumns> columns = find_columns(source, header, problems);
  if (!columns) throw InputError(problems.take());
  TableReader table(source, *columns, problems);
  CsvRecord record;
  while (scanner.next(record)) table.add(record);
  table.check_table(header);
  if (!problems.empty()) throw InputError(problems.take());
  return table.take(sha256_hex(bytes));
}

}  // namespace kilofold
