// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Grow the trees of all min_samples_leaf together, each split once for all limits that both its sides hold.
///
/// Identity  best(m) leaves m' >= m rows on both sides => best(m') = best(m). Sameness: bitwise
/// Moves     min_samples_leaf: grow_trees.reads -> grow_trees.lanes, read_trees.lanes
/// Requires  a node's split depends on its own rows, and its draw of features on its path, alone; ties go to the lowest
///           feature, then threshold; min_samples_leaf is an axis of its own
/// Refuses   one min_samples_leaf only; min_samples_leaf tied to another parameter; chains, whose members differ
/// Gain      the top of every tree grown once: 2 to 3 times fewer row visits for four limits
/// Source    ours; proof in docs/rules.md#leaf_prefix
extern const Rule leaf_prefix;

}  // namespace kilofold
