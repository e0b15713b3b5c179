// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/report.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <set>

#include "comparison.hpp"
#include "fold_gap.hpp"
#include "fold_text.hpp"
#include "html.hpp"
#include "profiles.hpp"
#include "study_summary.hpp"
#include "text.hpp"

namespace kilofold {

std::optional<std::int64_t> best_trial(const StudyReader& study, ModelId model) {
  return report::rank_by_rmse(study.metrics(model), study.seeds().size()).best;
}

std::optional<std::int64_t> published_trial(const TrialTable& table) {
  const std::vector<std::size_t> trials = report::published_trials(table.columns);
  return trials.empty() ? std::nullopt : std::optional(static_cast<std::int64_t>(trials.front()));
}

std::string printed_unit(const std::string& units) { return units == "1" ? "" : units; }

std::int64_t n_finished_trials(const StudyReader& study, ModelId model) {
  return report::rank_by_rmse(study.metrics(model), study.seeds().size()).n_finished;
}

double reference_value(const StudyReader& study, const std::string& entry, const std::string& metric) {
  const std::string& text = study.attribute(fmt::format("reference {} {}", metric, entry));
  double value = std::numeric_limits<double>::quiet_NaN();
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string render_folds(const StudyReader& study) {
  std::set<std::int32_t> folds;
  for (const Split& split : study.splits()) folds.insert(split.n_folds);
  return report::fold_lines(report::fold_text(study.preparation(), {folds.begin(), folds.end()}, study.seeds()),
                            report::shared_groups(study));
}

std::string render_html(const StudyReader& study) { return report::render_html(report::summarize(study)); }

std::string render_text(const StudyReader& study) { return report::render_text(report::summarize(study)); }

std::string render_comparison(const StudyReader& study, const CompareOptions& options) {
  return report::comparison_text(report::compare_models(study, options));
}

std::string render_fold_gap(const StudyReader& first, const StudyReader& second) {
  return report::fold_gap_text(report::compare_folds(first, second));
}

}  // namespace kilofold
