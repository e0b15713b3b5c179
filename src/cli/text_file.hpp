// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/files.hpp"

namespace kilofold::cli {

/// A text as a CSV field, in quotes where it needs them (RFC 4180).
std::string csv_field(const std::string& text);

/// What may lie where a text goes: something that an earlier call wrote.
struct Earlier {
  std::string_view beginning;       ///< that everything of the kind has
  std::string_view kind;            ///< "event log"
  std::vector<std::string> inputs;  ///< files that are read and therefore stay, whatever they hold
};

/// Refuse to write where something else lies than an earlier call wrote. What is empty has nothing to lose.
/// Errors: InputError with that hint
void require_earlier(const std::string& path, const Earlier& earlier, const std::string& hint);

/// Results as text: to stdout where no file, or "-", is named, else to a file that appears whole when it is closed.
class TextFile {
 public:
  /// Errors    InputError with that hint where the file cannot be written, or where something else lies there; nothing
  ///           is lost then
  TextFile(std::string path, const Earlier& earlier, const std::string& hint);

  bool is_stdout() const { return path_.empty(); }
  /// Errors    MachineError; to stdout as put_text
  void put(std::string_view text);
  /// Make sure that all of it has left, and is at its place. Errors: as put
  void close();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void check(bool good) const;

  std::string path_;
  std::optional<TemporaryFile> temporary_;  ///< none for devices and pipes, which are written as they are
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace kilofold::cli
