// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include "files.hpp"
#include "store_impl.hpp"

namespace kilofold {

void Store::merge() {
  Impl& store = *impl_;
  const std::string directory = parts_directory(store.path);
  const MergeLock lock(directory);
  const Inventory found = take_inventory(store.path, Trust::whole_files, set_aside);
  const bool nothing_new = found.parts.empty() && found.headers.empty() && found.merged;
  CellSet cells(store.study);
  const std::vector<Source> sources = store.load(found, cells);
  if (!nothing_new || !store.describes_study(&*found.merged)) {
    OpenTables tables;
    store.publish(store.study, FileKind::merged,
                  [&](ModelId model, std::int64_t first, std::int32_t seed, CellChunk& chunk) {
                    for (const Source& source : sources) {
                      source.overlay(tables, model, first, seed, chunk, Detail::everything);
                    }
                  });
  }
  store.committed = std::move(cells);
  store.header_on_disk = true;
  if (!lock.held()) {
    fmt::print(stderr, "warning: no file locks in {}: its parts are kept beside the merged file\n", directory);
    return;
  }
  for (const FoundFile& part : found.parts) remove_file(part.path);
  for (const FoundFile& header : found.headers) remove_file(header.path);
  remove_stale_temporaries(directory);
}

std::int64_t merge_parts(const std::string& path) {
  const Inventory found = take_inventory(path, Trust::light, set_aside);
  const FoundFile* study = found.study();
  if (study == nullptr) throw InputError("no results at " + path, "kilofold run writes them; check the path");
  Store store(path, study->header);
  store.merge();
  return store.committed().size();
}

}  // namespace kilofold
