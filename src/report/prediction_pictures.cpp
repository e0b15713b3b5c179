// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lines.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "pictures.hpp"
#include "result_table.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

constexpr std::size_t most_traced = 120;  // more would run together

/// One range for all plots: all of y, and predictions up to a quarter of its span beyond.
Range plot_range(const StudySummary& study) {
  const Range truth = range_of(study.y);
  const double reach = 0.25 * truth.span();
  Range range = truth;
  for (const ModelSummary& model : study.models) {
    if (!model.best || range_of(model.best->prediction).span() == 0) continue;
    const Range predicted = range_of(model.best->prediction);
    range.low = std::min(range.low, std::max(predicted.low, truth.low - reach));
    range.high = std::max(range.high, std::min(predicted.high, truth.high + reach));
  }
  return padded(range, 0.04);
}

std::string unit_behind(const StudySummary& study) {
  return study.target.units.empty() ? "" : " " + escape(study.target.units);
}

/// "<b>DT</b> max_depth = 8<br>Fold seed 0: RMSE 1.2 mm, R² 0.98."
std::string caption(const StudySummary& study, const ModelSummary& model) {
  return fmt::format("<b>{}</b> {}<br>Fold seed {}: RMSE {}{}, R² {}.", escape(model.name),
                     parts_markup(parameter_parts(model.best->varied)), study.seeds.front(),
                     significant(model.best->metric[rmse]), unit_behind(study), significant(model.best->metric[r2]));
}

std::string scatter(const StudySummary& study, const ModelSummary& model, Range range) {
  const ScatterSvg plot =
      scatter_svg({fmt::format("{}: predicted against true {}", model.name, study.target_name()),
                   with_unit(study.target_name(), study.target.units), study.y, model.best->prediction, range});
  std::string text = caption(study, model);
  if (plot.n_drawn < std::ssize(study.y))
    text += fmt::format(" {} of {} points drawn.", count(plot.n_drawn), count(std::ssize(study.y)));
  if (plot.n_beyond > 0)
    text += fmt::format(" {} beyond the axes, drawn on the border.", count(plot.n_beyond, "point"));
  return figure(plot.svg, text);
}

/// Rows of the table to draw: all, or as many as fit, evenly picked.
std::vector<std::size_t> drawn_rows(const StudySummary& study) {
  const std::int64_t n = std::ssize(study.y), drawn = std::min(n, most_points);
  std::vector<std::size_t> rows;
  for (std::int64_t i = 0; i < drawn; ++i) rows.push_back(static_cast<std::size_t>(i * n / drawn));
  return rows;
}

std::string residual_plot(const StudySummary& study, const ModelSummary& model) {
  Lines::Line points{"", {}, {}, Lines::Mark::dots};
  for (const std::size_t row : drawn_rows(study)) {
    if (!std::isfinite(model.best->prediction[row])) continue;
    points.x.push_back(model.best->prediction[row]);
    points.y.push_back(model.best->prediction[row] - study.y[row]);
  }
  const Range across = range_of(points.x);
  const std::string target = with_unit(study.target_name(), study.target.units);
  return lines_svg({fmt::format("{}: residuals", model.name),
                    "predicted " + target,
                    with_unit("predicted - true", study.target.units),
                    {},
                    {},
                    false,
                    {points, {"", {across.low, across.high}, {0, 0}}}});
}

std::string trace_plot(const StudySummary& study, const ModelSummary& model) {
  Lines::Line truth{"", {}, {}}, predicted{"", {}, {}, Lines::Mark::dots};
  for (std::size_t row = 0; row < std::min(most_traced, study.y.size()); ++row) {
    truth.x.push_back(static_cast<double>(row));
    truth.y.push_back(study.y[row]);
    predicted.y.push_back(model.best->prediction[row]);
  }
  predicted.x = truth.x;
  return lines_svg({fmt::format("{}: trace of predictions", model.name),
                    "sample, in the order of the table",
                    with_unit(study.target_name(), study.target.units),
                    {},
                    {},
                    false,
                    {truth, predicted}});
}

template <class Draw> std::string each_model(const StudySummary& study, Draw draw) {
  std::string figures;
  for (const ModelSummary& model : study.models)
    if (has_predictions(model)) figures += draw(model);
  return figures;
}

}  // namespace

std::string true_vs_predicted(const StudySummary& study) {
  const Range range = plot_range(study);
  return section("Predicted against true",
                 "Every sample is predicted by a fit that did not see it. On the line, the prediction is perfect. All "
                 "plots share their axes.",
                 each_model(study, [&](const ModelSummary& model) { return scatter(study, model, range); }));
}

std::string residuals(const StudySummary& study) {
  return section("Residuals", "Held-out prediction minus truth, at what was predicted: a good model leaves no pattern.",
                 each_model(study, [&](const ModelSummary& model) {
                   return figure(residual_plot(study, model), caption(study, model));
                 }));
}

std::string traces(const StudySummary& study) {
  return section("Traces",
                 fmt::format("The truth as a line and every held-out prediction as a dot, in the order of the table{}.",
                             study.y.size() > most_traced ? fmt::format(": its first {} rows", most_traced) : ""),
                 each_model(study, [&](const ModelSummary& model) {
                   return figure(trace_plot(study, model), caption(study, model));
                 }));
}

}  // namespace kilofold::report
