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
static_assert(std::atomic<bool>::is_always_lock_free, "the handlers touch them");

void tell(std::string_view message) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, message.data(), message.size());
}

void exit_at_once(int) {
  tell("\nstopped before anything was computed\n");
  _exit(stopped_early);
}

void ask_to_stop(int signal) {
  if (!signalled.exchange(true)) {
    stop = true;
    tell("\nstopping: saving what is whole (Ctrl-C again to leave at once)\n");
  } else if (signal == SIGINT) {
    tell("\nleft at once: what was committed is safe\n");
    _exit(second_interrupt);
  }
}

void handle_signals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM, SIGUSR1, SIGHUP}) sigaction(signal, &action, nullptr);
}

}  // namespace

void exit_on_signals() {
  handle_signals(exit_at_once);
  std::signal(SIGPIPE, SIG_IGN);
}

void fail_at_file_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

const std::atomic<bool>* stop_on_signals() {
  handle_signals(ask_to_stop);
  return &stop;
}

void request_stop() { stop = true; }

}  // namespace kilofold::cli
