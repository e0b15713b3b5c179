// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "dev.hpp"

namespace kilofold::cuda {

/// Device memory that grows when asked for more and never shrinks.
class Memory {
 public:
  /// At least n values, contents undefined; earlier pointers are void.
  template <class T> T* get(std::size_t n) {
    const std::size_t bytes = n > 0 ? n * sizeof(T) : 1;
    if (buffer_.size() < bytes) {
      buffer_ = dev::Buffer<unsigned char>();
      buffer_ = dev::Buffer<unsigned char>(bytes);
    }
    return reinterpret_cast<T*>(buffer_.data());
  }

 private:
  dev::Buffer<unsigned char> buffer_;
};

/// What a thread of the program keeps between its calls of ops. Every op waits for its stream before it returns, so the
/// next one may take the same memory.
struct Session {
  dev::Stream stream;
  Memory items;         ///< argument structs of the items
  Memory shared_items;  ///< of what several of them share
  Memory parameters;    ///< hyperparameters of the items
  Memory kept;          ///< what an op's first launches leave for its later ones
  Memory work;

  /// The values on the device, in `memory`.
  template <class T> const T* upload(const std::vector<T>& values, Memory& memory) {
    T* const to = memory.get<T>(values.size());
    dev::copy_to_device(to, values.data(), values.size(), stream);
    return to;
  }
};

inline Session& session() {
  thread_local Session own;
  return own;
}

}  // namespace kilofold::cuda
