// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kilofold/core/text.hpp"
#include "markup.hpp"
#include "svg.hpp"
#include "svg_parts.hpp"

namespace kilofold::report {
namespace {

constexpr double width = 400, row_height = 24, bar_height = 13, top = 6, right = 14, bottom = 44;
constexpr double label_character_width = 7.1;
constexpr std::size_t longest_label = 30;
constexpr std::size_t most_dots = 500;

Range range_with_zero(const Bars& bars) {
  Range range{0, 0};
  const auto include = [&range](double value) {
    if (!std::isfinite(value)) return;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  };
  for (const Bars::Row& row : bars.rows) {
    include(row.value);
    for (const double value : row.values) include(value);
  }
  if (range.span() == 0) range.high = 1;
  const double margin = 0.04 * range.span();
  return {range.low < 0 ? range.low - margin : 0, range.high > 0 ? range.high + margin : 0};
}

void draw_bar(Buffer out, const Bars::Row& row, const Scale& x, double middle) {
  fmt::format_to(out,
                 "<g><title>{}</title><text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                 escape(row.hover), x.begin - 8, middle + 4, escape(shortened(row.label, longest_label)));
  if (std::isfinite(row.value))
    fmt::format_to(out, "<rect class=\"bar\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>",
                   std::min(x(0), x(row.value)), middle - bar_height / 2, std::fabs(x(row.value) - x(0)), bar_height);
  if (!row.values.empty()) {
    fmt::format_to(out, "<path class=\"folds\" d=\"");
    const std::size_t step = (row.values.size() + most_dots - 1) / most_dots;
    for (std::size_t i = 0; i < row.values.size(); i += step)
      if (std::isfinite(row.values[i])) fmt::format_to(out, "M{:.1f} {:.1f}h0", x(row.values[i]), middle);
    fmt::format_to(out, "\"/>");
  }
  fmt::format_to(out, "</g>\n");
}

}  // namespace

std::string bars_svg(const Bars& bars) {
  std::size_t widest = 0;
  for (const Bars::Row& row : bars.rows)
    widest = std::max(widest, split_characters(shortened(row.label, longest_label)).size());
  const Scale x{range_with_zero(bars), 14 + label_character_width * static_cast<double>(widest), width - right};
  const double base = top + row_height * static_cast<double>(bars.rows.size());
  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom, bars.title);
  draw_x_ticks(out, place_x_ticks(number_ticks(x.range, 5).ticks, x, width), top, base);
  for (std::size_t r = 0; r < bars.rows.size(); ++r)
    draw_bar(out, bars.rows[r], x, top + row_height * (static_cast<double>(r) + 0.5));
  fmt::format_to(out, "<path class=\"frame\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", x(0), top, base);
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n</svg>\n",
                 (x.begin + x.end) / 2, base + 36, escape(bars.axis_label));
  return svg;
}

}  // namespace kilofold::report
