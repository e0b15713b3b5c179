// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Replace training rows with equal features by one row: their mean target, weighted by their number.
///
/// Identity  the likelihood of a Gaussian process depends on replicates through their number, mean and spread alone.
///           Sameness: rounding
/// Moves     nothing; the row set of standardize, factor, reduce and posterior shrinks from n rows to the distinct ones
/// Requires  equal rows before scaling; scaling one and the same for all rows of a fit
/// Refuses   all rows differ
/// Gain      (n / distinct)^3 of every factorisation
/// Source    sufficient statistics of the Gaussian; proof in docs/rules.md#replicate_collapse
extern const Rule replicate_collapse;

}  // namespace kilofold
