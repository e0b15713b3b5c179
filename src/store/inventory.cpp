// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "inventory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "files.hpp"
#include "parallel.hpp"
#include "study_file.hpp"

namespace kilofold {
namespace {

using OnDamage = std::function<void(const std::string&, const std::string&)>;

constexpr int most_attempts = 20;

/// A listed file is gone: another process has merged it.
struct Vanished {};

using CheckFile = std::function<void(const std::string&)>;

/// HDF5 itself may crash on flipped bytes in variable-length text (measured), so parts are checked by their name first.
void check_part(const std::string& path) {
  if (!content_matches_name(path)) throw hdf5::FormatError(path + ": its bytes do not hash to what its name says");
}

FoundFile read_file(const std::string& path, const CheckFile& check) {
  try {
    check(path);
    return {path, read_header(open_study_file(path))};
  } catch (const MachineError&) {
    if (!exists(path)) throw Vanished();
    throw;
  }
}

void trust(const std::string&) {}

void check_merged(const std::string& path) { verify_study_file(path); }

std::optional<FoundFile> read_merged(const std::string& path, const CheckFile& check) {
  if (!exists(path)) return std::nullopt;
  const char* other_path = "name another file";
  if (!is_hdf5(path)) throw InputError(path + " is not an HDF5 file", other_path);
  try {
    return read_file(path, check);
  } catch (const ForeignFile& error) {
    throw InputError(error.what(), other_path);
  } catch (const hdf5::FormatError& error) {
    throw MachineError(fmt::format(
        "{}\n  the file is damaged: restore it from a copy, or move it away to compute it again", error.what()));
  }
}

/// Drop what only a study's own header is asked for: there may be thousands of parts.
void keep_what_sources_need(StudyHeader& part) {
  part.spec.text.clear();
  part.data = {};
  part.splits.clear();
  for (TrialTable& table : part.models) table.columns.clear();
}

void read_all(const std::vector<std::string>& paths, const CheckFile& check, const OnDamage& on_damage,
              std::vector<FoundFile>& found) {
  for (const std::string& path : paths) {
    try {
      found.push_back(read_file(path, check));
    } catch (const hdf5::FormatError& error) {
      on_damage(path, error.what());
    }
  }
}

/// Lists before it opens the merged file: what a merge removes after the listing is then missed by name, not in
/// silence.
Inventory try_inventory(const std::string& path, Trust level, const OnDamage& on_damage) {
  const std::vector<std::string> headers = list_files(parts_directory(path), "study-", ".h5");
  const std::vector<std::string> parts = list_files(parts_directory(path), "part-", ".h5");
  Inventory found;
  found.merged = read_merged(path, level == Trust::whole_files ? check_merged : trust);
  const CheckFile check = level == Trust::light ? trust : check_part;
  read_all(headers, check, on_damage, found.headers);
  read_all(parts, check, on_damage, found.parts);
  for (FoundFile& part : found.parts) keep_what_sources_need(part.header);
  return found;
}

MachineError parts_keep_disappearing(const std::string& path) {
  return MachineError(path + ": its parts keep disappearing while they are read");
}

}  // namespace

const std::string& FoundFile::created() const {
  static const std::string never;
  for (const auto& [name, value] : header.provenance) {
    if (name == "created") return value;
  }
  return never;
}

const FoundFile* Inventory::study() const {
  const FoundFile* youngest = merged ? &*merged : nullptr;
  for (const FoundFile& header : headers) {
    if (youngest == nullptr || youngest->created() < header.created()) youngest = &header;
  }
  return youngest;
}

Inventory take_inventory(const std::string& path, Trust level, const OnDamage& on_damage) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    try {
      return try_inventory(path, level, on_damage);
    } catch (const Vanished&) {
      continue;
    }
  }
  throw parts_keep_disappearing(path);
}

void use_inventory(const std::string& path, Trust level, const OnDamage& on_damage,
                   const std::function<void(const Inventory&)>& use) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Inventory found = take_inventory(path, level, on_damage);
    try {
      return use(found);
    } catch (const MachineError&) {
      if (std::ranges::all_of(found.parts, exists, &FoundFile::path)) throw;
    }
  }
  throw parts_keep_disappearing(path);
}

}  // namespace kilofold
