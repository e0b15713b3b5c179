// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "kilofold/core/matrix.hpp"

namespace kilofold::testing {

/// Smallest and largest eigenvalue of a symmetric matrix, by cyclic Jacobi rotations until nothing is left off the
/// diagonal. Good to a few eps of the largest.
inline std::pair<double, double> extreme_eigenvalues(Matrix<double> A) {
  const std::int64_t n = A.rows();
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0;
    for (std::int64_t p = 0; p < n; ++p)
      for (std::int64_t q = p + 1; q < n; ++q) {
        off = std::max(off, std::abs(A(p, q)));
        if (A(p, q) == 0) continue;
        const double theta = (A(q, q) - A(p, p)) / (2 * A(p, q));
        const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
        const double c = 1 / std::hypot(t, 1.0);
        const double s = t * c;
        for (std::int64_t k = 0; k < n; ++k) {
          const double kp = A(k, p), kq = A(k, q);
          A(k, p) = c * kp - s * kq;
          A(k, q) = s * kp + c * kq;
        }
        for (std::int64_t k = 0; k < n; ++k) {
          const double pk = A(p, k), qk = A(q, k);
          A(p, k) = c * pk - s * qk;
          A(q, k) = s * pk + c * qk;
        }
      }
    if (off < 1e-18 * static_cast<double>(n)) break;
  }
  std::pair<double, double> range{A(0, 0), A(0, 0)};
  for (std::int64_t i = 1; i < n; ++i) {
    range.first = std::min(range.first, A(i, i));
    range.second = std::max(range.second, A(i, i));
  }
  return range;
}

}  // namespace kilofold::testing
