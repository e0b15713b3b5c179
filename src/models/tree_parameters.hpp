// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/models.hpp"
#include "models/parameters.hpp"

/// Parameters that single trees and ensembles of trees have in common.
namespace kilofold {

/// max_depth, min_samples_split, min_samples_leaf. `default_depth` may be infinite: none.
std::vector<ParameterSchema> tree_limits(double default_depth);
/// n_estimators, then the tree limits.
std::vector<ParameterSchema> ensemble_limits(double default_members, double default_depth);
ParameterSchema learning_rate(double default_value);
/// What ensembles keep of a fit: how many of their members the prediction uses.
DiagnosticColumn members_used();

/// Bindings of the tree limits to the axes of the same names, and those axes.
std::vector<Binding> bind_tree_limits(const GroupBuilder& build);
AxisSet tree_limit_axes(const GroupBuilder& build);

/// max_leaf_nodes, min_impurity_decrease and ccp_alpha: what read_trees replays on grown trees.
std::vector<Binding> bind_leaf_limits(const GroupBuilder& build);
AxisSet leaf_limit_axes(const GroupBuilder& build);
/// Some trial of the group sets one of them.
bool limits_leaves(const GroupBuilder& build);

}  // namespace kilofold
