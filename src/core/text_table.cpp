// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/text_table.hpp"

#include <algorithm>

#include "kilofold/core/text.hpp"

namespace kilofold {

std::string TextTable::text(const std::string& indent) const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  if (std::ranges::any_of(titles, [](const std::string& title) { return !title.empty(); })) lines.push_back(titles);
  lines.insert(lines.end(), rows_.begin(), rows_.end());

  const std::size_t n = columns_.size();
  const auto is_free = [n](const std::vector<std::string>& line, std::size_t c) {
    return c >= n || (line.size() < n && c + 1 == line.size());
  };
  const auto length = [](const std::string& cell) { return split_characters(cell).size(); };
  std::vector<std::size_t> width;
  for (std::size_t c = 0; c < n; ++c) {
    width.push_back(columns_[c].least_width);
    for (const std::vector<std::string>& line : lines)
      if (c < line.size() && !is_free(line, c)) width.back() = std::max(width.back(), length(line[c]));
  }

  std::string text;
  for (const std::vector<std::string>& line : lines) {
    text += indent;
    for (std::size_t c = 0; c < line.size(); ++c) {
      const std::string blanks(is_free(line, c) ? 0 : width[c] - length(line[c]), ' ');
      const bool left = is_free(line, c) || columns_[c].align == Align::left;
      text += (c > 0 ? "  " : "") + (left ? line[c] + blanks : blanks + line[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace kilofold
