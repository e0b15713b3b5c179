// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kilofold::spec {
namespace {

constexpr std::size_t longest_line = 120;

/// The offset after the string that begins at `at`.
std::size_t end_of_text(const std::string& json, std::size_t at) {
  for (++at; json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

/// The offset of the bracket that closes the one at `at`.
std::size_t closing(const std::string& json, std::size_t at) {
  int depth = 0;
  while (true) {
    if (json[at] == '"') {
      at = end_of_text(json, at);
      continue;
    }
    if (json[at] == '{' || json[at] == '[') ++depth;
    if ((json[at] == '}' || json[at] == ']') && --depth == 0) return at;
    ++at;
  }
}

}  // namespace

Json Json::text(std::string_view value) {
  std::string json = "\"";
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') json += '\\';
      json += c;
    }
  }
  return Json(json + '"');
}

Json Json::number(double value) { return std::isinf(value) ? text("none") : Json(fmt::format("{}", value)); }

Json Json::bracketed(char open, const std::vector<std::string>& parts, char close) {
  return Json(fmt::format("{}{}{}", open, fmt::join(parts, ","), close));
}

Json Json::list(const std::vector<Json>& items) {
  std::vector<std::string> parts;
  for (const Json& item : items) parts.push_back(item.written());
  return bracketed('[', parts, ']');
}

Json Json::texts(const std::vector<std::string>& items) {
  std::vector<Json> list;
  for (const std::string& item : items) list.push_back(text(item));
  return Json::list(list);
}

Json Json::object(const std::vector<Member>& members) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : members) parts.push_back(text(name).written() + ":" + value.written());
  return bracketed('{', parts, '}');
}

Json Json::sorted_object(std::vector<Member> members) {
  std::ranges::sort(members, {}, &Member::first);
  return object(members);
}

std::string indented(const std::string& json) {
  std::string text;
  std::string margin;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = end_of_text(json, at);
      text += json.substr(at, end - at);
      at = end;
      continue;
    }
    const bool opens = c == '{' || c == '[';
    if (opens && closing(json, at) - at < longest_line) {
      const std::size_t end = closing(json, at) + 1;
      text += json.substr(at, end - at);
      at = end;
      continue;
    }
    if (opens) margin += ' ';
    if (c == '}' || c == ']') {
      margin.pop_back();
      text += '\n' + margin;
    }
    text += c;
    if (opens || c == ',') text += '\n' + margin;
    if (c == ':') text += ' ';
    ++at;
  }
  return text + '\n';
}

}  // namespace kilofold::spec
