// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "../dev.hpp"

namespace kilofold::cuda {

/// The inverse of a covariance matrix, and its log determinant behind it.
struct SymmetricInverse {
  double* data;  ///< (n, n) column-major, both halves, then ln det A
  int n;

  static constexpr std::int64_t doubles(std::int64_t n) { return n * n + 1; }

  __device__ double* column(int j) const { return data + static_cast<std::int64_t>(j) * n; }
  __device__ double& log_det() const { return data[static_cast<std::int64_t>(n) * n]; }
};

}  // namespace kilofold::cuda
