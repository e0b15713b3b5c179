// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/panels.hpp"

namespace kilofold::cpu {

/// A symmetric inverse B (n, n), both halves, in panels of eight rows as Panels' extra rows; before it the logarithm of
/// the determinant of what was inverted.
struct SymmetricInverse {
  double* data;  ///< (doubles(n))
  std::int64_t n;

  static constexpr std::int64_t doubles(std::int64_t n) { return 8 + padded(n) / 8 * Panels::stride_of(n); }

  double& log_det() const { return data[0]; }
  double* panel(std::int64_t p) const { return data + 8 + p * Panels::stride_of(n); }
  double at(std::int64_t i, std::int64_t k) const { return panel(i / 8)[8 * k + i % 8]; }
};

/// Fill n extra rows with the identity, as ExtraRows::upper_triangle reads it.
void set_identity(const Panels& A);

/// Invert A = L L' from the factor and from extra rows V that held the identity before it was factorised
/// (ExtraRows::upper_triangle), so that V_ik = (L^-1)_ki.
///
/// b_ij = sum over k of V_ik V_jk, k from the first row of i's panel on, one fma chain, for j <= i; the other half is
/// its mirror image.
///
/// Cost      n^3 / 3 flops
/// Accuracy  bitwise, whatever the instruction set
void invert(const Panels& L, const SymmetricInverse& B);

/// out = B x: one fma chain over ascending columns an element; x (n), out (padded(n)).
void multiply(const SymmetricInverse& B, const double* x, double* out);

}  // namespace kilofold::cpu
