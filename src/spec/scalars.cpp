// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "scalars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "names.hpp"

namespace kilofold::spec {
namespace {

constexpr std::size_t longest_quote = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The text without its sign when what follows begins like a decimal number, else nothing.
std::string_view unsigned_part(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const bool begins = !text.empty() && (is_digit(text[0]) || (text[0] == '.' && text.size() > 1 && is_digit(text[1])));
  return begins ? text : std::string_view();
}

bool has_leading_zero(std::string_view digits) { return digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]); }

/// from_chars over the whole text: its error code, or invalid_argument when something is left over.
std::errc convert(std::string_view text, double& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end != text.data() + text.size()) return std::errc::invalid_argument;
  return error;
}

bool is_non_finite_word(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  return same_but_case(text, "inf") || same_but_case(text, "infinity") || same_but_case(text, "nan");
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  const std::string_view digits = unsigned_part(text);
  double value = 0;
  if (digits.empty() || has_leading_zero(digits) || convert(text, value) != std::errc()) return std::nullopt;
  return value;
}

std::optional<double> number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::plain) return std::nullopt;
  return parse_number(node.text);
}

std::string quoted(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::sequence:
      return node.items.empty() ? "an empty list" : "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::plain:
    case YamlNode::Kind::quoted:
      break;
  }
  if (number(node)) return node.text;
  std::string text = node.text.substr(0, node.text.find('\n'));
  if (text.size() > longest_quote) {
    std::size_t cut = longest_quote;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "...";
  }
  return fmt::format("'{}'", text);
}

NumberAdvice number_advice(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::quoted && parse_number(node.text)) {
    return {"quotes make it text", fmt::format("write {} without quotes", node.text)};
  }
  if (node.kind != YamlNode::Kind::plain) return {};
  const std::string& text = node.text;
  const std::string_view digits = unsigned_part(text);
  double value = 0;
  if (is_non_finite_word(text)) return {"values must be finite", {}};
  if (digits.empty()) return {};
  if (convert(text, value) == std::errc::result_out_of_range) return {"it is beyond the range of a double", {}};
  if (has_leading_zero(digits)) return {"some readers take a leading zero for octal", "write it without leading zeros"};
  if (text.find('_') != std::string::npos) return {{}, "write the digits without '_'"};
  if (std::count(text.begin(), text.end(), ',') == 1) return {{}, "the decimal mark is a point"};
  return {};
}

std::optional<std::string> read_text(const YamlNode& node, std::string_view what, Problems& problems) {
  if (node.is_scalar() && !node.text.empty()) return node.text;
  const std::string got = node.is_scalar() ? "empty text" : quoted(node);
  problems.add(node.at, fmt::format("{}: expected text, got {}", what, got));
  return std::nullopt;
}

}  // namespace kilofold::spec
