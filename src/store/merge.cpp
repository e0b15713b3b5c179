// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "files.hpp"
#include "kept_predictions.hpp"
#include "store_impl.hpp"

namespace kilofold {
namespace {

/// Everything the sources have of a study, chunk by chunk.
class Joined {
 public:
  Joined(const StudyHeader& study, const std::vector<Source>& sources)
      : study_(study), sources_(sources), kept_(study) {
    if (!kept_.must_rank()) return;
    for (std::int32_t m = 0; m < std::ssize(study.models); ++m) rank(ModelId(m));
  }

  /// A FillChunk of the study's indices.
  std::optional<StoredCells> fill(ModelId model, std::int64_t first, std::int32_t seed, CellChunk& chunk) {
    const std::vector<const Source*> holders = holders_of(model, first, chunk.rows, seed);
    if (holders.empty()) return std::nullopt;
    const bool wants_all = study_.spec.output.predictions == "all";
    if (wants_all && holders.size() == 1 && holders.front()->keeps_all_predictions()) {
      const CellLayout layout = CellLayout::of(study_.models[model.value], chunk.shape.samples);
      if (auto stored = holders.front()->take_over(tables_, model, first, seed, layout, chunk)) return stored;
    }
    chunk.add_samples();
    for (const Source* source : holders) source->overlay(tables_, model, first, seed, chunk, Detail::everything);
    for (std::int64_t row = 0; row < chunk.rows; ++row) {
      if (wants_all && chunk.is_dropped(row)) chunk.clear_row(row);
      if (!kept_.contains(model, first + row, seed)) chunk.drop_prediction(row);
    }
    return std::nullopt;
  }

  void say_mixed() const {
    if (tables_.mixed.count == 0) return;
    fmt::print(stderr, "{} cells were there with two numerics; their predictions differ by {:.3g} at most\n",
               tables_.mixed.count, tables_.mixed.worst);
  }

 private:
  std::vector<const Source*> holders_of(ModelId model, std::int64_t first, std::int64_t rows, std::int32_t seed) {
    std::vector<const Source*> holders;
    for (const Source& source : sources_) {
      if (source.holds_any(tables_, model, first, rows, seed)) holders.push_back(&source);
    }
    return holders;
  }

  void rank(ModelId model) {
    constexpr std::int64_t rows_a_read = 4096;
    const auto n_trials = static_cast<std::int64_t>(study_.models[model.value].id.size());
    for (std::int64_t first = 0; first < n_trials; first += rows_a_read) {
      CellChunk chunk(std::min(rows_a_read, n_trials - first), cell_shape(study_, model), Detail::scores);
      for (std::int32_t seed = 0; seed < std::ssize(study_.spec.cv.seeds); ++seed) {
        chunk.clear();
        for (const Source& source : sources_) source.overlay(tables_, model, first, seed, chunk, Detail::scores);
        for (std::int64_t row = 0; row < chunk.rows; ++row) {
          std::array<double, n_metrics> metric{};
          for (std::size_t m = 0; m < n_metrics; ++m) metric[m] = chunk.metric[m * chunk.rows + row];
          kept_.offer(model, first + row, seed, metric.data());
        }
      }
    }
  }

  const StudyHeader& study_;
  const std::vector<Source>& sources_;
  KeptPredictions kept_;
  OpenTables tables_;
};

}  // namespace

void Store::merge() {
  Impl& store = *impl_;
  const std::string directory = parts_directory(store.path);
  if (store.is_merged && !exists(directory)) return;
  const MergeLock lock(directory);
  const Inventory found = take_inventory(store.path, Trust::whole_files, set_aside);
  const bool nothing_new = found.parts.empty() && found.headers.empty() && found.merged;
  CellSet cells(store.study), unanswered(store.study);
  const std::vector<Source> sources = store.load(found, cells, unanswered);
  if (!nothing_new || !store.describes_study(&*found.merged)) {
    Joined joined(store.study, sources);
    const auto fill = [&](ModelId model, std::int64_t first, std::int32_t seed, CellChunk& chunk) {
      return joined.fill(model, first, seed, chunk);
    };
    store.publish(store.study, FileKind::merged, {.fill = fill, .from_memory = false});
    joined.say_mixed();
  }
  store.committed = std::move(cells);
  store.timed_out = std::move(unanswered);
  store.header_on_disk = true;
  if (!lock.held()) {
    fmt::print(stderr, "warning: no file locks in {}: its parts are kept beside the merged file\n", directory);
    return;
  }
  for (const FoundFile& part : found.parts) remove_file(part.path);
  for (const FoundFile& header : found.headers) remove_file(header.path);
  remove_stale_temporaries(directory);
}

std::int64_t merge_parts(const std::string& path, OtherNumerics other) {
  const Inventory found = take_inventory(path, Trust::light, set_aside);
  const FoundFile* study = found.study();
  if (study == nullptr) throw InputError("no results at " + path, "kilofold run writes them; check the path");
  Store store(path, study->header, other);
  store.merge();
  return store.committed().size();
}

}  // namespace kilofold
