// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "study_summary.hpp"

/// Whose standard deviations are to be trusted.
namespace kilofold::report {

/// Of all cells of one trial; nothing where they hold no sd, or none beside a prediction.
std::optional<Calibration> calibration(const std::vector<double>& y, const CellBlock& cells);

/// "GPR: best trial 61.0 % (sd of z 2.42), as published 94.3 % (1.01)." of every model with sd; empty where none has.
std::string calibration_text(const StudySummary& study);

}  // namespace kilofold::report
