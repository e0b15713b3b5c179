// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/backend.hpp"

namespace kilofold::emu {

/// The CUDA backend, drivers and kernels, with every CUDA thread emulated; device memory is host memory.
const Backend& backend();

/// The same in the flavour vendor, by the loops of dense_algebra.cpp.
const Backend& vendor_backend();

}  // namespace kilofold::emu
