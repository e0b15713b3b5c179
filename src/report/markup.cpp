// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "markup.hpp"

#include <fmt/format.h>

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

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : fmt::format("{} ({})", name, unit);
}

std::string parts_markup(const std::vector<std::string>& parts) {
  std::string markup;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    markup += fmt::format("<span class=\"part\">{}{}</span>{}", escape(parts[i]), last ? "" : ",", last ? "" : " ");
  }
  return markup;
}

}  // namespace kilofold::report
