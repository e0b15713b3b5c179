// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "files.hpp"
#include "identity.hpp"
#include "inventory.hpp"
#include "joined.hpp"
#include "kept_predictions.hpp"
#include "parallel.hpp"
#include "part.hpp"
#include "source.hpp"
#include "statements.hpp"
#include "store_impl.hpp"
#include "study_file.hpp"

namespace kilofold {
namespace {

/// Link names cannot hold a slash, and "." means the group itself.
void check_names(const StudyHeader& study) {
  for (const TrialTable& table : study.models) {
    const std::string& name = table.model_name;
    if (!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos) continue;
    throw InputError(fmt::format("model name '{}' cannot name a group in an HDF5 file", name),
                     "use a name without '/'");
  }
}

void check_identity(const Inventory& found, const StudyHeader& study) {
  const auto check = [&](const FoundFile& file) {
    const std::vector<Difference> found_differences = differences(file.header.canonical, study.canonical);
    if (!found_differences.empty()) throw other_study(file.path, found_differences);
  };
  if (found.merged) check(*found.merged);
  std::for_each(found.headers.begin(), found.headers.end(), check);
  std::for_each(found.parts.begin(), found.parts.end(), check);
}

/// Only what kilofold has written is removed: a file that can be read and says so.
void require_ours(const std::string& path) {
  const char* hint = "use another -o, or remove the file yourself";
  if (!is_hdf5(path)) throw InputError(path + " is not an HDF5 file, so it is not removed", hint);
  try {
    open_study_file(path);
  } catch (const hdf5::FormatError& error) {
    throw InputError(fmt::format("{}, so it is not removed", error.what()), hint);
  }
}

void insert(std::span<const CellBlock> blocks, CellSet& cells) {
  for (const CellBlock& block : blocks)
    for (std::int64_t i = 0; i < block.n_cells(); ++i) cells.insert(block.model, block.trial[i], block.seed[i]);
}

}  // namespace

CellShape cell_shape(const StudyHeader& study, ModelId model) {
  const TrialTable& table = study.models.at(model.value);
  return {static_cast<std::int64_t>(study.data.y.size()), study.largest_fold_count(),
          static_cast<std::int64_t>(table.diagnostics.size()), table.has_sd};
}

std::int32_t StudyHeader::largest_fold_count() const {
  KILOFOLD_EXPECT(!spec.cv.folds.empty());
  return *std::max_element(spec.cv.folds.begin(), spec.cv.folds.end());
}

CellSet::CellSet(const StudyHeader& study) : n_seeds_(static_cast<std::int64_t>(study.spec.cv.seeds.size())) {
  for (const TrialTable& table : study.models) {
    begin_.push_back(total_);
    total_ += static_cast<std::int64_t>(table.id.size()) * n_seeds_;
  }
  bits_.resize(static_cast<std::size_t>(total_));
}

std::size_t CellSet::bit(ModelId model, std::int64_t trial, std::int32_t seed) const {
  return static_cast<std::size_t>(begin_[model.value] + trial * n_seeds_ + seed);
}

bool CellSet::contains(ModelId model, std::int64_t trial, std::int32_t seed) const {
  return bits_[bit(model, trial, seed)];
}

void CellSet::insert(ModelId model, std::int64_t trial, std::int32_t seed) {
  auto held = bits_[bit(model, trial, seed)];
  if (!held) ++size_;
  held = true;
}

void CellSet::erase(ModelId model, std::int64_t trial, std::int32_t seed) {
  auto held = bits_[bit(model, trial, seed)];
  if (held) --size_;
  held = false;
}

void Stock::add(const CellSet::Cell& at, const Source::Held& cell) {
  const auto [model, trial, seed] = at;
  const bool is_new = !there.contains(model, trial, seed);
  if (!cell.timed_out)
    unanswered.erase(model, trial, seed);
  else if (is_new)
    unanswered.insert(model, trial, seed);
  there.insert(model, trial, seed);
  // Of several tries the one with the fewest failures is kept.
  const auto failing = failed_fits.find(at);
  if (cell.failed_fits == 0) {
    if (failing != failed_fits.end()) failed_fits.erase(failing);
  } else if (is_new) {
    failed_fits.emplace(at, cell.failed_fits);
  } else if (failing != failed_fits.end()) {
    failing->second = std::min(failing->second, cell.failed_fits);
  }
}

std::int64_t Stock::n_failed_fits() const {
  std::int64_t count = 0;
  for (const auto& [cell, failed] : failed_fits) count += failed;
  return count;
}

std::vector<Source> Store::Impl::load(const Inventory& found, Stock& now) {
  check_identity(found, study);
  std::vector<Source> sources;
  OpenTables tables;
  bool keep_alike = true;
  const auto add = [&](const FoundFile& file) {
    const Source& source = sources.emplace_back(file.path, file.header, index);
    keep_alike = keep_alike && file.header.canonical == study.canonical &&
                 predictions_text(file.header.spec) == predictions_text(study.spec);
    // What another run dropped is computed again where this one wants all of it.
    const bool is_enough = study.spec.output.predictions != "all" || file.header.spec.output.predictions == "all";
    source.for_each_cell(tables, [&](ModelId model, std::int64_t trial, std::int32_t seed, const Source::Held& cell) {
      const TrialTable& table = study.models[model.value];
      if (cell.numerics != table.numerics && on_other_numerics == OtherNumerics::refuse)
        throw other_numerics(source.path(), table.model_name, cell.numerics, table.numerics);
      if (is_enough) now.add({model, trial, seed}, cell);
    });
  };
  if (found.merged) add(*found.merged);
  for (const FoundFile& part : found.parts) add(part);
  for (std::size_t m = 0; m < study.models.size(); ++m) {
    const std::vector<std::string>& ids = index.numerics(ModelId(static_cast<std::int32_t>(m)));
    study.models[m].other_numerics.assign(ids.begin() + 1, ids.end());
  }
  // Files of this very study keep the best of what they hold, so they have the best of all.
  if (study.spec.output.predictions == "best" && !keep_alike)
    Joined(study, sources).erase_without_predictions(now.there);
  return sources;
}

void Store::Impl::take_stock(Trust level,
                             const std::function<void(const Inventory&, const std::vector<Source>&)>& look) {
  use_inventory(path, level, set_aside, [&](const Inventory& found) {
    Stock now(study);
    const std::vector<Source> sources = load(found, now);
    if (look) look(found, sources);
    stock = std::move(now);
    header_on_disk = describes_study(found.study());
  });
}

void Store::Impl::judge_outside(const OutsideCells& outside, OtherCells other_cells) {
  if (outside.size() == 0) return;
  if (other_cells == OtherCells::refuse) throw cells_in_the_way(path, outside.size(), outside.text());
  if (other_cells == OtherCells::leave) return;
  for (const FoundFile* file : outside.files()) may_go.emplace(file->path, file->created());
  to_drop = outside.text();
}

bool Store::Impl::must_stay(const OutsideCells& outside, const FoundFile& file) const {
  return std::ranges::find(outside.files(), &file) != outside.files().end() &&
         !may_go.contains({file.path, file.created()});
}

bool Store::Impl::describes_study(const FoundFile* file) const {
  return file != nullptr && differing_statements(file->header, study).empty();
}

void Store::Impl::publish(const StudyHeader& header, FileKind kind, const FileCells& cells) const {
  const std::string directory = parts_directory(path);
  TemporaryFile file(directory);
  write_study_file(file.path(), header, kind, cells, threads);
  file.begin_sync();
  verify_study_file(file.path(), threads);
  if (kind == FileKind::merged) return file.publish(path);
  sync_directory(directory_of(directory));  // whoever made it for its lock alone did not
  const char* stem = kind == FileKind::header ? "study" : "part";
  file.publish(directory + "/" + name_by_content(stem, hash_file(file.path())));
}

Store::Store(std::string path, StudyHeader study, OtherNumerics other, std::int32_t threads, OtherCells other_cells)
    : impl_(std::make_unique<Impl>(behind_links(path), std::move(study),
                                   threads > 0 ? std::min(threads, usual_threads()) : usual_threads())) {
  impl_->on_other_numerics = other;
  check_names(impl_->study);
  for (TrialTable& table : impl_->study.models) {
    if (table.chunk_trials == 0)
      table.chunk_trials = trials_a_chunk(std::ssize(table.id), std::ssize(impl_->study.data.y));
  }
  impl_->take_stock(Trust::whole_parts, [&](const Inventory& found, const std::vector<Source>& sources) {
    impl_->judge_outside({found, sources}, other_cells);
  });
}

Store::~Store() = default;

const CellSet& Store::committed() const { return impl_->stock.there; }

const CellSet& Store::timed_out() const { return impl_->stock.unanswered; }

std::int64_t Store::failed_fits() const { return impl_->stock.n_failed_fits(); }

const std::string& Store::to_drop() const { return impl_->to_drop; }

void Store::refresh() { impl_->take_stock(Trust::light); }

void Store::commit(std::span<const CellBlock> blocks) {
  const auto is_empty = [](const CellBlock& block) { return block.n_cells() == 0; };
  if (std::all_of(blocks.begin(), blocks.end(), is_empty)) return;
  if (!impl_->header_on_disk) {
    impl_->publish(impl_->study, FileKind::header, {});
    impl_->header_on_disk = true;
  }
  const Part part(impl_->study, blocks);
  impl_->publish(part.header(), FileKind::part, part.cells());
  insert(blocks, impl_->stock.there);
}

bool Store::Impl::publish_whole(const Part& part) const {
  const std::string directory = parts_directory(path);
  const MergeLock lock(directory);
  const auto is_there = [&](const char* prefix) { return !list_files(directory, prefix, ".h5").empty(); };
  // Without a lock, another writer's merged file could appear between this look and the renaming.
  if (!lock.held() || exists(path) || is_there("study-") || is_there("part-")) return false;
  publish(study, FileKind::merged, part.cells());
  remove_stale_temporaries(directory);
  return true;
}

void Store::commit_last(std::span<const CellBlock> blocks) {
  if (impl_->stock.there.size() == 0) {
    CellSet cells(impl_->study);
    insert(blocks, cells);
    const Part part(impl_->study, blocks);
    const bool is_whole = cells.size() > 0 && cells.size() == cells.total();
    if (is_whole && part.header().models.size() == impl_->study.models.size() && impl_->publish_whole(part)) {
      impl_->stock.there = std::move(cells);
      impl_->header_on_disk = impl_->is_merged = true;
      return;
    }
  }
  commit(blocks);
}

void Store::remove(const std::string& name) {
  const std::string path = behind_links(name);
  if (exists(path)) {
    require_ours(path);
    remove_file(path);
  }
  const std::string directory = parts_directory(path);
  for (const char* prefix : {"part-", "study-", ".tmp-", ".lock"}) {
    for (const std::string& file : list_files(directory, prefix, "")) remove_file(file);
  }
  rmdir(directory.c_str());
}

}  // namespace kilofold
