// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kilofold/core/ids.hpp"
#include "kilofold/store.hpp"

/// Face of the report stage: what a file holds, as a page for people.
namespace kilofold {

/// Find the trial of one model entry with the smallest mean pooled RMSE over the seeds, among the trials whose RMSE is
/// finite for every seed; ties go to the lowest index. Nothing where no trial is finished.
std::optional<std::int64_t> best_trial(const StudyReader& study, ModelId model);

/// The first trial with the published setting, which `as_published` of the entry marks; nothing where it has none.
std::optional<std::int64_t> published_trial(const TrialTable& table);

/// A unit as people read it: nothing for "1", a plain number.
std::string printed_unit(const std::string& units);

/// Trials of one model entry that have a score in every seed: what "best of N" counts.
std::int64_t n_finished_trials(const StudyReader& study, ModelId model);

/// A published result that `reference:` of the spec gives for an entry, by the metric's name; NaN where it gives none.
/// Files keep it in the root attribute `reference METRIC ENTRY`.
double reference_value(const StudyReader& study, const std::string& entry, const std::string& metric);

/// Render one self-contained HTML page: the study, a table of every model's best trial (best over the grid on the same
/// folds, so marked optimistic) with mean and spread over seeds, the published results beside it where there are any,
/// and the plots that `report.plots` names. No script from anywhere else; opens by double click.
///
/// Units     metrics and axes carry the target's unit as the file names it
/// Cost      reads one trial's predictions a model; plots at most 5,000 points each and says so
std::string render_html(const StudyReader& study);

/// Which folds a study is about, for a terminal: splitter, seeds and scaling in a line, and where folds part the rows
/// of a group how much of the held-out rows that concerns.
std::string render_folds(const StudyReader& study);

/// The same table as plain text, for a terminal.
std::string render_text(const StudyReader& study);

struct CompareOptions {
  bool as_published = false;   ///< the trials of the published settings compete, not the best ones
  std::optional<double> rope;  ///< half the region of practical equivalence, in the target's unit; else 1 % of sd(y)
};

/// Do the models differ? Their best trials compared pair by pair over folds and seeds, how their ranks spread, and what
/// choosing the best of a grid has flattered (docs/compare.md).
///
/// Errors    InputError with fewer than two models that have a finished trial to compete with
std::string render_comparison(const StudyReader& study, const CompareOptions& options = {});

/// What the folds of the first file have flattered, against those of the second: the best trials of the first, with the
/// same parameters under both, by drawing whole groups of rows (docs/compare.md).
///
/// Errors    InputError where the two hold other tables, or no model of one name
std::string render_fold_gap(const StudyReader& first, const StudyReader& second);

}  // namespace kilofold
