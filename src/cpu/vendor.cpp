// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "cpu/flavour.hpp"
#include "cpu/lapack.hpp"
#include "cpu/scratch.hpp"

namespace kilofold::cpu {
namespace {

/// A column-major copy of panels, rows in whole blocks of eight, in an array that the thread keeps.
struct Dense {
  double* data;
  std::int64_t ld;

  double* at(std::int64_t row, std::int64_t column) const { return data + row + column * ld; }
};

constexpr std::size_t block_bytes = 8 * sizeof(double);

void copy_panel(const double* panel, std::int64_t row, std::int64_t columns, const Dense& to) {
  for (std::int64_t k = 0; k < columns; ++k) std::memcpy(to.at(row, k), panel + 8 * k, block_bytes);
}

void copy_back(const Dense& from, std::int64_t row, std::int64_t columns, double* panel) {
  for (std::int64_t k = 0; k < columns; ++k) std::memcpy(panel + 8 * k, from.at(row, k), block_bytes);
}

/// Panels [first, end) of the triangle and the extra rows; of a triangle's panel the columns up to its diagonal.
Dense copy_panels(const Panels& A, std::int64_t first, std::int64_t end, Scratch<double>& store) {
  const std::int64_t n = A.columns(), rows = 8 * (end - first);
  const Dense dense{store.get(rows * n), rows};
  for (std::int64_t p = first; p < end; ++p) copy_panel(A.panel(p), 8 * (p - first), std::min(8 * (p + 1), n), dense);
  return dense;
}

/// Put a factor back into its panels. Returns n, or the first pivot that is not above zero.
std::int64_t keep_factor(const Dense& L, const Panels& A) {
  for (std::int64_t j = 0; j < A.n; ++j)
    if (!(*L.at(j, j) > 0)) return j;
  for (std::int64_t p = 0; p < A.n_triangle_panels(); ++p) {
    copy_back(L, 8 * p, 8 * (p + 1), A.panel(p));
    for (std::int64_t j = 1; j < 8; ++j) std::fill_n(A.panel(p) + 8 * (8 * p + j), j, 0.0);
  }
  return A.n;
}

/// Put the inverse of a factor into the extra rows: row e is its column e.
void keep_inverse(const Dense& inverse, const Panels& A) {
  for (std::int64_t e = 0; e < A.n_extra; ++e)
    for (std::int64_t k = e; k < A.n; ++k) A.extra(e, k) = *inverse.at(k, e);
}

std::int64_t factorise(const Panels& A, ExtraRows extra) {
  thread_local Scratch<double> store;
  const std::int64_t end = extra == ExtraRows::full ? A.n_panels() : A.n_triangle_panels();
  const Dense L = copy_panels(A, 0, end, store);
  const Lapack& lapack = *open_lapack().lapack;
  const int n = static_cast<int>(A.columns()), rows = static_cast<int>(L.ld), n_extra = rows - n;
  if (const std::int64_t bad = lapack.potrf(n, L.data, rows); bad < n) return bad;
  if (const std::int64_t bad = keep_factor(L, A); bad < A.n) return bad;
  if (extra == ExtraRows::upper_triangle) {
    lapack.trtri(n, L.data, rows);
    keep_inverse(L, A);
  } else if (n_extra > 0) {
    lapack.trsm(n_extra, n, L.data, rows, L.at(n, 0), rows);
    for (std::int64_t p = A.n_triangle_panels(); p < end; ++p) copy_back(L, 8 * p, n, A.panel(p));
  }
  return A.n;
}

void invert_factor(const Panels& L, const SymmetricInverse& B) {
  thread_local Scratch<double> store;
  const std::int64_t n = L.columns();
  const Dense dense{store.get(n * n), n};
  for (std::int64_t e = 0; e < n; ++e)
    for (std::int64_t k = e; k < n; ++k) *dense.at(k, e) = L.extra(e, k);
  open_lapack().lapack->lauum(static_cast<int>(n), dense.data, static_cast<int>(n));
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t i = 0; i < k; ++i) *dense.at(i, k) = *dense.at(k, i);
  for (std::int64_t p = 0; 8 * p < n; ++p) copy_back(dense, 8 * p, n, B.panel(p));
  B.log_det() = 2.0 * log_diagonal(L);
}

void reduce_to_tridiagonal(const Panels& A, const Tridiagonal& T, TridiagonalWork& work) {
  thread_local Scratch<double> store, row_store;
  const std::int64_t first = A.n_triangle_panels(), columns = A.columns();
  const Dense matrix = copy_panels(A, 0, first, store);
  const Dense rows = copy_panels(A, first, A.n_panels(), row_store);
  const Lapack& lapack = *open_lapack().lapack;
  std::fill_n(T.diagonal(), 2 * columns, 0.0);
  double* const tau = work.vectors.get(columns);
  const int n = static_cast<int>(A.n), ld = static_cast<int>(matrix.ld), n_rows = static_cast<int>(rows.ld);
  lapack.sytrd(n, matrix.data, ld, T.diagonal(), T.off_diagonal(), tau, work.tiles);
  lapack.ormtr(n_rows, n, matrix.data, ld, tau, rows.data, n_rows, work.tiles);
  for (std::int64_t p = 0; 8 * p < T.n_rows; ++p) copy_back(rows, 8 * p, columns, T.panel(p));
}

}  // namespace

constexpr Factorisations of_lapack{factorise, invert_factor, reduce_to_tridiagonal};

const Backend* vendor(char* reason, std::size_t size) {
  const LapackOrReason& opened = open_lapack();
  if (opened.lapack == nullptr) {
    std::snprintf(reason, size, "%s", opened.reason.c_str());
    return nullptr;
  }
  static const Backend backend = [&opened] {
    Backend table = with_flavour<of_lapack>(cpu_backend());
    table.library = opened.lapack->library.c_str();
    return table;
  }();
  return &backend;
}

}  // namespace kilofold::cpu
