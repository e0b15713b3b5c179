// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cpu/linear_kernels.hpp"
#include "kilofold/core/kernel_functions.hpp"

/// The vector work of epsilon-SVR. Every element is defined by one order of operations (docs/numerics.md), so the
/// numbers do not depend on the instruction set. Vectors are padded to whole blocks of eight.
namespace kilofold::cpu {

/// K(i, j) = f(row i of X, row j of Z) + shift; rows of K beyond X.rows are zero.
void kernel_columns(const KernelFunction& f, double shift, const Columns& X, const Columns& Z, const Columns& K);

/// h + up and h + down are the slopes of the dual objective for raising and for lowering each coefficient.
struct Slopes {
  double* h;
  const double* up;
  const double* down;
  std::int64_t padded;
};

struct Extremes {
  double least;     ///< of h + up
  std::int64_t at;  ///< the first index that has it
  double most;      ///< of h + down
};
Extremes extremes(const Slopes& s);

/// h = fma(t, k_i - k_j, h), and the extremes of the result.
Extremes exchange(const Slopes& s, const double* k_i, const double* k_j, double t);

/// The j that gains most by an exchange with i: largest (h_j + down_j - from)^2 / (k_ii + k_jj - 2 k_ij) over positive
/// numerators, judged by cross multiplication; the first of equals.
std::int64_t best_partner(const Slopes& s, const double* k_i, const double* diagonal, double k_ii, double from,
                          double least_curvature);

/// y = fma(w_k, column index_k of A, y), k ascending; y (A.ld).
void add_columns(const Columns& A, std::span<const std::int32_t> index, const double* w, double* y);

}  // namespace kilofold::cpu
