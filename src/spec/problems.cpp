// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "problems.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace kilofold::spec {
namespace {

constexpr std::size_t longest_excerpt = 2000;
constexpr std::size_t most_problems = 100;

auto order(const Problem& p) { return std::tie(p.place.file, p.place.line, p.place.column); }

}  // namespace

SourceText::SourceText(std::string file, std::string text)
    : file_(std::move(file)), text_(std::move(text)), line_begin_{0}, characters_before_{0} {
  characters_before_.reserve(text_.size() + 1);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_begin_.push_back(i + 1);
    const bool starts_character = (static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80;
    characters_before_.push_back(characters_before_.back() + (starts_character ? 1 : 0));
  }
}

SourceText::SourceText(const std::string& set) : SourceText("--set " + set, set) { has_lines_ = false; }

std::size_t SourceText::line_of(std::size_t offset) const {
  const auto after = std::upper_bound(line_begin_.begin(), line_begin_.end(), offset);
  return static_cast<std::size_t>(after - line_begin_.begin()) - 1;
}

std::string_view SourceText::line(std::size_t index) const {
  const std::size_t begin = line_begin_[index];
  std::string_view rest = std::string_view(text_).substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

Place SourceText::place(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const std::size_t at = line_of(offset);
  const std::uint32_t before = characters_before_[offset] - characters_before_[line_begin_[at]];
  return {file_, has_lines_ ? static_cast<int>(at) + 1 : 0, static_cast<int>(before) + 1};
}

std::string SourceText::excerpt(std::size_t offset) const {
  const std::string_view found = line(line_of(std::min(offset, text_.size())));
  return found.size() > longest_excerpt ? std::string() : std::string(found);
}

int SourceText::width(std::size_t begin, std::size_t end) const {
  begin = std::min(begin, text_.size());
  const std::size_t at = line_of(begin);
  end = std::clamp(line_begin_[at] + line(at).size(), begin, std::max(begin, end));
  return std::max(1, static_cast<int>(characters_before_[end] - characters_before_[begin]));
}

void Problems::add(const Stretch& at, std::string message, std::string reason, std::string hint) {
  Problem problem{at.place(),      std::move(message),           std::move(reason),
                  std::move(hint), at.source->excerpt(at.begin), at.source->width(at.begin, at.end)};
  const auto same = [&](const Problem& p) { return order(p) == order(problem) && p.message == problem.message; };
  if (std::any_of(problems_.begin(), problems_.end(), same)) return;
  problems_.push_back(std::move(problem));
  if (problems_.size() > most_problems) throw_if_any();
}

void Problems::throw_if_any() {
  if (problems_.empty()) return;
  const bool too_many = problems_.size() > most_problems;
  if (too_many) problems_.pop_back();
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Problem& a, const Problem& b) { return order(a) < order(b); });
  if (too_many) problems_.emplace_back().message = "there are more problems; these are the first found";
  throw InputError(std::move(problems_));
}

}  // namespace kilofold::spec
