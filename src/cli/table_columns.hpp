// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kilofold::cli {

/// The columns of a table by what a study could use them for.
struct TableColumns {
  std::int64_t n_rows = 0;
  std::vector<std::string> features;                          ///< numbers in every row
  std::string target;                                         ///< the last such column that is not constant
  std::vector<std::string> texts;                             ///< mostly words: may name groups
  std::vector<std::pair<std::string, std::string>> left_out;  ///< column and why it cannot be, or is no feature

  /// "b (line 3 is empty), site (words)"; empty where every column is used.
  std::string left_out_text() const;
};

/// Look through a table. Errors: InputError as read_csv, and where there are not two columns of numbers
TableColumns read_columns(const std::string& file);

}  // namespace kilofold::cli
