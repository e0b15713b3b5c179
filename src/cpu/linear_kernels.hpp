// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace kilofold::cpu {

/// Columns of `ld` doubles, ld a multiple of eight; rows from `rows` on are zero in every column.
struct Columns {
  double* data;
  std::int64_t rows;
  std::int64_t count;
  std::int64_t ld;

  double* col(std::int64_t j) const { return data + j * ld; }
};

/// Subtract the mean of each column from it; mean (count).
void centre_columns(const Columns& A, double* mean);

/// Multiply the columns by the power of two 2^k that takes their largest magnitude into [1, 2). Returns k, at least
/// -1022, at most 1023, 0 where there is no such power.
int normalise(const Columns& A);

/// Reduce the first `n_reflections` columns of A to upper triangular R by Householder reflections, left to right, and
/// apply each to all columns right of it; one whose |v|^2 is below 2^-1022 is left out. Row k of column j holds R(k, j)
/// for k <= j; what lies below is void. v (ld) is scratch.
void householder(const Columns& A, std::int64_t n_reflections, double* v);

/// Rotate pairs of columns until all are orthogonal, and the entries of z with them; square (count) gets their squared
/// norms.
///
/// One-sided Jacobi: sweeps over pairs p < q in lexicographic order; a pair turns while |g_p' g_q| > tolerance |g_p|
/// |g_q| with tolerance = (rows + 8) 2^-53; done after a sweep without a turn, or 60 sweeps.
void orthogonalise(const Columns& G, double* z, double* square);

/// w = sum over k of factor_k g_k, ascending, skipping zero factors; w (G.ld).
void combine(const Columns& G, const double* factor, double* w);

/// out_i = fma(fma chain over ascending j of x_ij w_j from intercept, scale, centre); out (X.ld).
void predict(const Columns& X, const double* w, double intercept, double centre, double scale, double* out);

}  // namespace kilofold::cpu
