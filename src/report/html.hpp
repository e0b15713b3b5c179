// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "study_summary.hpp"

namespace kilofold::report {

/// The whole page as one text: style, script and plots inside, nothing fetched.
std::string render_html(const StudySummary& study);

}  // namespace kilofold::report
