// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <string>
#include <vector>

/// The durable half of the store: names, fsync, rename, lock. No HDF5 here.
namespace kilofold {

/// The file that a path leads to through symbolic links, whether it is there or not. A link that leads nowhere else
/// stands for itself.
std::string behind_links(const std::string& path);
std::string directory_of(const std::string& path);  ///< that a file or folder is in
bool exists(const std::string& path);
bool is_hdf5(const std::string& path);  ///< begins with HDF5's signature

/// XXH3 of a file's bytes, 16 hex digits. Errors: MachineError when they cannot be read.
std::string hash_file(const std::string& path);

/// stem-<UTC time>-<pid>-<hash of the bytes>.h5: sorts by time, and lets a reader check the bytes before HDF5 sees
/// them.
std::string name_by_content(const std::string& stem, const std::string& hash);
bool content_matches_name(const std::string& path);

void sync_directory(const std::string& directory);
void remove_file(const std::string& path);  ///< fine when it does not exist

/// Files in a directory whose names begin with `prefix` and end with `suffix`, as paths, sorted; none when it is
/// missing.
std::vector<std::string> list_files(const std::string& directory, const std::string& prefix, const std::string& suffix);

/// Rename to *.damaged and say so on stderr.
void set_aside(const std::string& path, const std::string& reason);

/// An empty file `.tmp-<host>-<pid>-<random>` in a directory that is made where missing (not synced) and stays while
/// the file is in it, whatever other processes merge; the file goes with the object unless published.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& directory);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  /// Begin the fsync of the finished file; it goes on while the caller reads the file back.
  void begin_sync();
  /// Wait for that fsync, rename over `target`, fsync target's directory. When this returns, the file survives a power
  /// cut. Errors: MachineError, also when the fsync fails
  void publish(const std::string& target);

 private:
  std::string path_;
  std::future<void> synced_;
};

/// Remove temporary files of this host's dead processes.
void remove_stale_temporaries(const std::string& directory);

/// Serialises merges of one study: an advisory lock on `.lock` in its parts directory.
///
/// Where the file system has no locks, held() is false; a merge is then still right as long as it removes no parts.
class MergeLock {
 public:
  explicit MergeLock(const std::string& directory);  ///< waits for another merge
  ~MergeLock();                                      ///< also removes the directory when nothing is left in it
  MergeLock(const MergeLock&) = delete;
  MergeLock& operator=(const MergeLock&) = delete;

  bool held() const { return held_; }

 private:
  std::string directory_;
  std::string path_;
  int fd_ = -1;
  bool held_ = false;
};

}  // namespace kilofold
