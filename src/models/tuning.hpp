// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kilofold/models.hpp"

namespace kilofold {

/// The tuning of the next group of an entry, after `groups` of it: a candidate's number goes on where the last group of
/// the same trial ends.
Tuning tuning_of(const ModelSpec& entry, std::int64_t trial, std::span<const Group> groups);

/// Name what is kept of each choice: Tuning::choices, in the order of diagnostics_of. The group's axes must be there.
void add_choices(Group& group, const ModelSpec& entry, std::span<const Axis> axes);

}  // namespace kilofold
