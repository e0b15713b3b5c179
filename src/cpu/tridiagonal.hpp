// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/linear_kernels.hpp"
#include "cpu/panels.hpp"

namespace kilofold::cpu {

/// A symmetric matrix T with two diagonals, and vectors in its basis as rows in panels of eight (as Panels' extra
/// rows).
struct Tridiagonal {
  double* data;  ///< (doubles(n, n_rows)) diagonal, off-diagonal, panels
  std::int64_t n;
  std::int64_t n_rows;

  static constexpr std::int64_t doubles(std::int64_t n, std::int64_t n_rows) {
    return 2 * padded(n) + padded(n_rows) / 8 * Panels::stride_of(n);
  }

  double* diagonal() const { return data; }
  double* off_diagonal() const { return data + padded(n); }  ///< element i: (i + 1, i)
  double* panel(std::int64_t p) const { return data + 2 * padded(n) + p * Panels::stride_of(n); }
  /// First element of a row; the next ones follow 8 apart.
  const double* row(std::int64_t r) const { return panel(r / 8) + r % 8; }
};

/// Reduce the triangle of A to T = Q' A Q by Householder reflections, first column first, and turn A's extra rows into
/// rows of T: row x becomes (Q' x')'. A's triangle is only read; `work` keeps its arrays between calls.
///
/// Step k: x = column k below the diagonal, v = x with v_(k+1) += sign(x_(k+1)) |x|, tau = 1 / (|x| |v_(k+1)|), p = tau
/// A v, w = p - (tau / 2)(p'v) v, then a_ij = fma(-w_i, v_j, fma(-v_i, w_j, a_ij)) for j <= i. (A v)_i is one fma chain
/// over columns j <= i ascending, plus a reduction over rows j > i in which row j belongs to chain j mod 8. |x|^2 and
/// p'v are reductions by row mod 8. |x|^2 below 2^-400 counts as zero: no reflection.
///
/// Cost      4/3 n^3 + 2 n^2 n_rows flops; one pass over the matrix a step updates it and multiplies it
/// Accuracy  bitwise, whatever the instruction set
struct TridiagonalWork {
  Scratch<double> tiles, vectors, reflectors;
};
void tridiagonalise(const Panels& A, const Tridiagonal& T, TridiagonalWork& work);

/// Eight shifts of one tridiagonal matrix: T + ratio_l I = L D L' for lanes l, side by side in blocks of eight.
struct ShiftedLanes {
  std::int64_t n;
  double* multiplier;  ///< (n, 8) l_i = e_(i-1) / D_(i-1), 0 at i = 0
  double* inverse;     ///< (n, 8) 1 / D_i
};

/// Eliminate: D_i = fma(-l_i, e_(i-1), d_i + ratio), l_(i+1) = e_i (1 / D_i).
///
/// Returns by log_det (8) the sum of ln D_i, ascending, and by positive (8) whether every pivot is above zero.
void eliminate_lanes(const Tridiagonal& T, const double* ratio, const ShiftedLanes& lanes, double* log_det,
                     bool* positive);

/// out (n, 8) = L^-1 applied to a row of T in every lane.
void forward_lanes(const Tridiagonal& T, const ShiftedLanes& lanes, const double* row, double* out);

/// project_out of gp_kernels.hpp in every lane, with the inner product x' D^-1 y: one fma chain of (x_i / D_i) y_i
/// ascending.
///
/// Shapes    W (q) arrays of (n, 8) · z (n, 8) · R (q, q, 8), upper · c (q, 8) · quadratic (8): z' D^-1 z afterwards
void project_out_lanes(const ShiftedLanes& lanes, std::int64_t q, double* W, double* z, double* R, double* c,
                       double* quadratic);

/// x_i = x_i / D_i in every lane.
void weigh_lanes(const ShiftedLanes& lanes, double* x);

/// Sums over the rows of one lane for the first `ld` rows of T, ld a multiple of eight: with u = L^-1 row,
/// square = sum of (u_i / D_i) u_i and out_f = sum of u_i g_f,i, each one fma chain, ascending.
///
/// Shapes    weights: n_weights >= 1 arrays (n, 8), read in column `lane` · square (ld) · out (ld, n_weights)
/// Cost      (4 + 2 n_weights) n ld flops
void sum_rows(const Tridiagonal& T, const ShiftedLanes& lanes, std::int64_t lane, std::int64_t n_weights,
              const double* weights, std::int64_t ld, double* square, double* out);

}  // namespace kilofold::cpu
