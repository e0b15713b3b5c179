// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/study.hpp"
#include "kilofold/plan.hpp"

namespace kilofold::cli {

/// About how many bytes the results file of a study will have, as docs/store.md lays it out: predictions and standard
/// deviations by whole chunks, those of trees compressed; metrics, statuses and diagnostics; what HDF5 adds. With
/// `predictions: best` at most so many: as if every trial that is kept lay in a chunk of its own.
///
/// Accuracy  within 25 % on the studies in experiments/; how far trees compress depends on how much they repeat
double file_size(const Study& study, const Plan& plan);

/// "274 MB", "1.25 GB"
std::string size_text(double bytes);

}  // namespace kilofold::cli
