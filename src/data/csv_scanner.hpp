// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "csv_problems.hpp"

namespace kilofold {

/// One field of a record: a stretch of the file, without the blanks around it.
struct CsvField {
  std::string_view raw;  ///< as it stands in the file, quotes included
  bool quoted = false;

  /// What the field says: without its quotes, doubled quotes undone.
  std::string text() const;
};

/// One row of the table: a line, or several where a quoted field spans them.
struct CsvRecord {
  int line_number = 0;  ///< where it begins, from 1
  std::vector<CsvField> fields;
  bool blank = false;       ///< an empty line
  bool well_formed = true;  ///< false: its quoting is wrong and already reported

  /// The stretch from its first field to its last.
  std::string_view line() const;
};

/// Cuts a CSV text into records (RFC 4180; LF or CRLF; blanks around fields belong to none).
class CsvScanner {
 public:
  CsvScanner(std::string_view text, CsvProblems& problems) : text_(text), problems_(problems) {}

  /// Read the next record into `record`, reusing its memory. False at the end of the text.
  bool next(CsvRecord& record);

 private:
  CsvField scan_field(CsvRecord& record);
  CsvField scan_quoted(CsvRecord& record);
  CsvField scan_plain(CsvRecord& record);
  void report(CsvRecord& record, std::string_view at, const char* message, const char* hint);

  std::string_view text_;
  CsvProblems& problems_;
  std::size_t position_ = 0;
  int line_ = 1;
};

}  // namespace kilofold
