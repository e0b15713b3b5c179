// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "problems.hpp"

namespace kilofold::spec {

/// Check that a source is UTF-8 text without control characters, within the size limit; false = a problem was added.
bool check_text(const SourceText& source, Problems& problems);

/// The offset just after the quoted scalar that begins at `begin`, or npos when its quote never closes.
std::size_t end_of_quoted(const std::string& text, std::size_t begin);

}  // namespace kilofold::spec
