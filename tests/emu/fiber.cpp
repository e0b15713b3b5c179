// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "emu/fiber.hpp"

#include <sys/mman.h>

#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(__x86_64__)
#error "the switch below is for x86-64"
#endif

extern "C" void kilofold_emu_switch(void** save, void* load) noexcept;
asm(R"(
.text
.globl kilofold_emu_switch
.type kilofold_emu_switch,@function
kilofold_emu_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size kilofold_emu_switch,.-kilofold_emu_switch
)");

namespace kilofold::emu {
namespace {

constexpr int saved_registers = 6;

/// Stacks that were given back. A thread that ends unmaps its own.
struct StackPool {
  std::vector<std::byte*> free;

  ~StackPool() {
    for (std::byte* stack : free) munmap(stack, stack_bytes);
  }

  std::byte* take() {
    if (!free.empty()) {
      std::byte* const stack = free.back();
      free.pop_back();
      return stack;
    }
    void* const memory = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    mprotect(memory, page_bytes, PROT_NONE);
    return static_cast<std::byte*>(memory);
  }
};

StackPool& pool() {
  thread_local StackPool own;
  return own;
}

/// Tell the address sanitizer which stack comes next; `fake_stack` null says that the present one has ended.
void announce([[maybe_unused]] void** fake_stack, [[maybe_unused]] const void* bottom,
              [[maybe_unused]] std::size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(fake_stack, bottom, bytes);
#endif
}

void arrived([[maybe_unused]] void* fake_stack, [[maybe_unused]] const void** bottom,
             [[maybe_unused]] std::size_t* bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack, bottom, bytes);
#endif
}

}  // namespace

Stack::Stack() : memory_(pool().take()) {}

Stack::~Stack() {
  if (memory_ != nullptr) pool().free.push_back(memory_);
}

void Fiber::prepare(void (*entry)()) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(stack.bottom() + page_bytes, stack_bytes - page_bytes);
#endif
  fake_stack = nullptr;
  auto top = reinterpret_cast<void**>(stack.bottom() + stack_bytes);
  *--top = nullptr;  // where entry would return to
  *--top = reinterpret_cast<void*>(entry);
  for (int i = 0; i < saved_registers; ++i) *--top = nullptr;
  context = top;
}

void Origin::enter(Fiber& fiber) {
  announce(&fake_stack, fiber.stack.bottom(), emu::stack_bytes);
  kilofold_emu_switch(&context, fiber.context);
  arrived(fake_stack, nullptr, nullptr);
}

void arrive(Origin& origin) { arrived(nullptr, &origin.stack_bottom, &origin.stack_bytes); }

void leave(Origin& origin, Fiber& fiber, Leave how) {
  announce(how == Leave::for_good ? nullptr : &fiber.fake_stack, origin.stack_bottom, origin.stack_bytes);
  kilofold_emu_switch(&fiber.context, origin.context);
  arrived(fiber.fake_stack, nullptr, nullptr);
}

}  // namespace kilofold::emu
