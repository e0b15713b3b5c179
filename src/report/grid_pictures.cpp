// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "level_axis.hpp"
#include "lines.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "pictures.hpp"

namespace kilofold::report {
namespace {

std::string unit_behind(const StudySummary& study) {
  return study.target.units.empty() ? "" : " " + study.target.units;
}

/// What the curve spans, and the published setting where that does not dwarf it.
Range rmse_range(const Profile& profile) {
  Range range = range_of(profile.rmse);
  const double reach = range.span();
  if (profile.published) {
    range.high = std::max(range.high, std::min(profile.published->rmse, range.high + reach));
    range.low = std::min(range.low, std::max(profile.published->rmse, range.low - reach));
  }
  return padded(range, 0.04);
}

std::string curve(const StudySummary& study, const ModelSummary& model, const Profile& profile) {
  const LevelAxis axis = level_axis(profile);
  Lines plot{fmt::format("{}: RMSE over {}", model.name, profile.parameter),
             axis.named(profile.parameter),
             with_unit("RMSE", study.target.units),
             axis.ticks,
             {},
             false,
             {{"", axis.at, profile.rmse}, {"", axis.at, profile.rmse, Lines::Mark::large_dots}},
             rmse_range(profile)};
  // Nothing lies between two words.
  plot.lines[0].x.resize(axis.n_numbers);
  plot.lines[0].y.resize(axis.n_numbers);
  if (profile.published)
    plot.lines.push_back({"", {axis.published_at}, {profile.published->rmse}, Lines::Mark::crosses});
  return lines_svg(plot);
}

/// "<b>DT</b> max_depth<br>as published: none, 2.572 mg/cm2"
std::string curve_caption(const StudySummary& study, const ModelSummary& model, const Profile& profile) {
  std::string text = fmt::format("<b>{}</b> {}", escape(model.name), escape(profile.parameter));
  if (!profile.published) return text;
  const Profile::Published& published = *profile.published;
  text += fmt::format("<br><span class=\"cross\">×</span> as published: {}, {}{}", escape(published.at.label),
                      significant(published.rmse), escape(unit_behind(study)));
  return text + (rmse_range(profile).contains(published.rmse) ? "" : ", beyond the axis");
}

std::string map(const StudySummary& study, const ModelSummary& model) {
  const Surface& surface = *model.surface;
  Shades shades{fmt::format("{}: RMSE over {} and {}", model.name, surface.x.parameter, surface.y.parameter),
                surface.x.parameter,
                surface.y.parameter,
                {},
                surface.y.labels(),
                surface.rmse,
                unit_behind(study)};
  for (const Level& level : surface.x.levels) shades.columns.push_back({0, level.label, std::isnan(level.number)});
  // Shades tell the good apart: what is worse than twice the best has the faintest.
  const Range range = range_of(surface.rmse);
  shades.strongest = range.low;
  shades.faintest = std::min(range.high, 2 * range.low);
  return shades_svg(shades);
}

}  // namespace

std::string validation_curve(const StudySummary& study) {
  std::string figures;
  for (const ModelSummary& model : study.models)
    for (const Profile& profile : model.profiles)
      if (std::ranges::any_of(profile.rmse, [](double value) { return std::isfinite(value); }))
        figures += figure(curve(study, model, profile), curve_caption(study, model, profile));
  return section(
      "Validation curves",
      "Smallest mean RMSE over the fold seeds at every value of a parameter, over all values of the others in "
      "the grid. A published setting is a cross of its own.",
      figures);
}

std::string heatmap(const StudySummary& study) {
  std::string figures;
  for (const ModelSummary& model : study.models) {
    if (!model.surface || !model.best) continue;
    const Range range = range_of(model.surface->rmse);
    figures += figure(map(study, model),
                      fmt::format("<b>{}</b> RMSE from {} (strongest) to {}{}.", escape(model.name),
                                  significant(range.low), significant(range.high), escape(unit_behind(study))));
  }
  return section(
      "Heatmaps",
      "Smallest mean RMSE over the two parameters with the most values, a cell a pair: the stronger its colour, the "
      "better. What is worse than twice the best has the faintest.",
      figures);
}

}  // namespace kilofold::report
