// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "kilofold/core/error.hpp"
#include "kilofold/core/hash.hpp"
#include "kilofold/store.hpp"

namespace kilofold {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* call, const std::string& path, int error) {
  throw MachineError(fmt::format("{}: {} failed: {}", path, call, std::strerror(error)));
}

void check(int result, const char* call, const std::string& path) {
  if (result < 0) fail(call, path, errno);
}

/// An open file descriptor.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC)) {
    check(fd_, "open", path);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

void sync(const std::string& path, int flags) {
  const Descriptor file(path, flags);
  check(fsync(file.fd()), "fsync", path);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

constexpr int random_width = 8;

std::string random_digits() {
  std::random_device entropy;
  return fmt::format("{:0{}x}", entropy(), random_width);
}

std::string temporary_prefix() { return fmt::format(".tmp-{}-", host_name()); }

bool same_file(int fd, const std::string& path) {
  struct stat open_file = {};
  struct stat named = {};
  return fstat(fd, &open_file) == 0 && stat(path.c_str(), &named) == 0 && open_file.st_ino == named.st_ino &&
         open_file.st_dev == named.st_dev;
}

void make_directory(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) fail("mkdir", directory, error.value());
}

/// Open a file in a directory, both made where missing. The directory stays as long as the file does.
int create_in(const std::string& directory, const std::string& path, int flags) {
  while (true) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0666);
    if (fd < 0 && errno == ENOENT) {
      make_directory(directory);  // again and again, where merges remove it as often
      continue;
    }
    check(fd, "open", path);
    return fd;
  }
}

}  // namespace

std::string directory_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string behind_links(const std::string& path) {
  constexpr int most_links = 40;  // as Linux follows
  fs::path at = path;
  std::error_code error;
  for (int links = 0; fs::is_symlink(at, error); ++links) {
    const fs::path target = fs::read_symlink(at, error);
    if (error || links == most_links) return path;
    at = at.parent_path() / target;  // an absolute target stands alone
  }
  return at.string();
}

std::string parts_directory(const std::string& path) { return behind_links(path) + ".parts"; }

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_hdf5(const std::string& path) {
  constexpr std::array<char, 8> signature = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  return head == signature;
}

std::string hash_file(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  std::vector<char> buffer(1 << 20);
  Hasher hasher;
  while (true) {
    const ssize_t count = read(file.fd(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno);
    if (count == 0) return hasher.hex();
    hasher.update(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string name_by_content(const std::string& stem, const std::string& hash) {
  const auto now = std::chrono::system_clock::now();
  const auto microseconds = std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch()).count() % 1'000'000;
  return fmt::format("{}-{:%Y%m%dT%H%M%S}.{:06d}-{}-{}.h5", stem,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), microseconds, getpid(), hash);
}

bool content_matches_name(const std::string& path) { return path.ends_with("-" + hash_file(path) + ".h5"); }

void sync_directory(const std::string& directory) { sync(directory, O_RDONLY | O_DIRECTORY); }

void remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) fail("unlink", path, errno);
}

std::vector<std::string> list_files(const std::string& directory, const std::string& prefix,
                                    const std::string& suffix) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(suffix)) paths.push_back(directory + "/" + name);
  }
  if (error && error.value() != ENOENT) fail("readdir", directory, error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

void set_aside(const std::string& path, const std::string& reason) {
  const std::string aside = path + ".damaged";
  if (std::rename(path.c_str(), aside.c_str()) != 0 && errno != ENOENT) fail("rename", path, errno);
  fmt::print(stderr, "warning: {} is damaged; its cells will be computed again, the file is kept as {}\n  {}\n", path,
             aside, reason);
}

TemporaryFile::TemporaryFile(const std::string& directory)
    : path_(fmt::format("{}/{}{}-{}", directory, temporary_prefix(), getpid(), random_digits())) {
  ::close(create_in(directory, path_, O_EXCL));
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

void TemporaryFile::begin_sync() {
  synced_ = std::async(std::launch::async, [path = path_] { sync(path, O_RDONLY); });
}

void TemporaryFile::publish(const std::string& target) {
  KILOFOLD_EXPECT(synced_.valid());
  synced_.get();
  check(std::rename(path_.c_str(), target.c_str()), "rename", target);
  path_.clear();
  sync_directory(directory_of(target));
}

void remove_stale_temporaries(const std::string& directory) {
  const std::string prefix = temporary_prefix();
  for (const std::string& path : list_files(directory, prefix, "")) {
    const char* digits = path.c_str() + directory.size() + 1 + prefix.size();
    const char* end = path.c_str() + path.size();
    pid_t pid = 0;
    const char* rest = std::from_chars(digits, end, pid).ptr;
    const bool ours = pid > 0 && end - rest == 1 + random_width;
    if (ours && kill(pid, 0) != 0 && errno == ESRCH) remove_file(path);
  }
}

MergeLock::MergeLock(const std::string& directory) : directory_(directory), path_(directory + "/.lock") {
  while (true) {
    fd_ = create_in(directory, path_, 0);
    int result = 0;
    do result = flock(fd_, LOCK_EX);
    while (result != 0 && errno == EINTR);
    held_ = result == 0;
    if (!held_ || same_file(fd_, path_)) return;
    ::close(fd_);  // it was removed by the merge we waited for
  }
}

MergeLock::~MergeLock() {
  unlink(path_.c_str());
  ::close(fd_);
  rmdir(directory_.c_str());  // stays while anything is in it
}

}  // namespace kilofold
