// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <vector>

#include "dev.hpp"
#include "staging.hpp"

namespace kilofold::cuda {

/// Device memory of one stream's calls that grows when asked for more and never shrinks.
class Memory {
 public:
  explicit Memory(const dev::Stream& stream) : stream_(stream) {}

  /// At least n values, contents undefined; earlier pointers are void.
  template <class T> T* get(std::size_t n) {
    const std::size_t bytes = n > 0 ? n * sizeof(T) : 1;
    if (buffer_.size() < bytes) {
      if (buffer_.size() > 0) stream_.synchronize();  // an earlier op may still use it
      buffer_ = dev::Buffer<unsigned char>();
      buffer_ = dev::Buffer<unsigned char>(bytes);
    }
    return reinterpret_cast<T*>(buffer_.data());
  }

 private:
  const dev::Stream& stream_;
  dev::Buffer<unsigned char> buffer_;
};

/// What a thread of the program keeps between its calls of ops. Ops leave their launches in the stream; the next one
/// may take the same memory, since its launches come behind them.
struct Session {
  dev::Stream stream;
  Staging staging;
  Memory items{stream};         ///< argument structs of the items
  Memory shared_items{stream};  ///< of what several of them share
  Memory parameters{stream};    ///< hyperparameters of the items
  Memory kept{stream};          ///< what an op's first launches leave for its later ones
  Memory work{stream};
  Memory sort_work{stream};  ///< of sorts by a vendor's library

  /// Of matrices that go to a vendor's library.
  struct Dense {
    explicit Dense(const dev::Stream& s) : items(s), matrices(s), others(s), place(s), info(s) {}
    Memory items, matrices, others, place, info;
  };
  Dense dense{stream};

  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// The values on the device, in `memory`.
  template <class T> const T* upload(const std::vector<T>& values, Memory& memory) {
    T* const to = memory.get<T>(values.size());
    staging.copy(to, values.data(), values.size(), stream);
    return to;
  }
};

inline Session::~Session() {
  try {
    stream.synchronize();
  } catch (const std::exception&) {
    // the device is lost, and nobody waits for what it computed
  }
}

inline Session& session() {
  thread_local Session own;
  return own;
}

}  // namespace kilofold::cuda
