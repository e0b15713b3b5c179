// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <type_traits>

#include "cuda/dev_error.hpp"
#include "emu/block.hpp"
#include "emu/cuda_words.hpp"

/// The launch layer on the host: device memory is host memory, calls are done when they return.
#define DEV_SHARED(type, name)              \
  static const char name##_declaration = 0; \
  type& name = ::kilofold::dev::static_shared<type>(&name##_declaration)
#define DEV_UNROLL
#define DEV_UNROLL_4

namespace kilofold::dev {

using dim3 = emu::Dim3;

/// After how many further calls the emulated device fails once; below 0: never.
inline constinit thread_local int calls_until_failure = -1;

inline void count_call(const char* call) {
  if (calls_until_failure-- == 0) throw Error(std::string(call) + ": planted failure");
}

class Stream {
 public:
  Stream() { count_call("cudaStreamCreate"); }
  void synchronize() const { count_call("cudaStreamSynchronize"); }
};

template <class T> class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size) {
    count_call("cudaMalloc");
    memory_.reset(new unsigned char[size * sizeof(T)]);
    std::memset(memory_.get(), emu::void_byte, size * sizeof(T));
  }

  T* data() const { return reinterpret_cast<T*>(memory_.get()); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<unsigned char[]> memory_;
  std::size_t size_ = 0;
};

template <class T> void copy_to_device(T* to, const T* from, std::size_t n, const Stream&) {
  count_call("cudaMemcpy to the device");
  if (n > 0) std::memcpy(to, from, n * sizeof(T));
}

template <class T> void copy_to_host(T* to, const T* from, std::size_t n, const Stream&) {
  count_call("cudaMemcpy from the device");
  if (n > 0) std::memcpy(to, from, n * sizeof(T));
}

template <class T> T* dyn_shared() { return reinterpret_cast<T*>(emu::block->dynamic_shared()); }

template <class T> T& static_shared(const void* declaration) {
  return *reinterpret_cast<T*>(emu::block->static_shared(declaration, sizeof(T)));
}

struct Shape {
  const char* name;
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes;
};

/// Run the blocks one after another.
///
/// Errors    Error where a device would refuse the launch; emu::Fault where the kernel is wrong
template <class... P, class... A>
void launch(void (*kernel)(P...), const Shape& shape, const Stream&, A&&... arguments) {
  constexpr unsigned most_threads = 1024;
  count_call(shape.name);
  const unsigned threads = shape.block.x * shape.block.y * shape.block.z;
  if (threads == 0 || threads > most_threads || shape.shared_bytes > emu::most_shared_bytes)
    throw Error(std::string(shape.name) + ": no block has this shape");
  const std::function<void()> body = [&] { kernel(P(arguments)...); };
  emu::Block block(shape.block);
  std::mt19937_64 random(emu::options.seed);
  emu::block = &block;
  emu::grid_size = shape.grid;
  for (unsigned z = 0; z < shape.grid.z; ++z) {
    for (unsigned y = 0; y < shape.grid.y; ++y) {
      for (unsigned x = 0; x < shape.grid.x; ++x) {
        emu::block_place = {x, y, z};
        block.run(body, shape.shared_bytes, random);
      }
    }
  }
}

}  // namespace kilofold::dev
