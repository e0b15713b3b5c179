// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/console.hpp"

namespace kilofold::cli {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

TextFile::TextFile(std::string path, const std::string& hint) : path_(std::move(path)) {
  if (path_.empty()) return;
  file_ = std::fopen(path_.c_str(), "wb");
  if (file_ == nullptr) throw InputError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)), hint);
}

TextFile::~TextFile() {
  if (file_ != nullptr) std::fclose(file_);
}

void TextFile::put(std::string_view text) {
  if (path_.empty())
    put_text(text);
  else
    check(std::fwrite(text.data(), 1, text.size(), file_) == text.size());
}

void TextFile::close() {
  if (path_.empty()) return flush_results();
  check(std::fclose(std::exchange(file_, nullptr)) == 0);
}

void TextFile::check(bool good) const {
  if (!good) throw MachineError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

}  // namespace kilofold::cli
