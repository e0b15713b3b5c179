// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "result_table.hpp"

/// Our results beside those of an earlier study (`reference:`).
namespace kilofold::report {

bool has_reference(const StudySummary& study);

/// Of every entry with published results: each metric as we have it, as published, and the difference; then the sd(y)
/// that either implies. Ours is the trial of the published setting where the entry has one, else the best of the grid.
ResultTable published_table(const StudySummary& study);

/// "Compared is the trial of the published setting, but of RF (best of 36 trials, chosen on these folds: optimistic)."
std::string compared_text(const StudySummary& study);

/// How far the two rankings by RMSE agree: "19 of 21 pairs of models are in the same order (Kendall's tau 0.81)" and
/// both rankings. Empty with fewer than two models that have both.
std::string rank_agreement(const StudySummary& study);

}  // namespace kilofold::report
