// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.cuh"
#include "kilofold/core/gaussian_process.hpp"

namespace kilofold::cuda {

inline constexpr int band_columns = static_cast<int>(band_width);

/// A symmetric band, and vectors in its basis as rows.
template <class Double> struct BandForm {
  Double* band;  ///< (33, u): element (i, k), k <= i <= k + 32, at i - k of column k
  Double* rows;  ///< (n_rows, u), ld = n_rows
  int n_rows;

  static constexpr std::int64_t height = band_width + 1;
  static constexpr std::int64_t band_doubles(std::int64_t u) { return height * u; }
  static constexpr std::int64_t doubles(std::int64_t u, std::int64_t n_rows) { return (height + n_rows) * u; }
  __device__ static BandForm in(Double* data, int u, int n_rows) { return {data, data + band_doubles(u), n_rows}; }
  __device__ Double& element(int i, int k) const { return band[at(i - k, k, height)]; }
};

}  // namespace kilofold::cuda
