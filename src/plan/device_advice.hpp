// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "kilofold/plan.hpp"

namespace kilofold {

/// Planned seconds on one core from which a GPU may pay: opening one takes about as long.
inline constexpr double least_cuda_seconds = 8;

/// Seconds that a plan priced for one takes on a GPU, opening it included.
double cuda_seconds(const Plan& plan);

/// Does a GPU pay for a study, and why? A function of its two plans alone; the second is asked for only where the first
/// does not decide.
struct DeviceAdvice {
  bool cuda;
  std::string reason;
  std::string on_cpu;  ///< its beginning, which tells of no GPU
};
DeviceAdvice advise_device(const Plan& for_cpu, const std::function<const Plan&()>& for_cuda);

}  // namespace kilofold
