// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kilofold/core/matrix.hpp"

namespace kilofold {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Length in bytes of the well-formed UTF-8 character that a text starts with; 0 where there is none.
///
/// Source    Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool out_of_range = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
                            (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90);
  return !out_of_range && std::all_of(text.begin() + 1, text.begin() + length, continues) ? length : 0;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Edits (insert, drop, replace, swap neighbours) from one text to the other: the optimal string alignment distance.
std::int64_t edit_distance(std::string_view from, std::string_view to) {
  const std::vector<std::string_view> a = split_characters(from);
  const std::vector<std::string_view> b = split_characters(to);
  Matrix<std::int64_t> edits(std::ssize(a) + 1, std::ssize(b) + 1);
  const auto at = [](const std::vector<std::string_view>& text, std::int64_t i) { return text[i - 1]; };
  for (std::int64_t i = 0; i < edits.rows(); ++i) {
    for (std::int64_t j = 0; j < edits.cols(); ++j) {
      if (i == 0 || j == 0) {
        edits(i, j) = i + j;
        continue;
      }
      const std::int64_t replace = edits(i - 1, j - 1) + (at(a, i) == at(b, j) ? 0 : 1);
      edits(i, j) = std::min({edits(i - 1, j) + 1, edits(i, j - 1) + 1, replace});
      const bool swapped = i > 1 && j > 1 && at(a, i) == at(b, j - 1) && at(a, i - 1) == at(b, j);
      if (swapped) edits(i, j) = std::min(edits(i, j), edits(i - 2, j - 2) + 1);
    }
  }
  return edits(edits.rows() - 1, edits.cols() - 1);
}

}  // namespace

std::vector<std::string_view> split_characters(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    characters.push_back(text.substr(0, std::max<std::size_t>(character_length(text), 1)));
    text.remove_prefix(characters.back().size());
  }
  return characters;
}

std::string_view printable(std::string_view character) {
  constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
  const auto lead = static_cast<unsigned char>(character.front());
  if (lead == '\t') return " ";
  const bool control = lead < 0x20 || lead == 0x7F;
  const bool broken = lead >= 0x80 && character.size() == 1;
  return control || broken ? replacement_character : character;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string grouped(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::ptrdiff_t first = count < 0 ? 1 : 0;  // no comma behind the sign
  for (auto at = std::ssize(digits) - 3; at > first; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::optional<std::string> closest_name(std::string_view typed, std::span<const std::string> candidates) {
  // A name this long is no slip of the finger, and the distance costs the product of the lengths.
  constexpr std::size_t longest_name = 200;
  if (typed.size() > longest_name) return std::nullopt;
  std::int64_t limit = std::max<std::int64_t>(std::ssize(split_characters(typed)) / 3, 1);
  std::optional<std::string> closest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > longest_name) continue;
    const std::int64_t distance = edit_distance(lower_case(typed), lower_case(candidate));
    if (distance > limit) continue;
    closest = candidate;
    limit = distance - 1;
  }
  return closest;
}

}  // namespace kilofold
