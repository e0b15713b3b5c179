// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "kilofold/core/error.hpp"
#include "kilofold/store.hpp"

namespace kilofold::cli {
namespace {

/// A fresh file in a folder, open for writing; goes with the object.
class TrialFile {
 public:
  explicit TrialFile(const std::string& folder) : path_(folder + "/.kilofold-try-XXXXXX"), fd_(mkstemp(path_.data())) {}
  ~TrialFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    unlink(path_.c_str());
  }
  TrialFile(const TrialFile&) = delete;
  TrialFile& operator=(const TrialFile&) = delete;

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }
  void moved(const std::string& path) { path_ = path; }

 private:
  std::string path_;
  int fd_;
};

/// Empty when a system call succeeded, else its error.
std::string outcome(bool good) { return good ? "" : std::strerror(errno); }

bool sync_folder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool good = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  return good;
}

}  // namespace

FolderProbe probe_folder(const std::string& folder) {
  FolderProbe probe;
  probe.folder = folder;
  probe.bytes_free = bytes_free(folder).value_or(0);
  TrialFile file(folder);
  constexpr std::string_view text = "kilofold tries this folder\n";
  probe.write =
      outcome(file.fd() >= 0 && write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  if (!probe.write.empty()) return probe;
  probe.lock = outcome(flock(file.fd(), LOCK_EX | LOCK_NB) == 0);
  const auto begin = std::chrono::steady_clock::now();
  probe.sync = outcome(fsync(file.fd()) == 0);
  probe.sync_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const std::string target = file.path() + ".renamed";
  probe.rename = outcome(std::rename(file.path().c_str(), target.c_str()) == 0);
  if (probe.rename.empty()) file.moved(target);
  if (probe.sync.empty()) probe.sync = outcome(sync_folder(folder));
  return probe;
}

std::optional<double> bytes_free(const std::string& folder) {
  struct statvfs space = {};
  if (statvfs(folder.c_str(), &space) != 0) return std::nullopt;
  return static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize);
}

std::string unreachable(const std::string& path) {
  std::filesystem::path folder;  // the last that is there: names below it are tried in it
  bool is_there = true;
  for (const std::filesystem::path& name : std::filesystem::path(path)) {
    std::error_code error;
    const auto status = std::filesystem::status(folder / name, error);
    const bool absent = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    if (error && !absent) return error.message();
    is_there = is_there && std::filesystem::exists(status);
    if (is_there) folder /= name;
  }
  return "";
}

void require_writable(const std::string& output, const std::string& hint) {
  std::filesystem::path folder = std::filesystem::path(parts_directory(output)).parent_path();
  if (folder.empty()) folder = ".";
  std::string why = unreachable(output);
  if (why.empty()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) why = error.message();
  }
  if (why.empty()) {
    const TrialFile file(folder.string());
    why = outcome(file.fd() >= 0);
  }
  if (why.empty() && std::filesystem::is_directory(output)) why = "this is a folder";
  if (!why.empty())
    throw InputError(fmt::format("cannot write {}: {}", output, why), hint + "; kilofold doctor FOLDER tries a folder");
}

}  // namespace kilofold::cli
