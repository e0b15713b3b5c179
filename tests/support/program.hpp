// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kilofold/store.hpp"

/// The built program as a user starts it, in a folder of its own.
namespace kilofold::testing {

namespace fs = std::filesystem;

/// A folder that goes when the test ends.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "kilofold-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

inline std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Start the program with stdout and stderr in FOLDER/out and FOLDER/err; returns its process id.
inline pid_t start(const Folder& folder, const std::vector<std::string>& arguments,
                   const std::vector<std::pair<std::string, std::string>>& environment = {}) {
  const pid_t child = fork();
  if (child != 0) return child;
  const int out = open((folder / "out").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  const int err = open((folder / "err").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  if (chdir(folder.path().c_str()) != 0) _exit(99);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv{const_cast<char*>(KILOFOLD_PROGRAM)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(KILOFOLD_PROGRAM, argv.data());
  _exit(99);
}

/// Wait for a process: its exit code, or 1000 + the signal that ended it.
inline int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

inline Outcome run_program(const Folder& folder, const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment = {}) {
  const int code = wait_for(start(folder, arguments, environment));
  return {code, read_text(folder / "out"), read_text(folder / "err")};
}

/// A small table with repeated and continuous columns, as CSV text.
inline std::string small_table(int rows) {
  std::string text = "a,b,c,y\n";
  unsigned state = 12345;
  const auto next = [&state] { return (state = state * 1103515245U + 12345U) >> 8; };
  for (int i = 0; i < rows; ++i) {
    const double a = static_cast<double>(next() % 1000) / 100;
    const double b = static_cast<double>(next() % 5);
    const double c = static_cast<double>(next() % 100000) / 1000;
    const double y = 2 * a - b * b + 0.1 * c + static_cast<double>(next() % 100) / 100;
    text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c) + "," + std::to_string(y) + "\n";
  }
  return text;
}

/// Number of cells whose stored bits differ between two results files of one study; -1 when the studies differ.
inline std::int64_t differing_stored_cells(const std::string& a_path, const std::string& b_path) {
  const StudyReader a(a_path);
  const StudyReader b(b_path);
  if (a.models().size() != b.models().size() || a.seeds() != b.seeds()) return -1;
  std::int64_t differing = 0;
  for (std::size_t m = 0; m < a.models().size(); ++m) {
    if (a.models()[m].id != b.models()[m].id) return -1;
    for (std::size_t t = 0; t < a.models()[m].id.size(); ++t) {
      const CellBlock x = a.trial(ModelId(static_cast<int>(m)), static_cast<std::int64_t>(t));
      const CellBlock y = b.trial(ModelId(static_cast<int>(m)), static_cast<std::int64_t>(t));
      const auto same = [](const auto& u, const auto& v) {
        return u.size() == v.size() && (u.empty() || std::memcmp(u.data(), v.data(), u.size() * sizeof(u[0])) == 0);
      };
      const bool equal = same(x.prediction, y.prediction) && same(x.metric, y.metric) &&
                         same(x.fold_metric, y.fold_metric) && same(x.status, y.status) && same(x.sd, y.sd) &&
                         same(x.diagnostic, y.diagnostic);
      differing += equal ? 0 : 1;
    }
  }
  return differing;
}

}  // namespace kilofold::testing
