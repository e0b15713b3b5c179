// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kilofold/store.hpp"

/// What lies on disk for a study: the merged file, study headers and parts.
namespace kilofold {

/// The header of one file and where it was found.
struct FoundFile {
  std::string path;
  StudyHeader header;

  const std::string& created() const;
};

struct Inventory {
  std::optional<FoundFile> merged;
  std::vector<FoundFile> headers;  ///< study-*.h5: all trials, no cells
  std::vector<FoundFile> parts;    ///< headers without data, splits and parameter columns

  /// The file that says what the study is: the youngest of merged and headers; nothing when there is neither.
  const FoundFile* study() const;
};

/// How far to check files before believing them. Parts and headers are hashed unless `light`; the merged file is read
/// whole with `whole_files`.
enum class Trust { light, whole_parts, whole_files };

/// Read every header. When a merge by another process removes files meanwhile, starts again.
///
/// `on_damage(path, reason)` hears of damaged parts and headers, which are then left out.
/// Errors    InputError when the merged file is not kilofold's; MachineError when it is damaged, or on I/O
Inventory take_inventory(const std::string& path, Trust level,
                         const std::function<void(const std::string&, const std::string&)>& on_damage);

/// Take inventory and let `use` read the files named there; both again when another process has merged them meanwhile.
void use_inventory(const std::string& path, Trust level,
                   const std::function<void(const std::string&, const std::string&)>& on_damage,
                   const std::function<void(const Inventory&)>& use);

}  // namespace kilofold
