// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include "markup.hpp"
#include "page_style.hpp"
#include "result_table.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

using Buffer = std::back_insert_iterator<std::string>;

/// " title=..." for hover; nothing for nothing.
std::string hover(const std::string& text) { return text.empty() ? "" : fmt::format(" title=\"{}\"", escape(text)); }

std::string with_unit(const std::string& name, const std::string& unit) {
  return unit.empty() ? name : fmt::format("{} ({})", name, unit);
}

std::string base_name(const std::string& path) { return path.substr(path.find_last_of("/\\") + 1); }

std::string fold_counts(const StudySummary& study) {
  std::string text;
  for (std::size_t i = 0; i < study.folds.size(); ++i) {
    const bool last = i + 1 == study.folds.size();
    text += fmt::format("{}{}", i == 0 ? "" : last ? " and " : ", ", study.folds[i]);
  }
  return text + " folds";
}

void write_head(Buffer out, const StudySummary& study) {
  const std::string title = study.name.empty() ? "Regression study" : study.name;
  fmt::format_to(
      out,
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n"
      "<h1>{0}</h1>\n",
      escape(title), page_style);
}

void write_introduction(Buffer out, const StudySummary& study) {
  if (!study.description.empty()) fmt::format_to(out, "<p class=\"lede\">{}</p>\n", escape(study.description));
  fmt::format_to(out, "<p>{} in {}: {}, {}, {}.</p>\n", count(study.n_trials, "trial"), count(study.n_fits, "fit"),
                 count(std::ssize(study.seeds), "fold seed"), fold_counts(study), count(std::ssize(study.y), "sample"));
  const std::string file = study.data_file.empty() ? "a table" : base_name(study.data_file);
  fmt::format_to(out, "<p class=\"quiet\">Target: {}. Data: <span{}>{}</span>",
                 escape(with_unit(study.target_name(), study.target.units)), hover(study.data_file), escape(file));
  if (!study.data_sha256.empty()) {
    fmt::format_to(out, ", <span{}>sha256 {}</span>", hover(study.data_sha256),
                   escape(study.data_sha256.substr(0, 12)));
  }
  fmt::format_to(out, ".</p>\n");
  if (!study.finished()) {
    fmt::format_to(out,
                   "<p class=\"banner\"><b>Unfinished: {} of {} cells.</b> A cell is one trial under one fold seed; "
                   "what follows may change.</p>\n",
                   count(study.n_committed), count(study.n_cells));
  }
}

/// The entry with the smallest mean RMSE; null where nothing is finished.
const ModelSummary* leader(const StudySummary& study) {
  const ModelSummary* first = nullptr;
  for (const ModelSummary& model : study.models) {
    if (!model.best) continue;
    if (!first || metric_spread(*model.best, rmse).mean < metric_spread(*first->best, rmse).mean) first = &model;
  }
  return first;
}

void write_finding(Buffer out, const StudySummary& study) {
  const ModelSummary* first = leader(study);
  if (!first) {
    fmt::format_to(out, "<p class=\"finding\">No trial is finished for every fold seed yet.</p>\n");
    return;
  }
  const Spread value = metric_spread(*first->best, rmse);
  const std::string unit = study.target.units.empty() ? "" : " " + study.target.units;
  fmt::format_to(out, "<p class=\"finding\">Smallest mean RMSE: <b>{}</b>, {}{} ({}).</p>\n", escape(first->name),
                 format(value, decimals(std::span(&value, 1))), escape(unit), selection_text(*first));
}

/// "1.089 ± 0.012" with the spread set back.
std::string number_markup(const std::string& text) {
  const std::size_t at = text.find(" ± ");
  if (at == std::string::npos) return escape(text);
  return fmt::format("{}<span class=\"sd\">{}</span>", text.substr(0, at), text.substr(at));
}

/// Parts of which each stays on one line.
std::string parts_markup(const std::vector<std::string>& parts) {
  std::string markup;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    markup += fmt::format("<span class=\"part\">{}{}</span>{}", escape(parts[i]), last ? "" : ",", last ? "" : " ");
  }
  return markup;
}

void write_cell(Buffer out, const ResultColumn& column, const ResultCell& cell, std::string_view extra_class) {
  const std::string_view kind = column.kind == ResultColumn::Kind::words    ? "words"
                                : column.kind == ResultColumn::Kind::number ? "number"
                                                                            : "small";
  const std::string key = column.kind == ResultColumn::Kind::words ? ""
                          : std::isfinite(cell.sort_key)           ? fmt::format(" data-key=\"{}\"", cell.sort_key)
                                                                   : " data-key=\"\"";
  fmt::format_to(out, "<td class=\"{}{}{}\"{}{}>{}", kind, extra_class, cell.best ? " best" : "", key,
                 hover(cell.hover),
                 column.kind == ResultColumn::Kind::words ? parts_markup(cell.parts) : number_markup(cell.text()));
  if (!cell.note.empty()) fmt::format_to(out, "<span class=\"note\">{}</span>", escape(cell.note));
  fmt::format_to(out, "</td>");
}

