// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/backend.hpp"

#include <cuda_runtime_api.h>

#include <cstdarg>
#include <cstdio>

#include "device_image.hpp"
#include "kilofold/backend/arguments.hpp"
#include "ops.hpp"

namespace kilofold::cuda {
namespace {

// A context and the first kernels take about this much; less free memory means that somebody else fills the device.
constexpr std::size_t least_free_bytes = std::size_t{256} << 20;
constexpr double bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

/// Keep what a failed CUDA call said for last_error.
int answer(cudaError_t result, const char* call) {
  if (result == cudaSuccess) return 0;
  cudaGetLastError();  // else the next launch would be blamed for it
  char text[256];
  std::snprintf(text, sizeof text, "%s: %s (CUDA error %d)", call, cudaGetErrorString(result),
                static_cast<int>(result));
  last_error_text() = text;
  return result == cudaErrorMemoryAllocation ? out_of_memory : 1;
}

[[gnu::format(printf, 3, 4)]] int refuse(char* reason, std::size_t size, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  std::vsnprintf(reason, size, format, values);
  va_end(values);
  return 1;
}

/// Compute capability of the current device: (9, 0) for an H100.
struct Capability {
  int major = 0;
  int minor = 0;
};

Capability capability_of(int device) {
  Capability capability;
  cudaDeviceGetAttribute(&capability.major, cudaDevAttrComputeCapabilityMajor, device);
  cudaDeviceGetAttribute(&capability.minor, cudaDevAttrComputeCapabilityMinor, device);
  return capability;
}

int select(std::int32_t device, char* reason, std::size_t size) {
  int n_devices = 0;
  if (const cudaError_t result = cudaGetDeviceCount(&n_devices); result != cudaSuccess)
    return refuse(reason, size, "CUDA finds no usable driver: %s", cudaGetErrorString(result));
  if (device < 0 || device >= n_devices)
    return refuse(reason, size, "there is no device %d; the driver reports %d, numbered from 0", device, n_devices);
  if (const cudaError_t result = cudaSetDevice(device); result != cudaSuccess)
    return refuse(reason, size, "device %d cannot be used: %s", device, cudaGetErrorString(result));
  return 0;
}

int probe(char* reason, std::size_t size) {
  int n_devices = 0;
  if (const cudaError_t result = cudaGetDeviceCount(&n_devices); result != cudaSuccess)
    return refuse(reason, size, "CUDA finds no usable driver: %s", cudaGetErrorString(result));
  if (n_devices == 0) return refuse(reason, size, "the driver reports no CUDA device");

  int device = 0;
  if (const cudaError_t result = cudaGetDevice(&device); result != cudaSuccess)
    return refuse(reason, size, "the CUDA device does not answer: %s", cudaGetErrorString(result));
  if (const cudaError_t result = find_device_image(); result != cudaSuccess) {
    const Capability capability = capability_of(device);
    return refuse(reason, size, "device %d (compute capability %d.%d) cannot run this module, built for %s: %s", device,
                  capability.major, capability.minor, KILOFOLD_CUDA_ARCHITECTURES, cudaGetErrorString(result));
  }

  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
  if (const cudaError_t result = cudaMemGetInfo(&free_bytes, &total_bytes); result != cudaSuccess)
    return refuse(reason, size, "device %d does not tell its memory: %s", device, cudaGetErrorString(result));
  if (free_bytes < least_free_bytes)
    return refuse(reason, size, "device %d has only %zu MiB free, %zu are needed", device, free_bytes >> 20,
                  least_free_bytes >> 20);
  if (size > 0) reason[0] = '\0';
  return 0;
}

int describe(char* text, std::size_t size) {
  int device = 0;
  int driver = 0;
  int runtime = 0;
  cudaDeviceProp properties;
  if (answer(cudaGetDevice(&device), "cudaGetDevice") != 0) return 1;
  if (answer(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties") != 0) return 1;
  if (answer(cudaDriverGetVersion(&driver), "cudaDriverGetVersion") != 0) return 1;
  if (answer(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion") != 0) return 1;
  std::snprintf(text, size,
                "%s, compute capability %d.%d, %d multiprocessors, %.0f GiB, driver for CUDA %d.%d, runtime %d.%d",
                properties.name, properties.major, properties.minor, properties.multiProcessorCount,
                static_cast<double>(properties.totalGlobalMem) / bytes_per_gib, driver / 1000, driver % 1000 / 10,
                runtime / 1000, runtime % 1000 / 10);
  return 0;
}

int memory(std::size_t* free_bytes, std::size_t* total_bytes) {
  return answer(cudaMemGetInfo(free_bytes, total_bytes), "cudaMemGetInfo");
}

void* allocate(std::size_t bytes) {
  void* pointer = nullptr;
  return answer(cudaMalloc(&pointer, bytes), "cudaMalloc") == 0 ? pointer : nullptr;
}

void release(void* pointer) {
  finish_ops();  // one of them may still use it
  cudaFree(pointer);
}

const Backend* vendor(char* reason, std::size_t size);

constexpr Backend backend = [] {
  Backend machine{};
  machine.abi = backend_abi;
  machine.name = "cuda";
  machine.accepted = 0;  // no GPU has run scripts/gpu_acceptance.sh yet
  machine.select = select;
  machine.probe = probe;
  machine.describe = describe;
  machine.vendor = vendor;
  machine.last_error = last_error;
  machine.memory = memory;
  machine.allocate = allocate;
  machine.release = release;
  return with_ops(machine);
}();

/// The library's bits depend on its version and on what it finds best for the device.
const Backend* vendor(char* reason, std::size_t size) {
  static char library[256];
  char name[192];
  if (vendor_library(name, sizeof name) != 0) {
    refuse(reason, size, "%s", name);
    return nullptr;
  }
  int device = 0;
  cudaDeviceProp properties;
  if (answer(cudaGetDevice(&device), "cudaGetDevice") != 0 ||
      answer(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties") != 0) {
    refuse(reason, size, "%s", last_error());
    return nullptr;
  }
  std::snprintf(library, sizeof library, "%s, %.50s", name, properties.name);
  static const Backend table = [] {
    Backend flavour = with_vendor_ops(backend);
    flavour.vendor = nullptr;
    flavour.library = library;
    return flavour;
  }();
  return &table;
}

}  // namespace
}  // namespace kilofold::cuda

extern "C" __attribute__((visibility("default"))) const kilofold::Backend* kilofold_backend() {
  return &kilofold::cuda::backend;
}
