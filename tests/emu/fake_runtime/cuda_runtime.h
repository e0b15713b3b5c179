// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// What cuda/dev_cuda.hpp calls of CUDA's runtime, for a host compiler. A launch is refused as CUDA documents it, and
/// never runs; all else succeeds and does nothing.
#define __device__
#define __shared__
#define __align__(bytes) __attribute__((aligned(bytes)))

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
enum cudaDeviceAttr { cudaDevAttrMaxSharedMemoryPerBlockOptin };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
using cudaStream_t = void*;
using cudaEvent_t = void*;
constexpr unsigned cudaStreamNonBlocking = 0, cudaEventDisableTiming = 0, cudaEventWaitDefault = 0,
                   cudaHostAllocDefault = 0;

namespace fake_runtime {

/// The device, and the one kernel of a test.
struct State {
  int shared_optin = 0;            ///< bytes that a block may have where it asks
  std::size_t declared = 0;        ///< bytes of shared memory that the kernel declares
  std::size_t granted = 0;         ///< bytes of dynamic shared memory that it may take
  std::size_t launched_bytes = 0;  ///< of the last launch
  int launches = 0;
};
inline State state;
inline constexpr std::size_t granted_to_all = 48 * 1024;

/// A kernel as it is before anything was asked for.
inline void load(int shared_optin, std::size_t declared) {
  state = {.shared_optin = shared_optin, .declared = declared, .granted = granted_to_all - declared};
}

}  // namespace fake_runtime

inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t) { return "refused"; }
inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, unsigned) { return cudaSuccess; }
inline cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t*, unsigned) { return cudaSuccess; }
inline cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaHostAlloc(void**, std::size_t, unsigned) { return cudaSuccess; }
inline cudaError_t cudaFreeHost(void*) { return cudaSuccess; }
template <class T> cudaError_t cudaMalloc(T**, std::size_t) { return cudaSuccess; }
inline cudaError_t cudaFree(void*) { return cudaSuccess; }
inline cudaError_t cudaMemcpyAsync(void*, const void*, std::size_t, cudaMemcpyKind, cudaStream_t) {
  return cudaSuccess;
}

inline cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
  *value = fake_runtime::state.shared_optin;
  return cudaSuccess;
}

struct cudaFuncAttributes {
  std::size_t sharedSizeBytes;
};
inline cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  attributes->sharedSizeBytes = fake_runtime::state.declared;
  return cudaSuccess;
}
inline cudaError_t cudaFuncSetAttribute(const void*, cudaFuncAttribute, int bytes) {
  const fake_runtime::State& device = fake_runtime::state;
  if (static_cast<std::size_t>(bytes) + device.declared > static_cast<std::size_t>(device.shared_optin))
    return cudaErrorInvalidValue;
  fake_runtime::state.granted = static_cast<std::size_t>(bytes);
  return cudaSuccess;
}

struct cudaLaunchConfig_t {
  dim3 gridDim;
  dim3 blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
};

template <class... P, class... A>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*)(P...), A&&...) {
  const dim3& grid = config->gridDim;
  constexpr unsigned most_y_or_z = 65535;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.y > most_y_or_z || grid.z > most_y_or_z)
    return cudaErrorInvalidConfiguration;
  if (config->dynamicSmemBytes > fake_runtime::state.granted) return cudaErrorInvalidValue;
  fake_runtime::state.launched_bytes = config->dynamicSmemBytes;
  ++fake_runtime::state.launches;
  return cudaSuccess;
}