void write_table(Buffer out, const StudySummary& study) {
  const ResultTable table = result_table(study);
  fmt::format_to(out, "<div class=\"scroll\"><table>\n<thead><tr>");
  for (const ResultColumn& column : table.columns) {
    const std::string unit =
        column.unit.empty() ? "" : fmt::format("<span class=\"unit\">{}</span>", escape(column.unit));
    fmt::format_to(out, "<th scope=\"col\"{}{}><button>{}</button>{}</th>",
                   column.kind == ResultColumn::Kind::words ? "" : " class=\"number\"", hover(column.hover),
                   escape(column.heading), unit);
  }
  fmt::format_to(out, "</tr></thead>\n<tbody>\n");
  for (const std::vector<ResultCell>& row : table.rows) {
    fmt::format_to(out, "<tr>");
    for (std::size_t c = 0; c < row.size(); ++c) write_cell(out, table.columns[c], row[c], c == 0 ? " name" : "");
    fmt::format_to(out, "</tr>\n");
  }
  fmt::format_to(out, "</tbody>\n</table></div>\n");
}

void write_strip(Buffer out, const StudySummary& study) {
  Strip strip;
  strip.title = "RMSE over the fold seeds, all models";
  strip.axis_label = with_unit("RMSE", study.target.units);
  for (const ModelSummary& model : study.models) {
    if (!model.best) continue;
    Strip::Row row{model.name, {}, metric_spread(*model.best, rmse).mean, ""};
    for (std::size_t at = rmse; at < model.best->metric.size(); at += n_metrics)
      row.values.push_back(model.best->metric[at]);
    row.hover = fmt::format("{}: mean {}, from {} to {}", model.name, significant(row.mean),
                            significant(range_of(row.values).low), significant(range_of(row.values).high));
    strip.rows.push_back(std::move(row));
  }
  if (strip.rows.empty()) return;
  fmt::format_to(
      out,
      "<figure class=\"strip\">\n{}<figcaption>RMSE of every best trial: a dot for every fold seed{}.</figcaption>\n"
      "</figure>\n",
      strip_svg(strip), study.seeds.size() > 1 ? ", a bar at the mean" : "");
}

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

void write_scatter(Buffer out, const StudySummary& study, const ModelSummary& model, Range range) {
  const BestTrial& best = *model.best;
  const ScatterSvg plot =
      scatter_svg({fmt::format("{}: predicted against true {}", model.name, study.target_name()),
                   with_unit(study.target_name(), study.target.units), study.y, best.prediction, range});
  const std::string unit = study.target.units.empty() ? "" : " " + study.target.units;
  fmt::format_to(out, "<figure>\n{}<figcaption><b>{}</b> {}<br>Fold seed {}: RMSE {}{}, R² {}.", plot.svg,
                 escape(model.name), parts_markup(parameter_parts(best.varied)), study.seeds.front(),
                 significant(best.metric[rmse]), escape(unit), significant(best.metric[r2]));
  if (plot.n_drawn < std::ssize(study.y)) {
    fmt::format_to(out, " {} of {} points drawn.", count(plot.n_drawn), count(std::ssize(study.y)));
  }
  if (plot.n_beyond > 0) {
    fmt::format_to(out, " {} beyond the axes, drawn on the border.", count(plot.n_beyond, "point"));
  }
  fmt::format_to(out, "</figcaption>\n</figure>\n");
}

void write_scatters(Buffer out, const StudySummary& study) {
  const auto has_best = [](const ModelSummary& model) {
    const auto is_number = [](double value) { return !std::isnan(value); };
    return model.best.has_value() &&
           std::any_of(model.best->prediction.begin(), model.best->prediction.end(), is_number);
  };
  if (std::none_of(study.models.begin(), study.models.end(), has_best)) return;
  fmt::format_to(
      out,
      "<h2>Predicted against true</h2>\n<p class=\"quiet\">Every sample is predicted by a fit that did not see it. "
      "On the line, the prediction is perfect. All plots share their axes.</p>\n<div class=\"plots\">\n");
  const Range range = plot_range(study);
  for (const ModelSummary& model : study.models) {
    if (has_best(model)) write_scatter(out, study, model, range);
  }
  fmt::format_to(out, "</div>\n");
}

void write_notes(Buffer out, const StudySummary& study) {
  fmt::format_to(
      out,
      "<p class=\"note\">{} Optimistic: a trial chosen because it did best on these folds looks better than it is. "
      "Implied sd(y) is RMSE / sqrt(1 - R²): all rows should agree.</p>\n",
      study.seeds.size() > 1
          ? fmt::format("Mean ± standard deviation over {} fold seeds.", count(std::ssize(study.seeds)))
          : "One fold seed: no spread is known.");
}

void write_provenance(Buffer out, const StudySummary& study) {
  fmt::format_to(out, "<h2>Provenance</h2>\n<dl>\n");
  for (const auto& [label, value] : study.provenance) {
    fmt::format_to(out, "<dt>{}</dt><dd>{}</dd>\n", escape(label), escape(value));
  }
  fmt::format_to(out, "</dl>\n");
}

}  // namespace

std::string render_html(const StudySummary& study) {
  std::string page;
  const Buffer out(page);
  write_head(out, study);
  write_introduction(out, study);
  fmt::format_to(out, "<h2>Best trial of every model</h2>\n");
  write_finding(out, study);
  write_table(out, study);
  write_notes(out, study);
  write_strip(out, study);
  write_scatters(out, study);
  page += importance_section(study);
  write_provenance(out, study);
  fmt::format_to(out, "</main>\n<script>{}</script>\n</body>\n</html>\n", page_script);
  return page;
}

}  // namespace kilofold::report
