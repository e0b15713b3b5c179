// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "cuda/dev_error.hpp"
#include "emu/block.hpp"
#include "emu/cuda_words.hpp"

/// The launch layer on the host: device memory is host memory, and streams do their calls at the pace of the options.
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

class Stream;

class Event {
 public:
  void record(const Stream& stream);
  void synchronize() const {
    if (!calls_) return;
    count_call("cudaEventSynchronize");
    calls_->run(count_);
  }

 private:
  friend class Stream;
  std::shared_ptr<emu::Calls> calls_;
  std::int64_t count_ = 0;  ///< of the stream's calls, that this stands for
};

class Stream {
 public:
  Stream() { count_call("cudaStreamCreate"); }
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void synchronize() const {
    count_call("cudaStreamSynchronize");
    calls_->run(calls_->given());
  }
  void wait(const Event& event) const {
    count_call("cudaStreamWaitEvent");
    calls_->add([other = event.calls_, count = event.count_] { other->run(count); },
                emu::Calls::Kind::copy_to_host_or_wait);
  }
  const std::shared_ptr<emu::Calls>& calls() const { return calls_; }

 private:
  std::shared_ptr<emu::Calls> calls_ = std::make_shared<emu::Calls>();
};

inline Stream::~Stream() {
  try {
    calls_->run(calls_->given());
  } catch (const std::exception&) {
    // as on a device, nobody is told
  }
}

inline void Event::record(const Stream& stream) {
  if (!calls_) count_call("cudaEventCreate");
  count_call("cudaEventRecord");
  calls_ = stream.calls();
  count_ = calls_->given();
}

inline void* allocate_pinned(std::size_t bytes) {
  count_call("cudaHostAlloc");
  return emu::allocate_pinned(bytes);
}

inline void release_pinned(void* memory) { emu::release_pinned(memory); }

class Pinned {
 public:
  Pinned() = default;
  explicit Pinned(std::size_t bytes) : memory_(allocate_pinned(bytes)), size_(bytes) {}

  void* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Release {
    void operator()(void* memory) const { release_pinned(memory); }
  };
  std::unique_ptr<void, Release> memory_;
  std::size_t size_ = 0;
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

/// Of values that are not pinned a copy is kept, as a device keeps one.
template <class T> void copy_to_device(T* to, const T* from, std::size_t n, const Stream& stream) {
  count_call("cudaMemcpy to the device");
  if (n == 0) return;
  if (emu::is_pinned(from, n * sizeof(T))) {
    stream.calls()->add([=] { std::memcpy(to, from, n * sizeof(T)); }, emu::Calls::Kind::kernel_or_upload);
  } else {
    stream.calls()->add([to, kept = std::vector<T>(from, from + n)] { std::ranges::copy(kept, to); },
                        emu::Calls::Kind::kernel_or_upload);
  }
}

template <class T> void copy_to_host(T* to, const T* from, std::size_t n, const Stream& stream) {
  count_call("cudaMemcpy from the device");
  if (n == 0) return;
  const bool pinned = emu::is_pinned(to, n * sizeof(T));
  stream.calls()->add(
      [=] {
        if (pinned && !emu::is_pinned(to, n * sizeof(T))) throw emu::Fault("a copy into host memory that is gone");
        std::memcpy(to, from, n * sizeof(T));
      },
      emu::Calls::Kind::copy_to_host_or_wait);
  if (!pinned) stream.calls()->run(stream.calls()->given());
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

/// A kernel may declare 48 KiB; how much it does shows when it runs.
template <class T, class... P> std::int64_t most_shared(void (*)(P...)) {
  return static_cast<std::int64_t>((emu::most_shared_bytes - emu::most_static_bytes) / sizeof(T));
}

/// Run the blocks one after another.
inline void run_grid(const Shape& shape, const std::function<void()>& body) {
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

/// Errors    Error where a device would refuse the launch; emu::Fault, once it is carried out, where the kernel is
/// wrong
template <class... P, class... A>
void launch(void (*kernel)(P...), const Shape& shape, const Stream& stream, A&&... arguments) {
  constexpr unsigned most_threads = 1024, widest_grid = 0x7fffffff, highest_grid = 65535;
  if (shape.grid.x == 0) return;
  count_call(shape.name);
  const unsigned least = std::min(shape.grid.y, shape.grid.z), most = std::max(shape.grid.y, shape.grid.z);
  if (least == 0 || most > highest_grid || shape.grid.x > widest_grid)
    throw Error(std::string(shape.name) + ": no grid has this shape");
  const unsigned threads = shape.block.x * shape.block.y * shape.block.z;
  if (threads == 0 || threads > most_threads ||
      shape.shared_bytes > static_cast<std::size_t>(most_shared<char>(kernel)))
    throw Error(std::string(shape.name) + ": no block has this shape");
  stream.calls()->add(
      [kernel, shape, kept = std::tuple<P...>(P(arguments)...)] { run_grid(shape, [&] { std::apply(kernel, kept); }); },
      emu::Calls::Kind::kernel_or_upload);
}

}  // namespace kilofold::dev
