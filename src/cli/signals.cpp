// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.hpp"

#include <unistd.h>

#include <csignal>
#include <string_view>

#include "cli/exit_codes.hpp"

namespace kilofold::cli {
namespace {

std::atomic<bool> stop = false;
std::atomic<bool> signalled = false;  // stop may also be set by a time limit, which is no first Ctrl-C
static_assert(std::atomic<bool>::is_always_lock_free, "the handler touches it");

void on_signal(int signal) {
  if (signalled.exchange(true)) {
    if (signal == SIGINT) _exit(second_interrupt);
    return;
  }
  stop = true;
  constexpr std::string_view message = "\nstopping: saving what is whole (Ctrl-C again to leave at once)\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, message.data(), message.size());
}

}  // namespace

const std::atomic<bool>* stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM, SIGUSR1, SIGHUP}) sigaction(signal, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  return &stop;
}

void request_stop() { stop = true; }

}  // namespace kilofold::cli
