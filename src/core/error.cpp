// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "kilofold/core/text.hpp"

namespace kilofold {
namespace {

constexpr int excerpt_limit = 100;  ///< terminal columns an excerpt may take; longer lines are cut around the caret
constexpr std::string_view ellipsis = "...";

std::vector<std::string_view> printable_characters(std::string_view text) {
  std::vector<std::string_view> characters = split_characters(text);
  std::transform(characters.begin(), characters.end(), characters.begin(), printable);
  return characters;
}

/// How many columns of a terminal a character takes: 2 where it is wide (Chinese, Japanese, Korean, pictures), 0 where
/// it combines with the one before, else 1.
///
/// Source    Unicode 15, East Asian Width W and F and general category Mn, by their blocks
int columns_of(std::string_view character) {
  struct Range {
    std::uint32_t first, last;
  };
  static constexpr Range combining[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},
                                        {0x64B, 0x65F},   {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0x3099, 0x309A},
                                        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
  static constexpr Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
                                   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                                   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
                                   {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};
  const auto lead = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return 1;
  std::uint32_t code = lead & (0xFFU >> (character.size() + 1));  // its number, six bits a further byte
  for (const char byte : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
  const auto holds = [code](const Range& range) { return range.first <= code && code <= range.last; };
  if (std::ranges::any_of(combining, holds)) return 0;
  return std::ranges::any_of(wide, holds) ? 2 : 1;
}

/// Characters [begin, end) of a line, as many as the limit has columns for, with the caret's in their middle.
struct Window {
  std::size_t begin, end;
};

Window around(std::size_t caret, const std::vector<std::string_view>& characters) {
  const auto width = [&](std::size_t i) { return columns_of(characters[i]); };
  Window shown{caret, caret};
  for (int used = 0; shown.begin > 0 && used + width(shown.begin - 1) <= excerpt_limit / 2;)
    used += width(--shown.begin);
  int used = 0;
  shown.end = shown.begin;
  while (shown.end < characters.size() && used + width(shown.end) <= excerpt_limit) used += width(shown.end++);
  while (shown.begin > 0 && used + width(shown.begin - 1) <= excerpt_limit) used += width(--shown.begin);
  return shown;
}

/// The part of a line that is shown, and where the carets go in it, in columns.
struct Excerpt {
  std::string text;
  int indent = 0;
  int carets = 0;
};

Excerpt cut_around_caret(const Problem& problem) {
  std::string_view line = problem.excerpt;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const std::vector<std::string_view> characters = printable_characters(line);
  const auto caret = std::min(static_cast<std::size_t>(std::max(problem.place.column - 1, 0)), characters.size());
  const std::size_t marked_end = caret + static_cast<std::size_t>(std::max(problem.width, 1));
  const Window shown = around(caret, characters);

  Excerpt excerpt;
  if (shown.begin > 0) excerpt.text = ellipsis;
  excerpt.indent = static_cast<int>(excerpt.text.size());
  for (std::size_t i = shown.begin; i < shown.end; ++i) {
    excerpt.text += characters[i];
    if (i < caret)
      excerpt.indent += columns_of(characters[i]);
    else if (i < marked_end)
      excerpt.carets += columns_of(characters[i]);
  }
  excerpt.carets = std::max(excerpt.carets, 1);
  if (shown.end < characters.size()) excerpt.text += ellipsis;
  return excerpt;
}

std::string format_place(const Place& place) {
  if (place.file.empty()) return "";
  if (place.line <= 0) return place.file + ": ";
  if (place.column <= 0) return fmt::format("{}:{}: ", place.file, place.line);
  return fmt::format("{}:{}:{}: ", place.file, place.line, place.column);
}

std::string format_excerpt(const Problem& problem) {
  if (problem.excerpt.empty()) return "";
  const Excerpt excerpt = cut_around_caret(problem);
  const std::string number = problem.place.line > 0 ? fmt::format("{:>5}", problem.place.line) : "     ";
  std::string text = fmt::format("\n{} | {}", number, excerpt.text);
  if (problem.place.column > 0) {
    text += fmt::format("\n{:{}} | {:{}}{:^>{}}", "", number.size(), "", excerpt.indent, "", excerpt.carets);
  }
  return text;
}

/// A `= label: text` line; further lines of the text stand under its first.
std::string format_note(std::string_view label, std::string_view text) {
  if (text.empty()) return "";
  std::string note = fmt::format("\n   = {}: ", label);
  const std::string indent(note.size() - 1, ' ');
  for (const char c : text) {
    note += c;
    if (c == '\n') note += indent;
  }
  return note;
}

std::string format_one(const Problem& problem) {
  return format_place(problem.place) + problem.message + format_excerpt(problem) + format_note("why", problem.reason) +
         format_note("help", problem.hint);
}

std::vector<Problem> without_place(std::string message, std::string hint) {
  std::vector<Problem> problems(1);
  problems.front().message = std::move(message);
  problems.front().hint = std::move(hint);
  return problems;
}

}  // namespace

std::string format(const std::vector<Problem>& problems) {
  std::vector<Problem> sorted = problems;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) < std::tie(b.place.file, b.place.line, b.place.column);
  });
  std::string text;
  for (const Problem& problem : sorted) {
    if (!text.empty()) text += "\n\n";
    text += format_one(problem);
  }
  return text;
}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(format(problems)), problems_(std::move(problems)) {}

InputError::InputError(std::string message, std::string hint)
    : InputError(without_place(std::move(message), std::move(hint))) {}

void throw_bug(const char* role, const char* condition, const char* file, int line) {
  throw Bug(fmt::format("{} failed at {}:{}: {} (a bug in kilofold, not in your input; please report it)", role, file,
                        line, condition));
}

}  // namespace kilofold
