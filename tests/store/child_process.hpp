// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "kilofold/store.hpp"

namespace kilofold::test {

/// Run a function in a child process. It exits as programs do, so that HDF5's shutdown after a failure is tested too;
/// but a leak checker would report what HDF5 itself loses when a close or a read fails.
inline pid_t in_child(const std::function<int()>& run) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
#ifdef __SANITIZE_ADDRESS__
  _exit(run());
#else
  std::exit(run());
#endif
}

/// Wait for a child: its exit code, or minus the signal that ended it.
inline int exit_code(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Open a study in a child process and write to it where no file may grow beyond `limit` bytes, as on a full disk.
/// Returns 0 where it fits, 4 where the writer is told that it does not, 5 where it is told something else.
inline int code_on_full_disk(rlim_t limit, const std::string& path, const StudyHeader& study,
                             const std::function<void(Store&)>& write) {
  return exit_code(in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    Store store(path, study);
    const rlimit most = {limit, limit};
    setrlimit(RLIMIT_FSIZE, &most);
    try {
      write(store);
      return 0;
    } catch (const MachineError& error) {
      return std::string(error.what()).find("File too large") == std::string::npos ? 5 : 4;
    }
  }));
}

}  // namespace kilofold::test
