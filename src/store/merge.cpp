// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>

#include "files.hpp"
#include "joined.hpp"
#include "statements.hpp"
#include "store_impl.hpp"

namespace kilofold {
Merged Store::merge() {
  Impl& store = *impl_;
  const std::string directory = parts_directory(store.path);
  if (store.is_merged && !exists(directory))
    return {.cells = store.stock.there.size(), .at_once = true, .says_anew = {}};
  const MergeLock lock(directory);
  const Inventory found = take_inventory(store.path, Trust::whole_files, set_aside);
  Stock stock(store.study);
  const std::vector<Source> sources = store.load(found, stock);
  const OutsideCells outside(found, sources);
  const auto must_stay = [&](const FoundFile& file) { return store.must_stay(outside, file); };
  Merged merged = {.cells = stock.there.size(),
                   .published = !found.merged || !must_stay(*found.merged),
                   .at_once = false,
                   .parts_left = std::ranges::count_if(found.parts, must_stay),
                   .other_cells = 0,
                   .says_anew = {}};
  if (!merged.published || merged.parts_left > 0) merged.other_cells = outside.size();
  if (found.merged) merged.says_anew = differing_statements(found.merged->header, store.study);
  if (merged.published) store.publish_joined(found, sources);
  store.stock = std::move(stock);
  store.header_on_disk = true;
  if (!lock.held())
    fmt::print(stderr, "warning: no file locks in {}: its parts are kept beside the merged file\n", directory);
  if (!merged.published || !lock.held()) return merged;
  for (const FoundFile& part : found.parts)
    if (!must_stay(part)) remove_file(part.path);
  for (const FoundFile& header : found.headers)  // parts that stay need the one that knows their trials
    if (merged.parts_left == 0 || header.header.canonical == store.study.canonical) remove_file(header.path);
  remove_stale_temporaries(directory);
  return merged;
}

void Store::Impl::publish_joined(const Inventory& found, const std::vector<Source>& sources) const {
  const bool no_cell_is_new = found.parts.empty() && found.merged;
  if (no_cell_is_new && found.headers.empty() && describes_study(&*found.merged)) return;
  Joined joined(study, sources);
  const auto fill = [&](ModelId model, std::int64_t first, std::int32_t seed, CellChunk& chunk) {
    return joined.fill(model, first, seed, chunk);
  };
  publish(no_cell_is_new ? made_as(found.merged->header, study) : study, FileKind::merged,
          {.fill = fill, .from_memory = false});
  joined.say_mixed();
}

namespace {

/// The youngest study of which every cell there is one; else the youngest that the merged file loses nothing to.
const StudyHeader& study_to_publish(const std::string& path, const Inventory& found) {
  std::vector<const FoundFile*> studies;
  if (found.merged) studies.push_back(&*found.merged);
  for (const FoundFile& header : found.headers) studies.push_back(&header);
  if (studies.empty()) throw InputError("no results at " + path, "kilofold run writes them; check the path");
  std::ranges::stable_sort(studies, std::greater(), &FoundFile::created);
  const FoundFile* fits = nullptr;
  for (const FoundFile* study : studies) {
    const OutsideCells outside = OutsideCells::of(found, study->header);
    if (outside.size() == 0) return study->header;
    const bool merged_fits = !found.merged || outside.files().front() != &*found.merged;
    if (fits == nullptr && merged_fits) fits = study;
  }
  return fits->header;
}

}  // namespace

Merged merge_parts(const std::string& path, OtherNumerics other) {
  StudyHeader study;
  use_inventory(path, Trust::whole_parts, set_aside,
                [&](const Inventory& found) { study = study_to_publish(path, found); });
  Store store(path, std::move(study), other, 0, OtherCells::leave);
  return store.merge();
}

}  // namespace kilofold
