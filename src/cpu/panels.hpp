// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/scratch.hpp"

namespace kilofold::cpu {

/// Rows (n_rows, n) in panels of eight: column after column, so that a panel's eight rows of a column are neighbours.
/// Padding rows and columns are zero.
struct RowPanels {
  double* data;  ///< (doubles(n, n_rows)), best aligned to 64 bytes
  std::int64_t n;
  std::int64_t n_rows;

  /// Panels lie a little further apart than they are long, so that their columns do not compete for one set of the
  /// cache.
  static constexpr std::int64_t stride_of(std::int64_t n) { return 8 * padded(n) + 64; }
  static constexpr std::int64_t doubles(std::int64_t n, std::int64_t n_rows) {
    return padded(n_rows) / 8 * stride_of(n);
  }

  std::int64_t columns() const { return padded(n); }
  std::int64_t n_panels() const { return padded(n_rows) / 8; }

  double* panel(std::int64_t p) const { return data + p * stride_of(n); }
  /// Element k of row r.
  double& at(std::int64_t r, std::int64_t k) const { return panel(r / 8)[8 * k + r % 8]; }
};

/// A lower triangle (n, n) and extra rows (n_extra, n) below it, cut into panels of eight rows.
///
/// Panels are as those of rows. n is padded to whole panels by rows of the identity; the extra rows begin in a panel of
/// their own.
struct Panels {
  double* data;  ///< (doubles(n, n_extra)), best aligned to 64 bytes
  std::int64_t n;
  std::int64_t n_extra;

  static constexpr std::int64_t stride_of(std::int64_t n) { return RowPanels::stride_of(n); }
  static constexpr std::int64_t doubles(std::int64_t n, std::int64_t n_extra) {
    return (padded(n) + padded(n_extra)) / 8 * stride_of(n);
  }

  std::int64_t columns() const { return padded(n); }
  std::int64_t stride() const { return stride_of(n); }
  std::int64_t n_triangle_panels() const { return padded(n) / 8; }
  std::int64_t n_panels() const { return (padded(n) + padded(n_extra)) / 8; }

  double* panel(std::int64_t p) const { return data + p * stride(); }
  double* extra_panel(std::int64_t p) const { return panel(n_triangle_panels() + p); }
  RowPanels extra_rows() const { return {extra_panel(0), n, n_extra}; }

  /// Element (i, k) of the triangle.
  double& at(std::int64_t i, std::int64_t k) const { return panel(i / 8)[8 * k + i % 8]; }
  /// Element k of extra row e.
  double& extra(std::int64_t e, std::int64_t k) const { return extra_panel(e / 8)[8 * k + e % 8]; }
};

}  // namespace kilofold::cpu
