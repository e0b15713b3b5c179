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

/// Memory of one backend, given back on destruction.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Backend& backend, std::size_t bytes);  ///< throws OutOfMemory
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) backend_->release(data_);
  }

  template <class T> T* as() const { return static_cast<T*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(backend_, other.backend_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  const Backend* backend_ = nullptr;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

/// One thread's buffers: released ones are kept for the next tile, so that a warm tile allocates nothing. Where memory
/// runs out, they are the first to go.
class BufferPool {
 public:
  explicit BufferPool(const Backend& backend) : backend_(backend) {}

  Buffer acquire(std::size_t bytes);
  void give_back(Buffer buffer);

 private:
  const Backend& backend_;
  std::vector<Buffer> free_;
};

}  // namespace kilofold
