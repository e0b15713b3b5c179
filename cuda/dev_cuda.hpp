// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <utility>

#include "dev_error.hpp"

#define DEV_SHARED(type, name) __shared__ type name
#define DEV_UNROLL _Pragma("unroll")
#define DEV_UNROLL_4 _Pragma("unroll 4")

namespace kilofold::dev {

inline void check(cudaError_t result, const char* call) {
  if (result == cudaSuccess) return;
  cudaGetLastError();  // else the next launch would be blamed for it
  if (result == cudaErrorMemoryAllocation) throw std::bad_alloc();
  throw Error(std::string(call) + ": " + cudaGetErrorString(result) + " (CUDA error " +
              std::to_string(static_cast<int>(result)) + ")");
}

class Stream;

/// A place in a stream's calls, made when it is first recorded.
class Event {
 public:
  Event() = default;
  ~Event() {
    if (event_ != nullptr) cudaEventDestroy(event_);
  }
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }

  /// Stand for what the stream has been given so far, and no more for what was recorded before.
  void record(const Stream& stream);
  /// Wait until it is done; at once where nothing was recorded.
  void synchronize() const {
    if (event_ != nullptr) check(cudaEventSynchronize(event_), "cudaEventSynchronize");
  }
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Calls on one stream follow each other; other streams do not wait for it, unless by an event.
class Stream {
 public:
  Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate"); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t get() const { return stream_; }
  void synchronize() const { check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }
  /// Calls from here on wait for a recorded event.
  void wait(const Event& event) const {
    check(cudaStreamWaitEvent(stream_, event.get(), cudaEventWaitDefault), "cudaStreamWaitEvent");
  }

 private:
  cudaStream_t stream_ = nullptr;
};

inline void Event::record(const Stream& stream) {
  if (event_ == nullptr) check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "cudaEventCreate");
  check(cudaEventRecord(event_, stream.get()), "cudaEventRecord");
}

/// Host memory that copies reach in the background; contents undefined.
inline void* allocate_pinned(std::size_t bytes) {
  void* memory = nullptr;
  check(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault), "cudaHostAlloc");
  return memory;
}

inline void release_pinned(void* memory) { cudaFreeHost(memory); }

/// The same, given back on destruction.
class Pinned {
 public:
  Pinned() = default;
  explicit Pinned(std::size_t bytes) : data_(allocate_pinned(bytes)), size_(bytes) {}
  ~Pinned() { release_pinned(data_); }
  Pinned(Pinned&& other) noexcept { swap(other); }
  Pinned& operator=(Pinned&& other) noexcept {
    swap(other);
    return *this;
  }

  void* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  void swap(Pinned& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  void* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Device memory for `size` values, contents undefined.
template <class T> class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size) { check(cudaMalloc(&data_, size * sizeof(T)), "cudaMalloc"); }
  ~Buffer() { cudaFree(data_); }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }

  T* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  void swap(Buffer& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Pinned values must not change until the copy is done; other host memory may once this returns.
template <class T> void copy_to_device(T* to, const T* from, std::size_t n, const Stream& stream) {
  check(cudaMemcpyAsync(to, from, n * sizeof(T), cudaMemcpyHostToDevice, stream.get()), "cudaMemcpy to the device");
}

/// Into pinned memory the copy may go on after this returns.
template <class T> void copy_to_host(T* to, const T* from, std::size_t n, const Stream& stream) {
  check(cudaMemcpyAsync(to, from, n * sizeof(T), cudaMemcpyDeviceToHost, stream.get()), "cudaMemcpy from the device");
}

template <class T> __device__ T* dyn_shared() {
  extern __shared__ __align__(16) unsigned char dynamic_shared_memory[];
  return reinterpret_cast<T*>(dynamic_shared_memory);
}

/// A launch: its name in messages, blocks, threads a block, bytes of dynamic shared memory.
struct Shape {
  const char* name;
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes;
};

/// How many values a block of the kernel may have in dynamic shared memory on this device, beside what it declares.
template <class T, class... P> std::int64_t most_shared(void (*kernel)(P...)) {
  int device = 0, bytes = 0;
  cudaFuncAttributes own{};
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "cudaDeviceGetAttribute");
  check(cudaFuncGetAttributes(&own, reinterpret_cast<const void*>(kernel)), "cudaFuncGetAttributes");
  return (bytes - static_cast<std::int64_t>(own.sharedSizeBytes)) / static_cast<std::int64_t>(sizeof(T));
}

template <class... P, class... A>
void launch(void (*kernel)(P...), const Shape& shape, const Stream& stream, A&&... arguments) {
  if (shape.grid.x == 0) return;
  if (shape.shared_bytes > 0) {  // above 48 KiB, with what the kernel declares, it must be asked for
    check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shape.shared_bytes)),
          shape.name);
  }
  cudaLaunchConfig_t config{};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream.get();
  check(cudaLaunchKernelEx(&config, kernel, P(arguments)...), shape.name);
}

}  // namespace kilofold::dev
