// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/panels.hpp"

/// Solves of one vector with a factor that cholesky left in panels.
namespace kilofold::cpu {

/// x = L^-1 x for one vector (L.columns()), zero beyond n: the chain of an extra row.
void solve_lower(const Panels& L, double* x);

/// x = L'^-1 x for one vector (L.columns()), zero beyond n.
///
/// x_j = (x_j - sum over i > j of l_ij x_i) / l_jj, j descending; the sum is a reduction over descending i in which row
/// i belongs to chain i mod 8 (core/reduction.hpp).
void solve_lower_transposed(const Panels& L, double* x);

/// The inverses of the blocks of eight on the diagonal of L, each by columns and then by rows; inverse (16
/// L.columns()).
void invert_diagonal_blocks(const Panels& L, double* inverse);

/// x = (L L')^-1 x by the inverses of the diagonal blocks; x as in solve_lower and zero before row `first`. An order of
/// its own, about twice as fast as solve_lower and solve_lower_transposed: these wait for eight divisions a block, one
/// after the other.
void solve_by_blocks(const Panels& L, const double* inverse, double* x, std::int64_t first = 0);

}  // namespace kilofold::cpu
