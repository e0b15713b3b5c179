// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "study_summary.hpp"

/// The page's plots: those that `report.plots` names, in that order, or the page's own choice.
namespace kilofold::report {

std::string pictures(const StudySummary& study);

// One section each, by its name in the spec; empty where a file has nothing to show for it.
std::string true_vs_predicted(const StudySummary& study);
std::string residuals(const StudySummary& study);
std::string traces(const StudySummary& study);
std::string heatmap(const StudySummary& study);
std::string validation_curve(const StudySummary& study);
std::string importance(const StudySummary& study);
std::string rank_stability(const StudySummary& study);
std::string rank_distribution(const StudySummary& study);
std::string seed_distribution(const StudySummary& study);

/// A section with a heading, a sentence and figures side by side; empty without figures.
std::string section(const std::string& heading, const std::string& sentence, const std::string& figures);

/// One figure: a plot and what stands under it (markup).
std::string figure(const std::string& svg, const std::string& caption);

/// Does a model's best trial have predictions to draw?
bool has_predictions(const ModelSummary& model);

}  // namespace kilofold::report
