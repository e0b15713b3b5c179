// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "emu/backend.hpp"

#include <cstdio>
#include <cstring>
#include <new>

#include "cuda/ops.hpp"
#include "emu/block.hpp"
#include "kilofold/backend/arguments.hpp"

namespace kilofold::emu {
namespace {

constexpr std::align_val_t alignment{64};

int probe(char* reason, std::size_t size) {
  if (size > 0) reason[0] = '\0';
  return 0;
}

int describe(char* text, std::size_t size) {
  std::snprintf(text, size, "CUDA kernels, emulated");
  return 0;
}

void* allocate(std::size_t bytes) {
  void* const memory = ::operator new(bytes, alignment, std::nothrow);
  if (memory != nullptr) std::memset(memory, void_byte, bytes);
  return memory;
}

void release(void* memory) {
  cuda::finish_ops();
  ::operator delete(memory, alignment);
}

int memory(std::size_t* free_bytes, std::size_t* total_bytes) {
  *free_bytes = *total_bytes = std::size_t{1} << 30;
  return 0;
}

}  // namespace

const Backend& backend() {
  static const Backend table = [] {
    Backend machine{};
    machine.abi = backend_abi;
    machine.name = "cuda-emulated";
    machine.probe = probe;
    machine.describe = describe;
    machine.last_error = last_error;
    machine.memory = memory;
    machine.allocate = allocate;
    machine.release = release;
    return cuda::with_ops(machine);
  }();
  return table;
}

const Backend& vendor_backend() {
  static const Backend table = [] {
    Backend flavour = cuda::with_vendor_ops(backend());
    flavour.library = "plain loops";
    return flavour;
  }();
  return table;
}

}  // namespace kilofold::emu
