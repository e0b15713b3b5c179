// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "study_file.hpp"

namespace kilofold {
namespace {

constexpr std::size_t most_open = 64;

std::optional<std::uint64_t> parse_id(const std::string& id) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value, 16);
  if (id.size() != 16 || error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return value;
}

using ReadRows = std::vector<std::int32_t> (CellTable::*)(std::int64_t first_trial, std::int64_t rows) const;

/// A number of every cell, in reads of bounded size. Shape (trials, seeds), row-major.
std::vector<std::int32_t> of_every_cell(const CellTable& table, ReadRows read) {
  constexpr std::int64_t rows_a_read = 1 << 14;
  std::vector<std::int32_t> all;
  for (std::int64_t first = 0; first < table.n_trials(); first += rows_a_read) {
    const std::vector<std::int32_t> rows = (table.*read)(first, std::min(rows_a_read, table.n_trials() - first));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace

StudyIndex::StudyIndex(const StudyHeader& study) {
  for (const TrialTable& table : study.models) {
    names_.push_back(table.model_name);
    numerics_.push_back({table.numerics});
    numerics_.back().insert(numerics_.back().end(), table.other_numerics.begin(), table.other_numerics.end());
  }
  for (std::size_t m = 0; m < study.models.size(); ++m) {
    const std::vector<std::string>& ids = study.models[m].id;
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const std::optional<std::uint64_t> id = parse_id(ids[t]);
      KILOFOLD_EXPECT(id.has_value());
      trials_.push_back({*id, ModelId(static_cast<std::int32_t>(m)), static_cast<std::int64_t>(t)});
    }
  }
  std::stable_sort(trials_.begin(), trials_.end(), [](const Trial& a, const Trial& b) { return a.id < b.id; });
  const std::vector<std::int64_t>& seeds = study.spec.cv.seeds;
  for (std::size_t s = 0; s < seeds.size(); ++s) seeds_.emplace_back(seeds[s], static_cast<std::int32_t>(s));
  std::sort(seeds_.begin(), seeds_.end());
}

std::pair<std::vector<StudyIndex::Trial>::const_iterator, std::vector<StudyIndex::Trial>::const_iterator>
StudyIndex::find(const std::string& text) const {
  const std::optional<std::uint64_t> id = parse_id(text);
  if (!id) return {trials_.end(), trials_.end()};
  const auto begin = std::lower_bound(trials_.begin(), trials_.end(), *id,
                                      [](const Trial& trial, std::uint64_t value) { return trial.id < value; });
  const auto end = std::find_if(begin, trials_.end(), [&](const Trial& trial) { return trial.id != *id; });
  return {begin, end};
}

std::int32_t StudyIndex::numerics_number(ModelId model, const std::string& id) {
  std::vector<std::string>& ids = numerics_[model.value];
  const auto found = std::find(ids.begin(), ids.end(), id);
  if (found != ids.end()) return static_cast<std::int32_t>(found - ids.begin());
  ids.push_back(id);
  return static_cast<std::int32_t>(ids.size() - 1);
}

std::optional<std::int32_t> StudyIndex::seed(std::int64_t value) const {
  const auto at = std::lower_bound(seeds_.begin(), seeds_.end(), std::pair<std::int64_t, std::int32_t>(value, 0));
  if (at == seeds_.end() || at->first != value) return std::nullopt;
  return at->second;
}

const CellTable& OpenTables::table(const std::string& path, const std::string& model_name) {
  const auto wanted = [&](const Entry& entry) { return entry.path == path && entry.model_name == model_name; };
  const auto found = std::find_if(entries_.begin(), entries_.end(), wanted);
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front().table;
  }
  if (entries_.size() == most_open) entries_.pop_back();
  hdf5::Object file = open_study_file(path);
  CellTable table = CellTable::open(open_model(file, model_name));
  entries_.push_front({path, model_name, std::move(file), std::move(table)});
  return entries_.front().table;
}

Source::Source(std::string path, const StudyHeader& file, StudyIndex& index)
    : path_(std::move(path)),
      keeps_all_predictions_(file.spec.output.predictions == "all"),
      seeds_(file.spec.cv.seeds),
      knows_seed_(seeds_.size(), false),
      links_(index.n_models()),
      file_column_(index.n_seeds(), -1) {
  for (std::size_t column = 0; column < seeds_.size(); ++column) {
    const auto seed = index.seed(seeds_[column]);
    if (seed) file_column_[*seed] = static_cast<std::int32_t>(column);
    knows_seed_[column] = seed.has_value();
  }
  for (const TrialTable& table : file.models) {
    const auto file_model = static_cast<std::int32_t>(model_names_.size());
    model_names_.push_back(table.model_name);
    numerics_.push_back({table.numerics});
    numerics_.back().insert(numerics_.back().end(), table.other_numerics.begin(), table.other_numerics.end());
    std::vector<std::uint64_t>& ids = id_.emplace_back();
    std::vector<bool>& knows = knows_trial_.emplace_back();
    for (std::size_t row = 0; row < table.id.size(); ++row) {
      const auto [begin, end] = index.find(table.id[row]);
      ids.push_back(parse_id(table.id[row]).value_or(0));
      knows.push_back(begin != end);
      // Other entries with this trial have cells of their own, which other rules may have made: of a renamed one alone
      // they take what is there.
      const auto is_own = [&](const StudyIndex::Trial& trial) { return index.name(trial.model) == table.model_name; };
      const bool has_own = std::any_of(begin, end, is_own);
      for (auto at = begin; at != end; ++at) {
        if (has_own && !is_own(*at)) continue;
        links_[at->model.value].push_back({at->trial, file_model, static_cast<std::int64_t>(row)});
      }
    }
  }
  for (std::vector<Link>& links : links_) {
    std::sort(links.begin(), links.end(), [](const Link& a, const Link& b) { return a.trial < b.trial; });
  }
  for (std::size_t model = 0; model < links_.size(); ++model) {
    std::vector<std::vector<std::int32_t>>& numbers = numerics_number_.emplace_back(numerics_.size());
    for (const Link& link : links_[model]) {
      if (!numbers[link.file_model].empty()) continue;
      for (const std::string& id : numerics_[link.file_model])
        numbers[link.file_model].push_back(index.numerics_number(ModelId(static_cast<std::int32_t>(model)), id));
    }
  }
}

void Source::for_each_cell(OpenTables& tables, const VisitCell& visit) const {
  for (std::int32_t file_model = 0; file_model < static_cast<std::int32_t>(model_names_.size()); ++file_model) {
    const CellTable& table = tables.table(path_, model_names_[file_model]);
    const std::vector<std::int32_t> status = of_every_cell(table, &CellTable::cell_status);
    const std::vector<std::int32_t> failed = of_every_cell(table, &CellTable::failed_fits);
    const std::vector<std::int32_t> numerics = of_every_cell(table, &CellTable::numerics);
    for (std::size_t model = 0; model < links_.size(); ++model) {
      for (const Link& link : links_[model]) {
        if (link.file_model != file_model) continue;
        for (std::size_t seed = 0; seed < file_column_.size(); ++seed) {
          const std::int64_t at = link.row * table.n_seeds() + file_column_[seed];
          if (file_column_[seed] < 0 || status[at] < 0) continue;
          visit(ModelId(static_cast<std::int32_t>(model)), link.trial, static_cast<std::int32_t>(seed),
                {numerics_[file_model].at(numerics[at]), status[at] == static_cast<std::int32_t>(FitStatus::time_limit),
                 failed[at]});
        }
      }
    }
  }
}

void Source::for_each_outside(OpenTables& tables, const std::function<void(const Outside&)>& visit) const {
  const bool knows_seeds = std::ranges::find(knows_seed_, false) == knows_seed_.end();
  for (std::size_t model = 0; model < model_names_.size(); ++model) {
    const std::vector<bool>& knows_trial = knows_trial_[model];
    if (knows_seeds && std::ranges::find(knows_trial, false) == knows_trial.end()) continue;
    const std::vector<std::int32_t> status =
        of_every_cell(tables.table(path_, model_names_[model]), &CellTable::cell_status);
    for (std::size_t at = 0; at < status.size(); ++at) {
      const std::size_t row = at / seeds_.size(), column = at % seeds_.size();
      if (status[at] < 0 || (knows_trial[row] && knows_seed_[column])) continue;
      visit({model_names_[model], id_[model][row], seeds_[column], knows_trial[row]});
    }
  }
}

void Source::overlay(OpenTables& tables, ModelId model, std::int64_t first_trial, std::int32_t seed, CellChunk& chunk,
                     Detail detail) const {
  const std::int32_t column = file_column_[seed];
  if (column < 0) return;
  for (std::span<const Link> rest = links(model, first_trial, chunk.rows); !rest.empty();) {
    // Neighbours in the study are nearly always neighbours in the file: read them in one go.
    const std::int64_t count = run_length(rest);
    overlay_run(tables, model, rest.data(), count, rest.front().trial - first_trial, column, chunk, detail);
    rest = rest.subspan(count);
  }
}

bool Source::holds_any(OpenTables& tables, ModelId model, std::int64_t first_trial, std::int64_t rows,
                       std::int32_t seed) const {
  const std::int32_t column = file_column_[seed];
  if (column < 0) return false;
  for (std::span<const Link> rest = links(model, first_trial, rows); !rest.empty();) {
    const std::int64_t count = run_length(rest);
    const CellTable& table = tables.table(path_, model_names_[rest.front().file_model]);
    if (table.contains_any(rest.front().row, count, column)) return true;
    rest = rest.subspan(count);
  }
  return false;
}

std::optional<StoredCells> Source::take_over(OpenTables& tables, ModelId model, std::int64_t first_trial,
                                             std::int32_t seed, const CellLayout& layout, CellChunk& chunk) const {
  const std::int32_t column = file_column_[seed];
  const std::span<const Link> found = links(model, first_trial, chunk.rows);
  if (column < 0 || std::ssize(found) != chunk.rows || run_length(found) != chunk.rows) return std::nullopt;
  const Link& first = found.front();
  const CellTable& table = tables.table(path_, model_names_[first.file_model]);
  const CellLayout stored = table.layout();
  if (table.shape() != chunk.shape || !stored.has_chunks_of(layout) || !layout.is_chunk(first_trial, chunk.rows) ||
      !stored.is_chunk(first.row, chunk.rows))
    return std::nullopt;
  StoredCells cells{table.read_packed(first.row, column, chunk), path_};
  for (std::int32_t& number : chunk.numerics) number = numerics_number_[model.value][first.file_model].at(number);
  return cells;
}

std::span<const Source::Link> Source::links(ModelId model, std::int64_t first_trial, std::int64_t rows) const {
  const std::vector<Link>& all = links_[model.value];
  const auto is_before = [](const Link& link, std::int64_t trial) { return link.trial < trial; };
  const auto begin = std::lower_bound(all.begin(), all.end(), first_trial, is_before);
  return {begin, std::lower_bound(begin, all.end(), first_trial + rows, is_before)};
}

std::int64_t Source::run_length(std::span<const Link> links) {
  const Link& first = links.front();
  std::int64_t count = 1;
  while (count < std::ssize(links) && links[count].file_model == first.file_model &&
         links[count].trial - first.trial == count && links[count].row - first.row == count) {
    ++count;
  }
  return count;
}

void Source::overlay_run(OpenTables& tables, ModelId model, const Link* first, std::int64_t count,
                         std::int64_t chunk_row, std::int32_t column, CellChunk& chunk, Detail detail) const {
  const std::string& model_name = model_names_[first->file_model];
  const CellTable& table = tables.table(path_, model_name);
  const CellShape& shape = table.shape();
  if (shape.samples != chunk.shape.samples) throw hdf5::FormatError(path_ + ": unexpected number of samples");
  if (shape.diagnostics != chunk.shape.diagnostics || shape.has_sd != chunk.shape.has_sd) {
    throw MachineError(
        fmt::format("{}: model '{}': its fits come with other diagnostics than this study's", path_, model_name));
  }
  CellChunk read(count, shape, detail);
  table.read(first->row, column, read, detail, tables.chunks);
  for (std::int32_t& number : read.numerics) number = numerics_number_[model.value][first->file_model].at(number);
  for (std::int64_t i = 0; i < count; ++i) {
    if (!read.contains(i)) continue;
    if (!chunk.contains(chunk_row + i)) {
      chunk.copy_row(chunk_row + i, read, i);
    } else if (chunk.numerics[chunk_row + i] != read.numerics[i]) {
      if (detail == Detail::everything) ++tables.mixed.count;
      tables.mixed.worst = std::max(tables.mixed.worst, chunk.largest_difference(chunk_row + i, read, i));
      if (read.numerics[i] < chunk.numerics[chunk_row + i]) chunk.copy_row(chunk_row + i, read, i);
    } else if (chunk.same_row(chunk_row + i, read, i)) {
      if (chunk.is_dropped(chunk_row + i)) chunk.copy_row(chunk_row + i, read, i);
    } else if (chunk.n_timed_out(chunk_row + i) + read.n_timed_out(i) > 0) {
      if (read.n_timed_out(i) < chunk.n_timed_out(chunk_row + i)) chunk.copy_row(chunk_row + i, read, i);
    } else {
      throw MachineError(fmt::format(
          "{}: model '{}', trial {}, seed {}: this cell differs from the same cell in another file, although both "
          "claim the same numerics; remove one of the two files",
          path_, model_name, first[i].trial, seeds_[column]));
    }
  }
}

}  // namespace kilofold
