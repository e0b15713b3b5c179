// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/panels.hpp"
#include "kilofold/core/kernel_functions.hpp"

namespace kilofold::cpu {

/// Rows (n, d) of features, length scales divided out; columns of ld >= padded(n) doubles, zero beyond n.
struct FeatureRows {
  const double* data;
  std::int64_t n;
  std::int64_t d;
  std::int64_t ld;
};

/// Fill the triangle: A_ik = f(x_i, x_k), k <= i, the diagonal included. With weights (n_panels whole blocks, may be
/// null) it is (f w_i) w_k. Padding is void afterwards.
///
/// Cost      n^2 / 2 kernel values: about 0.14 ms at n = 525, d = 4
/// Accuracy  bitwise, whatever the instruction set (core/kernel_functions.hpp)
void fill_triangle(const KernelFunction& f, const FeatureRows& X, const double* weight, const Panels& A);

/// Fill the first Z.n extra rows: row e holds f(z_e, x_k), times w_k with weights. Extra rows up to the next multiple
/// of eight are void afterwards, so fill those later.
void fill_extra(const KernelFunction& f, const FeatureRows& Z, const FeatureRows& X, const double* weight,
                const Panels& A);

}  // namespace kilofold::cpu
