// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kilofold/plan.hpp"

namespace kilofold {

/// The op of a plan that the CUDA module lacks, as a reason, whether or not the module can be opened here; empty where
/// it has all.
std::string cuda_lacks(const Plan& plan);

}  // namespace kilofold
