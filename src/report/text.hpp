// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "study_summary.hpp"

namespace kilofold::report {

/// The result table for a terminal: aligned columns, no colours.
std::string render_text(const StudySummary& study);

}  // namespace kilofold::report
