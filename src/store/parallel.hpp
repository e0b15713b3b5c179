// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "kilofold/core/error.hpp"

namespace kilofold {

/// As many threads as there are cores, up to where one that writes a file keeps them all waiting.
inline std::int32_t usual_threads() {
  constexpr unsigned most = 8;
  return static_cast<std::int32_t>(std::clamp(std::thread::hardware_concurrency(), 1U, most));
}

/// Threads that wait for tasks. One that is woken starts at once, where a new one often waits for a core first.
class Threads {
 public:
  /// `n`: the owner among them.
  explicit Threads(std::int32_t n) {
    for (std::int32_t t = 1; t < n; ++t) threads_.emplace_back([this] { run_until_stopped(); });
  }
  ~Threads() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  std::int32_t size() const { return static_cast<std::int32_t>(threads_.size()) + 1; }

  /// Have all threads but the owner run a task, which must not throw. Requires that none has one.
  void begin(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      KILOFOLD_EXPECT(busy_ == 0);
      task_ = std::move(task);
      busy_ = threads_.size();
      ++tasks_;
    }
    changed_.notify_all();
  }
  /// Wait until all have run it.
  void finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void run_until_stopped() {
    std::unique_lock lock(mutex_);
    for (std::uint64_t done = 0; true; ++done) {
      changed_.wait(lock, [&] { return stopped_ || tasks_ > done; });
      if (stopped_) return;
      lock.unlock();
      task_();
      lock.lock();
      if (--busy_ == 0) changed_.notify_all();
    }
  }

  std::mutex mutex_;  ///< guards what follows, down to stopped_
  std::condition_variable changed_;
  std::function<void()> task_;
  std::uint64_t tasks_ = 0;
  std::size_t busy_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

/// Slots in a ring. The owner fills one after the other and takes them back in that order; in between, `work` was done
/// on each, by other threads or by the owner while it waits.
template <class Slot> class Ring {
 public:
  /// Occupies `threads` as long as it lives.
  Ring(std::size_t n_slots, Threads& threads, std::function<void(Slot&)> work)
      : threads_(threads), work_(std::move(work)), slots_(n_slots), state_(n_slots) {
    threads_.begin([this] { work_until_stopped(); });
  }
  ~Ring() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    threads_.finish();
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  bool is_empty() const { return filled_ == released_; }
  bool is_full() const { return filled_ - released_ == slots_.size(); }

  /// The slot to fill next. Requires that the ring is not full.
  Slot& free_slot() {
    KILOFOLD_EXPECT(!is_full());
    return slots_[filled_ % slots_.size()];
  }
  /// Have the slot that was filled worked on.
  void submit() {
    {
      const std::lock_guard lock(mutex_);
      state_[filled_ % slots_.size()] = {};
      ++filled_;
    }
    changed_.notify_one();
  }
  /// The slot that was filled first, once it was worked on. Requires that there is one. Errors: what `work` threw on it
  Slot& oldest() {
    KILOFOLD_EXPECT(!is_empty());
    const State& state = state_[released_ % slots_.size()];
    std::unique_lock lock(mutex_);
    while (!state.done) {
      if (taken_ < filled_) {
        work_on_next(lock);
      } else {
        changed_.wait(lock);
      }
    }
    if (state.error) std::rethrow_exception(state.error);
    return slots_[released_ % slots_.size()];
  }
  /// Let the oldest slot be filled again.
  void release() { ++released_; }

 private:
  struct State {
    bool done = false;
    std::exception_ptr error;
  };

  void work_until_stopped() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopped_ || taken_ < filled_; });
      if (stopped_) return;
      work_on_next(lock);
    }
  }

  void work_on_next(std::unique_lock<std::mutex>& lock) {
    const std::size_t slot = taken_++ % slots_.size();
    lock.unlock();
    State state;
    try {
      work_(slots_[slot]);
    } catch (...) {
      state.error = std::current_exception();
    }
    state.done = true;
    lock.lock();
    state_[slot] = std::move(state);
    changed_.notify_all();
  }

  Threads& threads_;
  std::function<void(Slot&)> work_;
  std::vector<Slot> slots_;
  std::size_t released_ = 0;
  std::mutex mutex_;  ///< guards what follows, down to stopped_; the owner alone writes filled_
  std::condition_variable changed_;
  std::vector<State> state_;
  std::size_t filled_ = 0;
  std::size_t taken_ = 0;
  bool stopped_ = false;
};

}  // namespace kilofold
