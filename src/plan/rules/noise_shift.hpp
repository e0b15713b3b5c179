// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Reduce a Gaussian process's kernel matrix to tridiagonal form once and shift it for every noise level.
///
/// Identity  K + s I = Q (T + s I) Q'. Sameness: rounding
/// Moves     noise_variance, signal_variance: factor.reads -> posterior.lanes; factor becomes reduce
/// Requires  noise_variance and signal_variance are axes of their own, or one value
/// Refuses   one value of both; either tied to another parameter; a matrix that is reduced already
/// Gain      a factorisation a noise level -> one reduction, three to seven factorisations dear, and O(n m) a level
/// Source    performance of the tridiagonal route: docs/rules.md#noise_shift
extern const Rule noise_shift;

/// What it and `band_shift` have in common: all but the form that the matrix is reduced to.
std::variant<std::vector<Node>, Refusal> shift_noise(const Group& group, std::span<const Axis> axes, Factorized form);

}  // namespace kilofold
