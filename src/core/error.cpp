// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
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

/// The part of a line that is shown, and where the carets go in it.
struct Excerpt {
  std::string text;
  int indent = 0;
  int carets = 0;
};

Excerpt cut_around_caret(const Problem& problem) {
  std::string_view line = problem.excerpt;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const std::vector<std::string_view> characters = printable_characters(line);
  const int length = static_cast<int>(characters.size());
  const int caret = std::max(problem.place.column - 1, 0);
  const int width = std::max(problem.width, 1);
  int begin = 0;
  int end = length;
  if (length > excerpt_limit) {
    begin = std::clamp(caret - excerpt_limit / 2, 0, length - excerpt_limit);
    end = begin + excerpt_limit;
  }

  Excerpt excerpt;
  if (begin > 0) excerpt.text = ellipsis;
  excerpt.indent = static_cast<int>(excerpt.text.size()) + std::min(caret, length) - begin;
  excerpt.carets = std::clamp(width, 1, std::max(end - caret, 1));
  for (int i = begin; i < end; ++i) excerpt.text += characters[static_cast<std::size_t>(i)];
  if (end < length) excerpt.text += ellipsis;
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
