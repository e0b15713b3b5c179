// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "text_check.hpp"

#include <fmt/format.h>

#include "kilofold/core/text.hpp"
#include "yaml_tree.hpp"

namespace kilofold::spec {
namespace {

unsigned char byte(const std::string& text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// The offset of the first byte that is no part of a UTF-8 character. Requires one.
std::size_t first_bad_byte(const std::string& text) {
  std::size_t at = 0;
  for (const std::string_view character : split_characters(text)) {
    if (!is_utf8(character)) break;
    at += character.size();
  }
  return at;
}

/// Tab, line feed and CR LF are text; yaml-cpp takes U+0004 for the end of the file and miscounts lines at a lone CR.
bool is_control(const std::string& text, std::size_t i) {
  const unsigned char c = byte(text, i);
  if (c == '\r') return i + 1 == text.size() || text[i + 1] != '\n';
  return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
}

}  // namespace

bool check_text(const SourceText& source, Problems& problems) {
  const std::string& text = source.text();
  if (text.size() > max_text_bytes) {
    problems.add({&source, 0, 1}, fmt::format("the text has {} bytes, more than {}", text.size(), max_text_bytes),
                 "a study's description is a page, not a table", "put data into a CSV file and grids into generators");
    return false;
  }
  if (!is_utf8(text)) {
    const std::size_t at = first_bad_byte(text);
    problems.add({&source, at, at + 1}, fmt::format("not valid UTF-8 at byte {}", at), {},
                 "save the file as UTF-8, for example: iconv -f latin1 -t utf-8");
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_control(text, i)) continue;
    problems.add({&source, i, i + 1}, fmt::format("control character U+{:04X} at byte {}", byte(text, i), i), {},
                 "save the file as plain UTF-8 text with LF or CR LF line ends");
    return false;
  }
  return true;
}

std::size_t end_of_quoted(const std::string& text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool escaped = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!escaped) return i + 1;
      ++i;
    }
  }
  return std::string::npos;
}

}  // namespace kilofold::spec
