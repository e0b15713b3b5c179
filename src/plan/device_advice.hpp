// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kilofold/plan.hpp"

namespace kilofold {

inline constexpr int cuda_cost_table_version = 1;

/// Planned seconds on one core from which a GPU may pay: opening one takes about as long.
inline constexpr double least_cuda_seconds = 8;

/// Seconds that a plan takes on one GPU, opening it included, by the cuda cost table.
double cuda_seconds(const Plan& plan);

/// Does a GPU pay for a plan, and why? A function of the plan alone.
struct DeviceAdvice {
  bool cuda;
  std::string reason;
};
DeviceAdvice advise_device(const Plan& plan);

}  // namespace kilofold
