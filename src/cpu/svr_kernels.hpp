// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cpu/linear_kernels.hpp"
#include "kilofold/core/op_options.hpp"

/// The vector work of epsilon-SVR. Every element is defined by one order of operations (docs/numerics.md), so the
/// numbers do not depend on the instruction set. Vectors are padded to whole blocks of eight.
namespace kilofold::cpu {

/// rbf: exp_minus(gamma q), q the fma chain of squared differences. linear, polynomial: the fma chain x . z from 0;
/// polynomial: fma(gamma, x . z, coef0) multiplied by itself degree - 1 times. Then shift is added, unless rbf.
struct KernelFunction {
  Kernel kernel;
  double gamma;
  double coef0;
  std::int64_t degree;
  double shift;
};

/// K(i, j) = k(row i of X, row j of Z); rows of K beyond X.rows are zero.
void kernel_columns(const KernelFunction& k, const Columns& X, const Columns& Z, const Columns& K);

/// h + up and h + down are the slopes of the dual objective for raising and for lowering each coefficient.
struct Slopes {
  double* h;
  const double* up;
  const double* down;
  std::int64_t padded;
};

struct Extremes {
  double least;           ///< of h + up
  std::int64_t at;        ///< the first index that has it
  double most;            ///< of h + down
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

/// A lower triangle in panels of eight rows: element (i, k) at panel_begin(i / 8) + 8 k + i % 8. Rows and columns from
/// `n` on are those of the identity.
struct Triangle {
  double* data;
  std::int64_t n;

  static std::int64_t panel_begin(std::int64_t panel) { return 32 * panel * (panel + 1); }
  static std::int64_t doubles(std::int64_t rows) { return panel_begin((rows + 7) / 8); }
  double* panel(std::int64_t p) const { return data + panel_begin(p); }
  double& at(std::int64_t i, std::int64_t k) const { return panel(i / 8)[8 * k + i % 8]; }
};

/// Replace a positive definite matrix by its Cholesky factor.
///
/// s = a_ij; for k < j: s = fma(-l_ik, l_jk, s); l_ij = s / l_jj, l_jj = sqrt(s). A square s of at most `floor` times
/// a_jj is raised to that. Returns how many were.
std::int64_t factor_triangle(const Triangle& A, double floor);

/// z = L^-1 z: z_i = fma(-l_ik, z_k, .) over ascending k, then divided by l_ii; z padded.
void solve_forward(const Triangle& L, double* z);

/// z = L^-T z: the sum over i > k of l_ik z_i in eight chains (row i in chain i mod 8, descending), joined, taken from
/// z_k, divided by l_kk; z padded, zero beyond n.
void solve_backward(const Triangle& L, double* z);

}  // namespace kilofold::cpu
