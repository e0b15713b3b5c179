// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Grow the largest ensemble and read the smaller ones as its first members.
///
/// Identity  first T members of ensemble(N) == ensemble(T) for every T <= N. Sameness: bitwise
/// Moves     n_estimators: grow_trees.reads or boost.reads -> read_trees.lanes
/// Requires  a member depends on the members before it alone; random numbers are keyed by the member's number, not by
/// the
///           order of drawing; the same learning rate; n_estimators is an axis of its own
/// Refuses   one number of trees only; n_estimators tied to another parameter
/// Gain      trees grown: the sum of the numbers of trees -> the largest of them
/// Source    proof in docs/rules.md#stage_prefix
extern const Rule stage_prefix;

}  // namespace kilofold
