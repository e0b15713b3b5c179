// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "kilofold/store.hpp"

/// What a file's canonical text says in plain values; canonical_json of spec.hpp wrote it. What it does not name has
/// its default. Errors    FormatError when it is not JSON, or not of that form
namespace kilofold {

Preparation read_preparation(const std::string& canonical);

/// Does one of an entry's blocks hold the point of its `as_published`? The entries are numbered in the text's order.
bool published_in_grid(const std::string& canonical, std::size_t entry);

}  // namespace kilofold
