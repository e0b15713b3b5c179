// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "covariance.cuh"
#include "kilofold/core/fit_status.hpp"

namespace kilofold::cuda {

/// One item of `reduce`.
struct ReduceItem {
  Covariance covariance;  ///< without noise
  int n_rows;             ///< right-hand sides
  double* reduced;
  double* work;  ///< as the form counts it
  std::int32_t* status;

  __device__ bool is_sound() const { return !failed(static_cast<FitStatus>(*status)); }
};

}  // namespace kilofold::cuda
