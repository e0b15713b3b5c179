// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kilofold {

/// A table as a terminal shows it, at least two blanks between columns whatever their cells hold.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::right;
    std::size_t least_width = 0;  ///< so that tables of one command look alike
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// A row of fewer or more cells than columns ends with a text of any length, which no column makes room for.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// Lines that end in a newline and in no blank; the titles first, unless all are empty.
  std::string text(const std::string& indent = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace kilofold
