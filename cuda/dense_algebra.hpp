// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "dev.hpp"

/// Dense linear algebra of a vendor's library, in its own order of operations: rounding is promised, no bits. On a
/// device cuSOLVER and cuBLAS, opened at the first call; in the emulation plain loops (tests/emu/dense_algebra.cpp).
namespace kilofold::cuda {

/// Matrices of one shape, column-major: an array on the device of pointers to them.
struct Matrices {
  double* const* data;
  std::int64_t ld;
};

/// Can the library be used here? Empty, or why not.
std::string dense_algebra_refusal();
/// The library and its version.
std::string dense_algebra_name();

/// A = L L', L in the lower half of A (n, n). info (count), on the device: 0, or above it where A is not positive
/// definite.
void factorise(const Matrices& A, int n, int count, int* info, const dev::Stream& stream);

/// B := B L'^-1 for B (m, n) and L (n, n), lower.
void divide(const Matrices& B, const Matrices& L, int m, int n, int count, const dev::Stream& stream);

/// C := X X', (n, n), both halves.
void square(const Matrices& X, const Matrices& C, int n, int count, const dev::Stream& stream);

}  // namespace kilofold::cuda
