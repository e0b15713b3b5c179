// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include "emu/block.hpp"

/// What kernels write in CUDA, for a host compiler. Not offered on purpose: __activemask, cooperative groups, clusters.
#define __global__ inline
#define __device__
#define __host__
#define __launch_bounds__(...)

#define threadIdx (::kilofold::emu::lane->place)
#define blockIdx (::kilofold::emu::block_place)
#define blockDim (::kilofold::emu::block->size())
#define gridDim (::kilofold::emu::grid_size)

// The default arguments of what follows name the line of the kernel that calls.

inline void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  kilofold::emu::Block::wait(kilofold::emu::Wait::block, "__syncthreads", {file, line}, 0);
}

inline void __syncwarp(unsigned mask = 0xffffffffU, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  kilofold::emu::exchange(mask, "__syncwarp", 0, [](unsigned, const auto&) { return 0; }, {file, line});
}

template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32, const char* file = __builtin_FILE(),
              int line = __builtin_LINE()) {
  const auto w = static_cast<unsigned>(width), source = static_cast<unsigned>(from);
  return kilofold::emu::exchange(mask, "__shfl_sync", value,
                                 [=](unsigned own, const auto& get) { return get(own / w * w + source % w); },
                                 {file, line});
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  const auto w = static_cast<unsigned>(width), flip = static_cast<unsigned>(bits);
  return kilofold::emu::exchange(mask, "__shfl_xor_sync", value,
                                 [=](unsigned own, const auto& get) {
                                   const unsigned source = own ^ flip;
                                   return source / w > own / w ? value : get(source);
                                 },
                                 {file, line});
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, const char* file = __builtin_FILE(),
                   int line = __builtin_LINE()) {
  const auto w = static_cast<unsigned>(width);
  return kilofold::emu::exchange(mask, "__shfl_down_sync", value,
                                 [=](unsigned own, const auto& get) {
                                   const unsigned source = own + delta;
                                   return source / w != own / w ? value : get(source);
                                 },
                                 {file, line});
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, const char* file = __builtin_FILE(),
                 int line = __builtin_LINE()) {
  const auto w = static_cast<unsigned>(width);
  return kilofold::emu::exchange(
      mask, "__shfl_up_sync", value,
      [=](unsigned own, const auto& get) { return own % w < delta ? value : get(own - delta); }, {file, line});
}

inline unsigned __ballot_sync(unsigned mask, int vote, const char* file = __builtin_FILE(),
                              int line = __builtin_LINE()) {
  return kilofold::emu::exchange(mask, "__ballot_sync", vote != 0 ? 1U : 0U,
                                 [=](unsigned, const auto& get) {
                                   unsigned votes = 0;
                                   for (unsigned i = 0; i < 32; ++i) {
                                     if ((mask >> i & 1U) != 0) votes |= get(i) << i;
                                   }
                                   return votes;
                                 },
                                 {file, line});
}

inline int __any_sync(unsigned mask, int vote, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return __ballot_sync(mask, vote, file, line) != 0 ? 1 : 0;
}

inline int __all_sync(unsigned mask, int vote, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return __ballot_sync(mask, vote, file, line) == mask ? 1 : 0;
}

// Blocks run on one OS thread, so these are whole as they are; what depends on their order shows in the random one.
template <class T> T atomicAdd(T* place, std::type_identity_t<T> value) {
  const T old = *place;
  *place = old + value;
  return old;
}

template <class T> T atomicMax(T* place, std::type_identity_t<T> value) {
  const T old = *place;
  *place = std::max(old, value);
  return old;
}

template <class T> T atomicMin(T* place, std::type_identity_t<T> value) {
  const T old = *place;
  *place = std::min(old, value);
  return old;
}

template <class T> T atomicCAS(T* place, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  const T old = *place;
  if (old == expected) *place = value;
  return old;
}

inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline void __threadfence() {}
