// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "emu/stream.hpp"

#include <cstring>
#include <map>
#include <mutex>

#include "emu/block.hpp"

namespace kilofold::emu {
namespace {

std::mutex mutex;
std::map<std::uintptr_t, std::size_t>& pinned() {
  static std::map<std::uintptr_t, std::size_t> bytes_by_begin;
  return bytes_by_begin;
}

std::uintptr_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

}  // namespace

void Calls::add(std::function<void()> call, Kind kind) {
  waiting_.push_back(std::move(call));
  const bool prompt = kind == Kind::kernel_or_upload;
  if (options.pace == Pace::at_once || (options.pace == Pace::copies_late && prompt)) run(given());
}

void Calls::run(std::int64_t count) {
  while (done_ < count) {
    const std::function<void()> call = std::move(waiting_.front());
    waiting_.pop_front();
    ++done_;
    call();
  }
}

void* allocate_pinned(std::size_t bytes) {
  auto* const memory = new unsigned char[bytes];
  std::memset(memory, void_byte, bytes);
  const std::lock_guard lock(mutex);
  pinned()[address(memory)] = bytes;
  return memory;
}

void release_pinned(void* memory) {
  {
    const std::lock_guard lock(mutex);
    pinned().erase(address(memory));
  }
  delete[] static_cast<unsigned char*>(memory);
}

bool is_pinned(const void* begin, std::size_t bytes) {
  const std::lock_guard lock(mutex);
  auto after = pinned().upper_bound(address(begin));
  if (after == pinned().begin()) return false;
  --after;
  return address(begin) + bytes <= after->first + after->second;
}

}  // namespace kilofold::emu
