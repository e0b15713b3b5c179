// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"

namespace kilofold {

/// CART regression tree: exact greedy least squares, ties to the lowest feature, then the lowest threshold.
///
/// Reads no scaling: splits depend on the order of a feature's values only, and means are equivariant in the target.
Model tree();

}  // namespace kilofold
