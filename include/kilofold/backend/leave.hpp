// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

/// How an op that takes long is left before its end, the same in every backend.
namespace kilofold {

/// An op was left. No std::exception: nothing that handles failures is meant to catch it.
struct Stopped {};

/// What `Backend::stop_when` was told of a thread.
struct StopWish {
  const std::atomic<bool>* wanted = nullptr;
  double patience = 0;
  std::optional<std::chrono::steady_clock::time_point> seen = {};
};

inline StopWish& stop_wish() {
  thread_local StopWish wish;
  return wish;
}

inline void stop_when(const std::atomic<bool>* wanted, double patience) { stop_wish() = {wanted, patience}; }

/// For the loops of an op: leave it where this thread's ops are to stop and have had their time.
///
/// Errors    Stopped
/// Cost      a few nanoseconds while nobody wants to stop
inline void leave_if_stopped() {
  StopWish& wish = stop_wish();
  if (wish.wanted == nullptr || !wish.wanted->load(std::memory_order_relaxed)) return;
  const auto now = std::chrono::steady_clock::now();
  if (!wish.seen) wish.seen = now;
  if (now - *wish.seen >= std::chrono::duration<double>(wish.patience)) throw Stopped{};
}

}  // namespace kilofold
