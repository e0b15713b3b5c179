// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kilofold {

/// Positions of names in their sorted order, equal values in the order given: by value where every name is a number,
/// else by code point. What `numpy.unique` makes of a column that a reader takes for numbers or text.
std::vector<std::int32_t> sorted_names(const std::vector<std::string>& names);

}  // namespace kilofold
