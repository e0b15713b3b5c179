// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "fold_text.hpp"
#include "kilofold/core/text.hpp"
#include "published.hpp"
#include "result_table.hpp"

namespace kilofold::report {
namespace {

std::size_t width(std::string_view text) { return split_characters(text).size(); }

std::string pad(std::string_view text, std::size_t to, ResultColumn::Kind kind) {
  const std::string space(to - std::min(to, width(text)), ' ');
  return kind == ResultColumn::Kind::words ? std::string(text) + space : space + std::string(text);
}

std::string heading(const ResultColumn& column) {
  return column.unit.empty() ? column.heading : fmt::format("{} ({})", column.heading, column.unit);
}

/// Lines of cells, each column as wide as its widest cell.
std::string aligned(const std::vector<std::vector<std::string>>& lines, const std::vector<ResultColumn>& columns) {
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    std::string row;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      std::size_t widest = 0;
      for (const std::vector<std::string>& other : lines) widest = std::max(widest, width(other[c]));
      row += (c == 0 ? "" : "  ") + pad(line[c], widest, columns[c].kind);
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

/// Our results beside the published ones; nothing where there are none.
std::string published_text(const StudySummary& study) {
  if (!has_reference(study)) return "";
  const ResultTable table = published_table(study);
  std::vector<std::vector<std::string>> lines(1);
  for (const ResultColumn& column : table.columns) lines[0].push_back(heading(column));
  for (const std::vector<ResultCell>& row : table.rows) {
    lines.emplace_back();
    for (const ResultCell& cell : row) lines.back().push_back(cell.text());
  }
  const std::string source = study.reference_source.empty() ? "" : " (" + study.reference_source + ")";
  const std::string agreement = rank_agreement(study);
  return fmt::format("\nbeside the published results{}\n{}{}\n{}{}", source, aligned(lines, table.columns),
                     compared_text(study), agreement, agreement.empty() ? "" : "\n");
}

}  // namespace

std::string render_text(const StudySummary& study) {
  const ResultTable table = result_table(study);
  std::vector<std::vector<std::string>> lines(1);
  for (const ResultColumn& column : table.columns) lines[0].push_back(heading(column));
  bool chosen = false;
  for (std::size_t m = 0; m < table.rows.size(); ++m) {
    lines.emplace_back();
    for (const ResultCell& cell : table.rows[m]) lines.back().push_back(cell.text());
    if (!study.models[m].best || study.models[m].n_trials == 1) continue;
    lines.back().back() += fmt::format(" (best of {})", count(study.models[m].n_finished));
    chosen = true;
  }
  std::string text;
  if (!study.finished()) {
    text += fmt::format("unfinished: {} of {} cells\n", count(study.n_committed), count(study.n_cells));
  }
  text += aligned(lines, table.columns);
  text +=
      study.seeds.size() == 1 ? "one seed" : fmt::format("mean ± sd over {}", count(std::ssize(study.seeds), "seed"));
  if (chosen) text += "; best trial of each grid, chosen on these folds: optimistic";
  return text + '\n' + fold_lines(study.fold_text, study.shared_groups) + published_text(study);
}

}  // namespace kilofold::report
