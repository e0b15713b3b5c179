// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kilofold/store.hpp"

namespace kilofold::cli {

/// What a merge at `path` left as it was, and why: a line, or nothing.
std::string what_stays(const Merged& merged, const std::string& path);

}  // namespace kilofold::cli
