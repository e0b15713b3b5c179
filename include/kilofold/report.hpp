// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kilofold/store.hpp"

/// Face of the report stage: what a file holds, as a page for people.
namespace kilofold {

/// Render one self-contained HTML page: the study, a table of every model's best trial (best over the grid on the same folds,
/// so marked optimistic) with mean and spread over seeds, and its predictions against the truth with the perfect line. No
/// script from anywhere else; opens by double click.
///
/// Units     metrics and axes carry the target's unit as the file names it
/// Cost      reads one trial's predictions a model; plots at most 5,000 points each and says so
std::string render_html(const StudyReader& study);

/// The same table as plain text, for a terminal.
std::string render_text(const StudyReader& study);

}  // namespace kilofold
