// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "csv_scanner.hpp"

#include <algorithm>

namespace kilofold {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string CsvField::text() const {
  if (!quoted) return std::string(raw);
  std::string text;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    text += raw[i];
    if (raw[i] == '"') ++i;
  }
  return text;
}

std::string_view CsvRecord::line() const {
  const char* const begin = fields.front().raw.data();
  const char* const end = fields.back().raw.data() + fields.back().raw.size();
  return {begin, static_cast<std::size_t>(end - begin)};
}

bool CsvScanner::next(CsvRecord& record) {
  if (position_ >= text_.size()) return false;
  const std::size_t begin = position_;
  record.line_number = line_;
  record.fields.clear();
  record.well_formed = true;
  record.fields.push_back(scan_field(record));
  while (position_ < text_.size() && text_[position_] == ',') {
    ++position_;
    record.fields.push_back(scan_field(record));
  }
  record.blank = record.fields.size() == 1 && record.fields.front().raw.empty();
  ++position_;  // past the line feed, or past the end of the text
  const std::string_view whole = text_.substr(begin, position_ - begin);
  line_ += static_cast<int>(std::count(whole.begin(), whole.end(), '\n'));
  return true;
}

CsvField CsvScanner::scan_field(CsvRecord& record) {
  while (position_ < text_.size() && is_blank(text_[position_])) ++position_;
  const bool quoted = position_ < text_.size() && text_[position_] == '"';
  return quoted ? scan_quoted(record) : scan_plain(record);
}

CsvField CsvScanner::scan_plain(CsvRecord& record) {
  const std::size_t begin = position_;
  std::size_t quote = std::string_view::npos;
  for (; position_ < text_.size() && text_[position_] != ',' && text_[position_] != '\n'; ++position_) {
    if (text_[position_] == '"' && quote == std::string_view::npos) quote = position_;
  }
  if (quote != std::string_view::npos) {
    report(record, text_.substr(quote, 1), "a quote inside a field that does not begin with one",
           "put the whole field in quotes and double each quote that belongs to the text: \"\"");
  }
  return {without_trailing_blanks(text_.substr(begin, position_ - begin)), false};
}

CsvField CsvScanner::scan_quoted(CsvRecord& record) {
  const std::size_t begin = position_++;
  while (true) {
    position_ = text_.find('"', position_);
    if (position_ == std::string_view::npos) {
      position_ = text_.size();
      report(record, text_.substr(begin), "this quote is never closed",
             "close it, or double a quote that belongs to the text: \"\"");
      return {text_.substr(begin, 1), false};
    }
    if (position_ + 1 >= text_.size() || text_[position_ + 1] != '"') break;
    position_ += 2;
  }
  const CsvField field{text_.substr(begin, ++position_ - begin), true};
  const std::size_t after = position_;
  position_ = std::min(text_.find_first_of(",\n", position_), text_.size());
  const std::string_view rest = without_trailing_blanks(text_.substr(after, position_ - after));
  if (!rest.empty()) {
    report(record, rest, "text after the closing quote of a field",
           "a comma or the line's end must follow; double a quote that belongs to the text: \"\"");
  }
  return field;
}

void CsvScanner::report(CsvRecord& record, std::string_view at, const char* message, const char* hint) {
  record.well_formed = false;
  problems_.add(CsvFault::quoting, at, message, "", hint);
}

}  // namespace kilofold
