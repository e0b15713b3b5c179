// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "kilofold/backend.hpp"
#include "kilofold/core/error.hpp"

namespace kilofold {

/// A backend's memory ran out: the same work in smaller tiles may do.
class OutOfMemory : public MachineError {
 public:
  using MachineError::MachineError;
};

/// Where buffers come from.
struct MemorySource {
  const char* name;  ///< in messages
  void* (*allocate)(std::size_t bytes);
  void (*release)(void* pointer);
};

/// What a backend's ops work on.
MemorySource memory_of(const Backend& backend);
/// Host memory that its downloads reach.
MemorySource host_memory_of(const Backend& backend);

/// A piece of memory, given back on destruction.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const MemorySource& source, std::size_t bytes);  ///< throws OutOfMemory
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) release_(data_);
  }

  template <class T> T* as() const { return static_cast<T*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(release_, other.release_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  void (*release_)(void* pointer) = nullptr;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

/// One thread's buffers: released ones are kept for the next tile, so that a warm tile allocates nothing. Where memory
/// runs out, they are the first to go.
class BufferPool {
 public:
  explicit BufferPool(const MemorySource& source) : source_(source) {}

  Buffer acquire(std::size_t bytes);
  void give_back(Buffer buffer);

 private:
  const MemorySource source_;
  std::vector<Buffer> free_;
};

}  // namespace kilofold
