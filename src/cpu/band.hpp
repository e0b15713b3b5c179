// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/panels.hpp"
#include "kilofold/core/gaussian_process.hpp"

namespace kilofold::cpu {

/// The lower half of a symmetric band: elements (i, k) with i - k <= band_width, in panels of eight rows.
///
/// Panel p has columns 8 p - band_width to 8 p + 7, column after column; what it holds beyond the band is zero, above
/// the diagonal void. n is padded by rows of the identity.
struct Band {
  double* data;  ///< (doubles(n))
  std::int64_t n;

  static constexpr std::int64_t doubles(std::int64_t n) { return padded(n) * (band_width + 8); }
  /// First column of a panel that the matrix has.
  static std::int64_t first_column(std::int64_t p) { return std::max<std::int64_t>(8 * p - band_width, 0); }

  std::int64_t columns() const { return padded(n); }
  std::int64_t n_panels() const { return padded(n) / 8; }

  /// Where column k of panel p would lie were k = 0 stored: element (i, k) is at 8 k + i % 8 from here.
  double* panel(std::int64_t p) const { return data + 8 * band_width * (p + 1); }
  double& at(std::int64_t i, std::int64_t k) const { return panel(i / 8)[8 * k + i % 8]; }
};

/// A matrix as a band, and vectors in its basis as rows.
struct BandForm {
  double* data;  ///< (doubles(n, n_rows)) band, rows
  std::int64_t n;
  std::int64_t n_rows;

  static constexpr std::int64_t doubles(std::int64_t n, std::int64_t n_rows) {
    return Band::doubles(n) + RowPanels::doubles(n, n_rows);
  }

  Band band() const { return {data, n}; }
  RowPanels rows() const { return {data + Band::doubles(n), n, n_rows}; }
};

/// Reduce the triangle of A to a band B = Q' A Q by Householder reflections, band_width columns at a time, and turn A's
/// extra rows into rows of B: row x becomes (Q' x')'. A becomes void; `work` keeps its arrays between calls.
///
/// A step reduces the columns of a block, from band_width rows below the diagonal on, to a triangle R by reflections
/// I - tau_a v_a v_a' (x = column a from its own row on, v = x with v_first += sign(x_first) |x|, tau = 1 / (|x|
/// |v_first|), later columns fma(-(tau v'c), v, c); |x|^2 and v'c are reductions by row mod 8; |x|^2 below 2^-400: no
/// reflection) and applies all of them to what is left of A from both sides. With t(z)_a = tau_a (z_a - sum over c < a
/// of (v_a'v_c) t(z)_c): W = t(A V) row by row, H = t(V'W) / 2 column by column, Y = W - V H, a_ij - V_i Y_j' - Y_i
/// V_j'.
///
/// Each element of A V, V'V and V'W is one fma chain over ascending rows, of Y and the update one over ascending a
/// (first V_i Y_j', then Y_i V_j'). Extra rows take eight reflections at a time, as of `tridiagonalise`.
///
/// Cost      4/3 n^3 + 2 n^2 n_rows flops, nearly all of them products of matrices
/// Accuracy  bitwise, whatever the instruction set
struct BandWork {
  Scratch<double> column, reflector, panel, small;
};
void reduce_to_band(const Panels& A, const BandForm& B, BandWork& work);

}  // namespace kilofold::cpu
