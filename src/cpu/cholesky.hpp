// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/band.hpp"
#include "cpu/panels.hpp"

namespace kilofold::cpu {

/// Complete a triangle whose elements (i, k), k <= i < n, and extra rows are filled: padding rows become those of the
/// identity, padding columns and padding extra rows zero.
void pad(const Panels& A);

/// Where extra rows have their first element that may not be zero.
enum class ExtraRows {
  full,            ///< column 0
  upper_triangle,  ///< row e in column e: elements left of it are neither read nor written, and count as zero
};

/// Factorise A = L L' in place; an extra row b becomes (L^-1 b')', the forward substitution.
///
/// l_ij = (a_ij - sum over k < j of l_ik l_jk) / l_jj as one fma chain over ascending k that starts from a_ij; l_jj the
/// root of what its own chain gives. Above the diagonal of L stand zeros within its panel and void beyond it. Padding
/// must be in place.
///
/// Returns   n, or the first j whose pivot (what the root is taken of) is not above zero, NaN included; A is then void
/// Cost      n^3 / 3 + n^2 n_extra flops
/// Accuracy  bitwise, whatever the instruction set
std::int64_t cholesky(const Panels& A, ExtraRows extra = ExtraRows::full);

/// The same of a band, whose elements it leaves out are zeros that would change no chain. Returns as cholesky.
///
/// Cost      n (band_width + 8)^2 flops
std::int64_t cholesky(const Band& B);

/// out = (L^-1 rows')' for the factor of a band: the chains of cholesky's extra rows; `out` may be `rows`.
///
/// Cost      2 n (band_width + 8) flops a row
void solve_rows(const Band& L, const RowPanels& rows, const RowPanels& out);

/// out_e = sum over k of (e, k) x_k: one fma chain over ascending k a row; x (rows.columns()), out (padded(n_rows)).
void multiply_rows(const RowPanels& rows, const double* x, double* out);

/// out_e = sum over k of (e, k)^2, chains as in multiply_rows; columns left of `upper_triangle` rows count as zero.
void square_rows(const RowPanels& rows, ExtraRows extra, double* out);

/// Sum of ln l_jj over j < n, a reduction to a scalar.
double log_diagonal(const Panels& L);
double log_diagonal(const Band& L);

}  // namespace kilofold::cpu
