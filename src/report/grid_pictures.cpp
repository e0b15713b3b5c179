// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lines.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "pictures.hpp"

namespace kilofold::report {
namespace {

constexpr std::size_t most_labels = 7;

std::string curve(const StudySummary& study, const ModelSummary& model, const Profile& profile) {
  Lines::Line line{"", {}, profile.rmse}, dots{"", {}, profile.rmse, Lines::Mark::dots};
  for (std::size_t i = 0; i < profile.rmse.size(); ++i) line.x.push_back(static_cast<double>(i));
  dots.x = line.x;
  return lines_svg({fmt::format("{}: RMSE over {}", model.name, profile.parameter),
                    profile.parameter,
                    with_unit("RMSE", study.target.units),
                    label_ticks(profile.values, most_labels, characters_across),
                    {},
                    false,
                    {line, dots}});
}

std::string map(const StudySummary& study, const ModelSummary& model) {
  const Surface& surface = *model.surface;
  Shades shades{fmt::format("{}: RMSE over {} and {}", model.name, surface.x.parameter, surface.y.parameter),
                surface.x.parameter,
                surface.y.parameter,
                surface.x.values,
                surface.y.values,
                surface.rmse,
                study.target.units.empty() ? "" : " " + study.target.units};
  // Shades tell the good apart: what is worse than twice the best has the lightest.
  const Range range = range_of(surface.rmse);
  shades.darkest = range.low;
  shades.lightest = std::min(range.high, 2 * range.low);
  return shades_svg(shades);
}

}  // namespace

std::string validation_curve(const StudySummary& study) {
  std::string figures;
  for (const ModelSummary& model : study.models)
    for (const Profile& profile : model.profiles)
      if (std::ranges::any_of(profile.rmse, [](double value) { return std::isfinite(value); }))
        figures += figure(curve(study, model, profile),
                          fmt::format("<b>{}</b> {}", escape(model.name), escape(profile.parameter)));
  return section("Validation curves",
                 "Smallest mean RMSE over the fold seeds at every value of a parameter, over all values of the others.",
                 figures);
}

std::string heatmap(const StudySummary& study) {
  std::string figures;
  for (const ModelSummary& model : study.models) {
    if (!model.surface || !model.best) continue;
    const Range range = range_of(model.surface->rmse);
    figures +=
        figure(map(study, model), fmt::format("<b>{}</b> RMSE from {} (darkest) to {}{}.", escape(model.name),
                                              significant(range.low), significant(range.high),
                                              study.target.units.empty() ? "" : " " + escape(study.target.units)));
  }
  return section(
      "Heatmaps",
      "Smallest mean RMSE over the two parameters with the most values; the darker, the better. What is worse "
      "than twice the best has the lightest shade.",
      figures);
}

}  // namespace kilofold::report
