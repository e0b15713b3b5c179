// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kilofold/core/reduction.hpp"

namespace kilofold {

/// How a fit ended. Stored as CF flag values under these names; a failure is a value, never an exception.
enum class FitStatus : std::int32_t {
  ok = 0,
  rank_deficient = 1,         ///< least squares: minimum-norm solution of a singular problem
  jittered = 2,               ///< noise raised to the floor
  not_positive_definite = 3,  ///< predictions are NaN
  ill_conditioned = 4,
  iteration_limit = 5,
  time_limit = 6,  ///< predictions are NaN: how far a fit gets in a time depends on the machine
  converged_degenerate = 7,
  not_finite = 8,  ///< predictions are NaN
};

/// True where the fit gave no usable numbers (exit code 3 counts these).
KILOFOLD_HD constexpr bool failed(FitStatus status) {
  return status == FitStatus::not_positive_definite || status == FitStatus::not_finite ||
         status == FitStatus::time_limit;
}

}  // namespace kilofold
