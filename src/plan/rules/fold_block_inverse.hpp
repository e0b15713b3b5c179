// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Invert the covariance of the whole table once and read every fold of every seed from its diagonal blocks.
///
/// Identity  held-out error of fold F = [(A^-1)_FF]^-1 (A^-1 y)_F. Sameness: rounding
/// Moves     seed, fold: factor.reads -> fold_posterior.reads (seed) and lanes (fold); factor becomes invert
/// Requires  one feature scaling for all folds (fit_on: all, or none)
/// Refuses   features scaled per fold; matrices already reduced by noise_shift or collapsed by replicate_collapse
/// Gain      k factorisations a seed -> one inverse for all seeds and k small blocks a seed
/// Source    Ginsbourger & Schaerer, arXiv 2101.03108; proof in docs/rules.md#fold_block_inverse
extern const Rule fold_block_inverse;

}  // namespace kilofold
