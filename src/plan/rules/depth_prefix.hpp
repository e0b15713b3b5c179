// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/plan.hpp"

namespace kilofold {

/// Grow one tree to the deepest max_depth and read the shallower ones from it.
///
/// Identity  truncate(grow(D), d) == grow(d) for every d <= D. Sameness: bitwise
/// Moves     max_depth: grow_trees.reads -> read_trees.lanes
/// Requires  a node's split depends on its own rows alone; ties go to the lowest feature, then threshold; inner nodes
/// keep
///           their mean; nothing budgets leaves over the whole tree; max_depth is an axis of its own
/// Refuses   one depth only; max_depth tied to another parameter
/// Gain      grow_trees items: the number of depths -> 1 per training set and other hyperparameters
/// Source    ours; proof in docs/rules.md#depth_prefix
extern const Rule depth_prefix;

}  // namespace kilofold
