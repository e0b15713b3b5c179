// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The launch layer: everything that kernels and their drivers want of CUDA, in two flavours. nvcc compiles the real
/// one; a host compiler gets the same names from the emulation of tests/emu, which runs every thread of a block in
/// turn.
///
///   dev::launch(kernel, {name, grid, block, shared bytes}, stream, arguments...)
///   DEV_SHARED(type, name)     static shared memory          dev::dyn_shared<T>()   the launch's dynamic part
///   dev::most_shared<T>(kernel)   how much the dynamic part may be on this device
///   DEV_UNROLL, DEV_UNROLL_4   before a loop over registers: unroll it whole, or four steps at a time
///   dev::Buffer<T>, dev::Pinned, dev::Stream, dev::Event, dev::copy_to_device, dev::copy_to_host
///
/// All of them throw dev::Error, which names the call that failed.
#if defined(__CUDACC__)
#include "dev_cuda.hpp"
#else
#include "emu/dev_host.hpp"
#endif
