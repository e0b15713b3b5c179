// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "calibration.hpp"
#include "fold_text.hpp"
#include "markup.hpp"
#include "page_beginning.hpp"
#include "page_style.hpp"
#include "pictures.hpp"
#include "published.hpp"
#include "result_table.hpp"
#include "svg_parts.hpp"

namespace kilofold::report {
namespace {

/// " title=..." for hover; nothing for nothing.
std::string hover(const std::string& text) { return text.empty() ? "" : fmt::format(" title=\"{}\"", escape(text)); }

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
      "{2}<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n"
      "<h1>{0}</h1>\n",
      escape(title), page_style, page_beginning);
}

void write_introduction(Buffer out, const StudySummary& study) {
  if (!study.description.empty()) fmt::format_to(out, "<p class=\"lede\">{}</p>\n", escape(study.description));
  fmt::format_to(out, "<p>{} in {}: {}, {}, {}.</p>\n", count(study.n_trials, "trial"), count(study.n_fits, "fit"),
                 count(std::ssize(study.seeds), "fold seed"), fold_counts(study), count(std::ssize(study.y), "sample"));
  fmt::format_to(out, "<p class=\"quiet\">Folds: {}.</p>\n", escape(study.fold_text));
  const std::string file = study.data_file.empty() ? "a table" : base_name(study.data_file);
  fmt::format_to(out, "<p class=\"quiet\">Target: {}. Data: <span{}>{}</span>",
                 escape(with_unit(study.target_name(), study.target.units)), hover(study.data_file), escape(file));
  if (!study.data_sha256.empty()) {
    fmt::format_to(out, ", <span{}>sha256 {}</span>", hover(study.data_sha256),
                   escape(study.data_sha256.substr(0, 12)));
  }
  fmt::format_to(out, ".</p>\n");
  if (const std::string leak = shared_groups_text(study.shared_groups); !leak.empty())
    fmt::format_to(out, "<p class=\"banner\">{}</p>\n", escape(leak));
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

void write_table(Buffer out, const ResultTable& table) {
  constexpr std::size_t most_wide = 10;  // columns with ample space between them
  fmt::format_to(out, "<div class=\"scroll\"><table{}>\n<thead><tr>",
                 table.columns.size() > most_wide ? " class=\"dense\"" : "");
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

void write_notes(Buffer out, const StudySummary& study) {
  fmt::format_to(
      out,
      "<p class=\"note\">{} Optimistic: a trial chosen because it did best on these folds looks better than it is. "
      "Implied sd(y) is RMSE / sqrt(1 - R²): all rows should agree.</p>\n",
      study.seeds.size() > 1
          ? fmt::format("Mean ± standard deviation over {} fold seeds.", count(std::ssize(study.seeds)))
          : "One fold seed: no spread is known.");
  if (const std::string text = calibration_text(study); !text.empty())
    fmt::format_to(
        out,
        "<p class=\"note\">Held-out targets within the nominal 95 % interval of a model's own standard "
        "deviation, over all seeds: {}. z is the error over that sd; its sd is 1 where the sd is right.</p>\n",
        escape(text));
}

void write_published(Buffer out, const StudySummary& study) {
  if (!has_reference(study)) return;
  fmt::format_to(out, "<h2>Beside the published results</h2>\n");
  if (!study.reference_source.empty())
    fmt::format_to(out, "<p class=\"quiet\">Published: {}. Nothing of it was used in fitting.</p>\n",
                   escape(study.reference_source));
  if (const std::string agreement = rank_agreement(study); !agreement.empty())
    fmt::format_to(out, "<p class=\"finding\">{}</p>\n", escape(agreement));
  write_table(out, published_table(study));
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
  write_table(out, result_table(study));
  write_notes(out, study);
  write_published(out, study);
  page += pictures(study);
  write_provenance(out, study);
  fmt::format_to(out, "</main>\n<script>{}</script>\n</body>\n</html>\n", page_script);
  return page;
}

}  // namespace kilofold::report
