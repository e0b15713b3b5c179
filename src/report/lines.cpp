// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kilofold/core/text.hpp"
#include "markup.hpp"
#include "numbers.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

constexpr double width = 320, top = 8, bottom = 44, side = 236;
constexpr double label_height = 14;         // of a line's name
constexpr double name_character_width = 7;  // of an axis' name at 12 px
constexpr std::size_t longest_label = 14;

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

/// Where labels of one line's height go that each want some place: no two closer than that, and none further from its
/// place than it must.
std::vector<double> spread_labels(const std::vector<double>& wanted) {
  struct Block {
    double middle;
    std::vector<std::size_t> members;

    double begin() const { return middle - label_height * static_cast<double>(members.size()) / 2; }
    double end() const { return 2 * middle - begin(); }
  };
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i]; });
  std::vector<Block> blocks;
  for (const std::size_t i : order) {
    Block added{wanted[i], {i}};
    while (!blocks.empty() && blocks.back().end() > added.begin()) {
      Block& before = blocks.back();
      const auto n = static_cast<double>(before.members.size()), m = static_cast<double>(added.members.size());
      added.middle = (n * before.middle + m * added.middle) / (n + m);
      added.members.insert(added.members.begin(), before.members.begin(), before.members.end());
      blocks.pop_back();
    }
    blocks.push_back(std::move(added));
  }
  std::vector<double> at(wanted.size());
  for (const Block& block : blocks)
    for (std::size_t i = 0; i < block.members.size(); ++i)
      at[block.members[i]] = block.begin() + label_height * (static_cast<double>(i) + 0.5);
  return at;
}

void draw_end_labels(Buffer out, const Lines& plot, const Scale& x, const Scale& y) {
  std::vector<const Lines::Line*> labelled;
  std::vector<double> wanted;
  for (const Lines::Line& line : plot.lines) {
    if (line.label.empty() || line.x.empty() || !std::isfinite(line.y.back())) continue;
    labelled.push_back(&line);
    wanted.push_back(y(line.y.back()));
  }
  const std::vector<double> at = spread_labels(wanted);
  for (std::size_t i = 0; i < at.size(); ++i)
    fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x.end + 6, at[i] + 4,
                   escape(shortened(labelled[i]->label, longest_label)));
}

constexpr const char* class_of(Lines::Mark mark) {
  constexpr const char* classes[] = {"line", "dots", "seeds", "cross"};
  return classes[static_cast<int>(mark)];
}

void draw_line(Buffer out, const Lines::Line& line, const Scale& x, const Scale& y) {
  fmt::format_to(out, "<path class=\"{}\" d=\"", class_of(line.mark));
  bool pen_down = false;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const bool known = std::isfinite(line.y[i]);
    const double px = x(line.x[i]), py = known ? y(std::clamp(line.y[i], y.range.low, y.range.high)) : 0;
    if (known && (line.mark == Lines::Mark::dots || line.mark == Lines::Mark::large_dots)) draw_dot(out, px, py);
    if (known && line.mark == Lines::Mark::crosses) fmt::format_to(out, "M{:.1f} {:.1f}l8 8m0 -8l-8 8", px - 4, py - 4);
    if (known && line.mark == Lines::Mark::line) fmt::format_to(out, "{}{:.1f} {:.1f}", pen_down ? "L" : "M", px, py);
    pen_down = known;
  }
  fmt::format_to(out, "\"><title>{}</title></path>\n", escape(line.label));
}

/// How strong a shade a value has, from 0.04 to 1.
double shade(const Shades& plot, double value) {
  if (plot.strongest == plot.faintest) return 1;
  return 0.04 + 0.96 * std::clamp((value - plot.faintest) / (plot.strongest - plot.faintest), 0.0, 1.0);
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
                     cell_height, shade(plot, value), escape(plot.rows[r]), escape(plot.columns[c].label),
                     significant(value), escape(plot.unit));
    }
  }
}

}  // namespace

std::string lines_svg(const Lines& plot) {
  const Range across = range_of_all(plot, &Lines::Line::x);
  const Range up = plot.y_range ? *plot.y_range : range_of_all(plot, &Lines::Line::y);
  NumberTicks x_ticks{plot.x_ticks, ""}, y_ticks{plot.y_ticks, ""};
  if (plot.x_ticks.empty()) x_ticks = number_ticks(across, 5, plot.least_x_step);
  if (plot.y_ticks.empty()) y_ticks = number_ticks(up, 6);
  const double height = std::max(side, label_height * static_cast<double>(plot.y_ticks.size()));
  const double left = label_width(y_ticks.ticks) + 28, base = top + height;
  const Scale x{across, left, width - end_labels(plot)};
  const Scale y{up, plot.downward ? top : base, plot.downward ? base : top};
  const PlacedTicks below = place_x_ticks(x_ticks.ticks, x, width);

  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom + below.height, plot.title);
  draw_x_ticks(out, below, top, base);
  draw_y_ticks(out, y_ticks.ticks, y, left, x.end);
  fmt::format_to(out, "<path class=\"frame\" d=\"M{:.1f} {:.1f}v{:.1f}H{:.1f}\"/>\n", left, top, height, x.end);
  for (const Lines::Line& line : plot.lines) draw_line(out, line, x, y);
  draw_end_labels(out, plot, x, y);
  draw_axis_names(out, x, y, 12, x_ticks.named(plot.x_name), y_ticks.named(plot.y_name), below.height);
  svg += "</svg>\n";
  return svg;
}

std::string shades_svg(const Shades& plot) {
  constexpr std::size_t most_row_labels = 16;
  const std::vector<Tick> rows = label_ticks(plot.rows, most_row_labels);
  const double left = label_width(rows) + (plot.y_name.empty() ? 10 : 28), right = width - 8;
  const double cell_width = (right - left) / static_cast<double>(plot.columns.size());
  // Few rows are as high as the name beside them is long.
  const double name = name_character_width * static_cast<double>(split_characters(plot.y_name).size());
  const double cell_height = std::max(std::min(34.0, side / static_cast<double>(plot.rows.size())),
                                      name / static_cast<double>(plot.rows.size()));
  const double base = top + cell_height * static_cast<double>(plot.rows.size());
  const Scale x{{-0.5, static_cast<double>(plot.columns.size()) - 0.5}, left, right};
  const Scale y{{-0.5, static_cast<double>(plot.rows.size()) - 0.5}, top, base};
  std::vector<Tick> columns = plot.columns;
  for (std::size_t c = 0; c < columns.size(); ++c) columns[c].value = static_cast<double>(c);
  const PlacedTicks below = place_x_ticks(columns, x, width);

  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom + below.height, plot.title);
  draw_x_ticks(out, below, base, base);
  draw_y_ticks(out, rows, y, left, left);
  draw_cells(out, plot, left, cell_width, cell_height);
  draw_axis_names(out, x, y, 12, plot.x_name, plot.y_name, below.height);
  svg += "</svg>\n";
  return svg;
}

}  // namespace kilofold::report
