// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "markup.hpp"
#include "numbers.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

constexpr double width = 320, top = 8, bottom = 44, side = 236;
constexpr std::size_t longest_label = 12;

Range range_of_all(const Lines& plot, std::vector<double> Lines::Line::*axis) {
  std::vector<double> values;
  for (const Lines::Line& line : plot.lines) values.insert(values.end(), (line.*axis).begin(), (line.*axis).end());
  return padded(range_of(values), 0.04);
}

/// Pixels right of the frame for the labels of lines.
double end_labels(const Lines& plot) {
  std::vector<Tick> ends;
  for (const Lines::Line& line : plot.lines) ends.push_back({0, shortened(line.label, longest_label)});
  const double widest = label_width(ends);
  return widest > 0 ? widest + 12 : 8;
}

void draw_line(Buffer out, const Lines::Line& line, const Scale& x, const Scale& y) {
  const bool dots = line.mark == Lines::Mark::dots;
  fmt::format_to(out, "<path class=\"{}\" d=\"", dots ? "dots" : "line");
  bool pen_down = false;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const bool known = std::isfinite(line.y[i]);
    if (known && dots) draw_dot(out, x(line.x[i]), y(line.y[i]));
    if (known && !dots) fmt::format_to(out, "{}{:.1f} {:.1f}", pen_down ? "L" : "M", x(line.x[i]), y(line.y[i]));
    pen_down = known;
  }
  fmt::format_to(out, "\"><title>{}</title></path>\n", escape(line.label));
  if (line.label.empty() || line.x.empty() || !std::isfinite(line.y.back())) return;
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x.end + 6, y(line.y.back()) + 4,
                 escape(shortened(line.label, longest_label)));
}

/// How dark a value is, from 0.04 to 1.
double shade(const Shades& plot, double value) {
  if (plot.darkest == plot.lightest) return 1;
  return 0.04 + 0.96 * std::clamp((value - plot.lightest) / (plot.darkest - plot.lightest), 0.0, 1.0);
}

void draw_cells(Buffer out, const Shades& plot, double left, double cell_width, double cell_height) {
  for (std::size_t r = 0; r < plot.rows.size(); ++r) {
    for (std::size_t c = 0; c < plot.columns.size(); ++c) {
      const double value = plot.value[r * plot.columns.size() + c];
      if (!std::isfinite(value)) continue;
      fmt::format_to(out,
                     "<rect class=\"cell\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
                     "fill-opacity=\"{:.2f}\"><title>{}, {}: {}{}</title></rect>\n",
                     left + cell_width * static_cast<double>(c), top + cell_height * static_cast<double>(r), cell_width,
                     cell_height, shade(plot, value), escape(plot.rows[r]), escape(plot.columns[c]), significant(value),
                     escape(plot.unit));
    }
  }
}

}  // namespace

std::string lines_svg(const Lines& plot) {
  const Range across = range_of_all(plot, &Lines::Line::x), up = range_of_all(plot, &Lines::Line::y);
  const std::vector<Tick> x_ticks = plot.x_ticks.empty() ? number_ticks(across, 5) : plot.x_ticks;
  const std::vector<Tick> y_ticks = plot.y_ticks.empty() ? number_ticks(up, 6) : plot.y_ticks;
  const double labels = label_width(y_ticks) + 8;
  const double left = labels + 20, base = top + side;
  const Scale x{across, left, width - end_labels(plot)};
  const Scale y{up, plot.downward ? top : base, plot.downward ? base : top};

  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom, plot.title);
  draw_x_ticks(out, x_ticks, x, top, base);
  draw_y_ticks(out, y_ticks, y, left, x.end);
  fmt::format_to(out, "<path class=\"frame\" d=\"M{:.1f} {:.1f}v{:.1f}H{:.1f}\"/>\n", left, top, side, x.end);
  for (const Lines::Line& line : plot.lines) draw_line(out, line, x, y);
  draw_axis_names(out, x, y, 12, plot.x_name, plot.y_name);
  svg += "</svg>\n";
  return svg;
}

std::string shades_svg(const Shades& plot) {
  constexpr std::size_t most_labels = 8, most_row_labels = 16;
  const std::vector<Tick> rows = label_ticks(plot.rows, most_row_labels);
  const double left = label_width(rows) + (plot.y_name.empty() ? 10 : 28), right = width - 8;
  const double cell_width = (right - left) / static_cast<double>(plot.columns.size());
  const double cell_height = std::min(34.0, side / static_cast<double>(plot.rows.size()));
  const double base = top + cell_height * static_cast<double>(plot.rows.size());
  const Scale x{{-0.5, static_cast<double>(plot.columns.size()) - 0.5}, left, right};
  const Scale y{{-0.5, static_cast<double>(plot.rows.size()) - 0.5}, top, base};

  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom, plot.title);
  draw_x_ticks(out, label_ticks(plot.columns, most_labels, characters_across), x, base, base);
  draw_y_ticks(out, rows, y, left, left);
  draw_cells(out, plot, left, cell_width, cell_height);
  draw_axis_names(out, x, y, 12, plot.x_name, plot.y_name);
  svg += "</svg>\n";
  return svg;
}

}  // namespace kilofold::report
