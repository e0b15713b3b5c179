// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "markup.hpp"

#include "kilofold/core/text.hpp"

namespace kilofold::report {
namespace {

constexpr std::string_view replacement = "\uFFFD";

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }

std::string_view escape_character(std::string_view character) {
  switch (character.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      break;
  }
  return is_control(character.front()) || !is_utf8(character) ? replacement : character;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const std::string_view character : split_characters(text)) escaped += escape_character(character);
  return escaped;
}

}  // namespace kilofold::report
