// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kilofold/plan.hpp"

namespace kilofold {

/// The trials of one entry as disjoint products: its blocks in order, then the published trial, each without what came
/// before. Axes are made, or grown, by name and width; where one block of the entry has a list a point, all have.
///
/// Cost      of two blocks that overlap and tie other parameters together, the rows of the later one are listed
std::vector<Grid> trial_grids(const ModelSpec& entry, std::vector<Axis>& axes);

/// The axis of that name and width, made if need be, holding at least these points; and each point's code on it.
Grid::Column column_on(std::vector<Axis>& axes, const std::string& name, const std::vector<double>& values,
                       std::int32_t width = 1);

}  // namespace kilofold
