// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "cli/console.hpp"
#include "cli/folder.hpp"

namespace kilofold::cli {

namespace fs = std::filesystem;

void require_earlier(const std::string& path, const Earlier& earlier, const std::string& hint) {
  std::error_code missing;
  for (const std::string& input : earlier.inputs)
    if (fs::equivalent(path, input, missing))
      throw InputError(fmt::format("{} stays as it is: these results are read from it, or made from it", path), hint);
  std::string head(earlier.beginning.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (file.gcount() > 0 && head != earlier.beginning)
    throw InputError(fmt::format("{} stays as it is: it is no {}", path, earlier.kind), hint);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

TextFile::TextFile(std::string path, const Earlier& earlier, const std::string& hint)
    : path_(path == "-" ? "" : std::move(path)) {
  if (path_.empty()) return;
  std::error_code missing;
  const fs::file_status there = fs::status(path_, missing);
  if (fs::exists(there) && !fs::is_regular_file(there) && !fs::is_directory(there)) {
    file_.reset(std::fopen(path_.c_str(), "wb"));
  } else {
    require_writable(path_, hint);
    require_earlier(path_, earlier, hint);
    path_ = fs::weakly_canonical(path_).string();  // of a link the file, not the link, is replaced
    temporary_.emplace(directory_of(path_));
    file_.reset(std::fopen(temporary_->path().c_str(), "wb"));
  }
  check(file_ != nullptr);
}

void TextFile::put(std::string_view text) {
  if (is_stdout())
    put_text(text);
  else
    check(std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size());
}

void TextFile::close() {
  if (is_stdout()) return flush_results();
  check(std::fclose(file_.release()) == 0);
  if (!temporary_) return;
  temporary_->begin_sync();
  temporary_->publish(path_);
}

void TextFile::check(bool good) const {
  if (!good) throw MachineError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

}  // namespace kilofold::cli
