// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace kilofold::cli {

/// What a folder's file system does when tried, with a file that goes again.
struct FolderProbe {
  std::string folder;
  std::string write;  ///< empty: works; else why not. The same for what follows
  std::string sync;
  std::string rename;
  std::string lock;         ///< without locks merges remove no parts (docs/store.md)
  double sync_seconds = 0;  ///< one fsync
  double bytes_free = 0;

  bool safe() const { return write.empty() && sync.empty() && rename.empty(); }
};

FolderProbe probe_folder(const std::string& folder);

/// Bytes free for us on a folder's file system; nothing when it cannot tell.
std::optional<double> bytes_free(const std::string& folder);

/// What the system says against looking for a path, such as "File name too long"; empty where it may be there or not.
std::string unreachable(const std::string& path);

/// Make the folder of an output file and try to write there: better now than at the first checkpoint.
///
/// Errors    InputError naming the file and what the system says, with that hint
void require_writable(const std::string& output, const std::string& hint);

}  // namespace kilofold::cli
