// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Answer every C and epsilon of a kernel matrix in one call.
///
/// Identity  solve(C, epsilon | any start) == solve(C, epsilon | cold), bit for bit. Sameness: bitwise
/// Moves     C and epsilon: svr_path.reads -> svr_path.lanes
/// Requires  the answer is a function of the active set alone; what rounding could decide is decided from a cold start
/// Refuses   one C and one epsilon; C or epsilon tied to a parameter other than each other
/// Gain      svr_path items: the number of their values -> 1 per training set and kernel; neighbours start warm
/// Source    ours; proof in docs/rules.md#svr_path
extern const Rule svr_path;

}  // namespace kilofold
