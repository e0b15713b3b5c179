// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace kilofold::cli {

/// A text as a CSV field, in quotes where it needs them (RFC 4180).
std::string csv_field(const std::string& text);

/// Results as text, written to a file or, where no file is named, to stdout.
class TextFile {
 public:
  /// `path` empty: stdout. Errors: InputError with that hint where the file cannot be opened
  TextFile(std::string path, const std::string& hint);
  ~TextFile();
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  /// Errors    MachineError; to stdout as put_text
  void put(std::string_view text);
  /// Make sure that all of it has left. Errors: as put
  void close();

 private:
  void check(bool good) const;

  std::string path_;
  std::FILE* file_ = nullptr;
};

}  // namespace kilofold::cli
