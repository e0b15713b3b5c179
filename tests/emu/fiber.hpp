// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// Stacks to run functions on, and the switch between them. x86-64 with the System V calling convention only.
namespace kilofold::emu {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t stack_bytes = 64 * 1024;

/// A stack of 64 KiB whose lowest page faults, taken from this OS thread's pool and given back to it.
class Stack {
 public:
  Stack();
  ~Stack();
  Stack(Stack&& other) noexcept : memory_(other.memory_) { other.memory_ = nullptr; }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  std::byte* bottom() const { return memory_; }

 private:
  std::byte* memory_;
};

/// A function on a stack of its own. It never returns: the last thing it does is to leave for good.
struct Fiber {
  Stack stack;
  void* context = nullptr;     ///< saved stack pointer
  void* fake_stack = nullptr;  ///< the address sanitizer's

  /// Put the stack back to the start of `entry`.
  void prepare(void (*entry)());
};

/// Where fibers come from and go back to.
struct Origin {
  void* context = nullptr;
  void* fake_stack = nullptr;
  const void* stack_bottom = nullptr;
  std::size_t stack_bytes = 0;

  /// Run a fiber until it leaves.
  void enter(Fiber& fiber);
};

/// First thing a fiber does.
void arrive(Origin& origin);

/// Go back to the origin, until the fiber is entered again; `for_good` when it has ended.
enum class Leave { until_entered, for_good };
void leave(Origin& origin, Fiber& fiber, Leave how);

}  // namespace kilofold::emu
