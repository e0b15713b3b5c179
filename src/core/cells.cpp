// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/cells.hpp"

#include "kilofold/core/error.hpp"

namespace kilofold {

const char* name(FitStatus status) {
  switch (status) {
    case FitStatus::ok:
      return "ok";
    case FitStatus::rank_deficient:
      return "rank_deficient";
    case FitStatus::jittered:
      return "jittered";
    case FitStatus::not_positive_definite:
      return "not_positive_definite";
    case FitStatus::ill_conditioned:
      return "ill_conditioned";
    case FitStatus::iteration_limit:
      return "iteration_limit";
    case FitStatus::time_limit:
      return "time_limit";
    case FitStatus::converged_degenerate:
      return "converged_degenerate";
    case FitStatus::not_finite:
      return "not_finite";
  }
  KILOFOLD_EXPECT(!"status is one of the enumerators");
  return "";
}

}  // namespace kilofold
