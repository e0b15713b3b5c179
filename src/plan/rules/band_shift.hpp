// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Reduce a Gaussian process's kernel matrix to a band once and shift it for every noise level.
///
/// Identity  K + s I = Q (B + s I) Q'. Sameness: rounding
/// Moves     what noise_shift moves
/// Requires  what noise_shift requires
/// Refuses   what noise_shift refuses, which then says why; a matrix that it has reduced
/// Gain      against noise_shift: a reduction bound by arithmetic, not by memory, for a level some twenty times as dear
/// Source    docs/rules.md#band_shift
extern const Rule band_shift;

}  // namespace kilofold
