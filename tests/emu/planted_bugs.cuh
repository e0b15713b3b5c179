// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cuda/dev.hpp"

/// Kernels that are wrong on purpose, each in one way: what the emulation must notice.
namespace kilofold::test {

__global__ void missing_syncthreads(const double* x, double* y) {
  double* const shared = dev::dyn_shared<double>();
  const unsigned t = threadIdx.x;
  shared[t] = x[t];
  y[t] = shared[(t + 33) % blockDim.x];
}

__global__ void missing_syncwarp(const int* x, int* y) {
  using Values = int[64];
  DEV_SHARED(Values, shared);
  const unsigned t = threadIdx.x;
  shared[t] = x[t];
  shared[t] += shared[t ^ 1U];
  __syncwarp();
  y[t] = shared[t];
}

inline constexpr int line_of_first_barrier = __LINE__ + 4;
inline constexpr int line_of_second_barrier = line_of_first_barrier + 2;
__global__ void barrier_in_both_branches(double* y) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  y[threadIdx.x] = 1;
}

__global__ void barrier_against_warp() {
  if (threadIdx.x % 2 == 0) {
    __syncthreads();
  } else {
    __syncwarp();
  }
}

inline constexpr int line_of_full_mask = __LINE__ + 2;
__global__ void full_mask_from_half_a_warp(int* y) {
  if (threadIdx.x < 16) y[threadIdx.x] = __shfl_down_sync(0xffffffffU, static_cast<int>(threadIdx.x), 1);
}

__global__ void mask_without_its_caller(int* y) { y[threadIdx.x] = __shfl_sync(0xfffeU, 1, 1); }

__global__ void different_operations_on_one_mask(int* y) {
  if (threadIdx.x % 2 == 0) {
    __syncwarp();
  } else {
    y[threadIdx.x] = __shfl_sync(0xffffffffU, 1, 1);
  }
}

__global__ void past_dynamic_shared(double* y) {
  double* const shared = dev::dyn_shared<double>();
  shared[threadIdx.x + 1] = 1;
  __syncthreads();
  y[threadIdx.x] = shared[threadIdx.x];
}

__global__ void past_static_shared(double* y) {
  using Values = double[64];
  DEV_SHARED(Values, shared);
  double* const values = &shared[0];
  values[threadIdx.x + 1] = 1;
  __syncthreads();
  y[threadIdx.x] = values[threadIdx.x];
}

__global__ void uninitialised_shared(std::uint64_t* y) {
  using Values = std::uint64_t[64];
  DEV_SHARED(Values, shared);
  const std::uint64_t* const dynamic = dev::dyn_shared<std::uint64_t>();
  y[threadIdx.x] = threadIdx.x % 2 == 0 ? shared[threadIdx.x] : dynamic[threadIdx.x];
}

__global__ void too_much_static_shared(double* y) {
  using Values = double[6145];
  DEV_SHARED(Values, shared);
  y[threadIdx.x] = shared[threadIdx.x];
}

__global__ void endless_recursion(double* y) {
  struct Deep {
    static double down(double x) { return x < 0 ? x : 1 + down(x + 1); }
  };
  y[0] = Deep::down(y[0]);
}

}  // namespace kilofold::test
