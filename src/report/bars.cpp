// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "axis.hpp"
#include "kilofold/core/text.hpp"
#include "markup.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

using Buffer = std::back_insert_iterator<std::string>;

constexpr double width = 400, row_height = 24, bar_height = 13, top = 6, right = 14, bottom = 44;
constexpr double label_character_width = 7.1;
constexpr std::size_t longest_label = 24;
constexpr std::size_t most_dots = 500;

/// Pixels of a value.
struct Across {
  Range range;
  double left;

  double operator()(double value) const { return left + (width - right - left) * ((value - range.low) / range.span()); }
};

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

void draw_bar(Buffer out, const Bars::Row& row, const Across& x, double middle) {
  fmt::format_to(out,
                 "<g><title>{}</title><text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                 escape(row.hover), x.left - 8, middle + 4, escape(shortened(row.label, longest_label)));
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
  const Across x{range_with_zero(bars), 14 + label_character_width * static_cast<double>(widest)};
  const double base = top + row_height * static_cast<double>(bars.rows.size());
  std::string svg;
  const Buffer out(svg);
  fmt::format_to(out, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", width, base + bottom,
                 escape(bars.title));
  const Ticks ticks = nice_ticks(x.range, 5);
  for (const double value : ticks.values)
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/><text x=\"{0:.1f}\" y=\"{3:.1f}\" "
                   "text-anchor=\"middle\">{4}</text>\n",
                   x(value), top, base, base + 15, tick_label(value, ticks.step));
  for (std::size_t r = 0; r < bars.rows.size(); ++r)
    draw_bar(out, bars.rows[r], x, top + row_height * (static_cast<double>(r) + 0.5));
  fmt::format_to(out, "<path class=\"frame\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", x(0), top, base);
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n</svg>\n",
                 (x.left + width - right) / 2, base + 36, escape(bars.axis_label));
  return svg;
}

}  // namespace kilofold::report
