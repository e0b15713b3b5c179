// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "outside_cells.hpp"

#include <fmt/format.h>

#include <iterator>

#include "kilofold/core/text.hpp"

namespace kilofold {
namespace {

/// "1, 3 to 9 and 12": ascending seeds, runs of them by their ends.
std::string runs_text(const std::set<std::int64_t>& seeds) {
  std::vector<std::string> runs;
  for (auto first = seeds.begin(); first != seeds.end();) {
    auto last = first;
    auto next = std::next(first);
    for (; next != seeds.end() && *next == *last + 1; ++next) last = next;
    runs.push_back(first == last ? std::to_string(*first) : fmt::format("{} to {}", *first, *last));
    first = next;
  }
  constexpr std::size_t most = 8;
  if (runs.size() > most) {
    runs.resize(most);
    runs.emplace_back("...");
  }
  return fmt::format("{}", fmt::join(runs, ", "));
}

}  // namespace

OutsideCells::OutsideCells(const Inventory& found, const std::vector<Source>& sources) {
  OpenTables tables;
  auto source = sources.begin();
  const auto look_through = [&](const FoundFile& file) {
    bool holds_any = false;
    source->for_each_outside(tables, [&](const Source::Outside& cell) {
      holds_any = true;
      add(cell);
    });
    if (holds_any) files_.push_back(&file);
    ++source;
  };
  if (found.merged) look_through(*found.merged);
  for (const FoundFile& part : found.parts) look_through(part);
}

OutsideCells OutsideCells::of(const Inventory& found, const StudyHeader& study) {
  StudyIndex index(study);
  std::vector<Source> sources;
  if (found.merged) sources.emplace_back(found.merged->path, found.merged->header, index);
  for (const FoundFile& part : found.parts) sources.emplace_back(part.path, part.header, index);
  return {found, sources};
}

void OutsideCells::add(const Source::Outside& cell) {
  if (!seen_.emplace(cell.trial, cell.seed).second) return;
  if (!cell.of_known_trial) {
    ++of_entry_[cell.model_name];
    return;
  }
  ++at_seeds_;
  seeds_.insert(cell.seed);
}

std::string OutsideCells::text() const {
  std::vector<std::string> counts;
  for (const auto& [entry, count] : of_entry_) counts.push_back(fmt::format("{} of {}", grouped(count), entry));
  if (at_seeds_ > 0)
    counts.push_back(
        fmt::format("{} at seed{} {}", grouped(at_seeds_), seeds_.size() > 1 ? "s" : "", runs_text(seeds_)));
  return fmt::format("{}", fmt::join(counts, ", "));
}

}  // namespace kilofold
