// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace kilofold {

/// As many threads as there are cores, up to where one that writes a file keeps them all waiting.
inline std::int32_t usual_threads() {
  constexpr unsigned most = 8;
  return static_cast<std::int32_t>(std::clamp(std::thread::hardware_concurrency(), 1U, most));
}

/// Call work(i) for every i below `count` on some threads, the calling one among them.
///
/// Errors    the first exception that `work` throws, once all threads have stopped
template <class Work> void for_each_in_parallel(std::size_t count, std::size_t n_threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  const auto take = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 1; t < std::min(n_threads, count); ++t) threads.emplace_back(take);
    take();
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace kilofold
