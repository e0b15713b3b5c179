// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

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

}  // namespace kilofold::test
