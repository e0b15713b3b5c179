// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "bars.hpp"
#include "kilofold/core/feature_mean.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "pictures.hpp"

namespace kilofold::report {
namespace {

/// One method's features, best mean rank first.
Bars bars_of(const FeatureScoreTable& table, const std::vector<ColumnName>& features) {
  const std::size_t d = features.size();
  const std::size_t n = table.score.size() / d;
  std::vector<std::pair<double, Bars::Row>> rows;
  for (std::size_t f = 0; f < d; ++f) {
    Bars::Row row;
    const FeatureMean mean = feature_mean(table, d, f);
    row.value = mean.score;
    for (std::size_t i = 0; n > 1 && i < n; ++i) row.values.push_back(table.score[i * d + f]);
    row.label = features[f].label.empty() ? features[f].column : features[f].label;
    row.hover = std::isnan(mean.score) ? fmt::format("{}: no score", row.label)
                                       : fmt::format("{}: {}, {} {}", row.label, significant(mean.score),
                                                     n > 1 ? "mean rank" : "rank", significant(mean.rank));
    rows.emplace_back(std::isnan(mean.rank) ? std::numeric_limits<double>::infinity() : mean.rank, std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Bars bars;
  bars.title = table.long_name + ": score of every feature";
  bars.axis_label = with_unit("score", printed_unit(table.units));
  for (auto& [rank, row] : rows) bars.rows.push_back(std::move(row));
  return bars;
}

/// What the bars are, beyond one score a feature.
std::string caption(const FeatureScoreTable& table) {
  std::string text = table.n_folds > 0 ? "<br>Bars: mean; dots: every fold of every seed." : "";
  if (table.name.starts_with("mrmr"))
    text +=
        "<br>Ranked in the order of picking: a score is the relevance of the first feature and the target at its pick "
        "of a later one, so bars need not fall.";
  return text;
}

}  // namespace

std::string importance(const StudySummary& study) {
  std::string figures;
  for (const FeatureScoreTable& table : study.importance)
    figures += figure(bars_svg(bars_of(table, study.features)),
                      fmt::format("<b>{}</b>{}", escape(table.long_name), caption(table)));
  return section("Feature importance",
                 "Scores of the features from the table alone, before any model; best rank on top. Scores of different "
                 "methods have no common scale.",
                 figures);
}

}  // namespace kilofold::report
