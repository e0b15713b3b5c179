// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "kilofold/core/error.hpp"
#include "kilofold/core/text.hpp"
#include "markup.hpp"

namespace kilofold::report {
namespace {

using Buffer = std::back_insert_iterator<std::string>;

constexpr double character_width = 6.4;    ///< of a tick label at 11 px, generously
constexpr std::size_t longest_label = 40;  ///< of an axis, in characters
constexpr std::size_t longest_row_label = 24;

/// Maps values to pixels along one axis.
struct Scale {
  Range range;
  double begin;  ///< pixel of range.low
  double end;    ///< pixel of range.high

  double operator()(double value) const { return begin + (end - begin) * ((value - range.low) / range.span()); }
};

std::size_t widest_label(const Ticks& ticks) {
  std::size_t widest = 0;
  for (const double value : ticks.values) widest = std::max(widest, tick_label(value, ticks.step).size());
  return widest;
}

void draw_x_ticks(Buffer out, const Ticks& ticks, const Scale& x, double top, double bottom) {
  for (const double value : ticks.values) {
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/><text x=\"{0:.1f}\" y=\"{3:.1f}\" "
                   "text-anchor=\"middle\">{4}</text>\n",
                   x(value), top, bottom, bottom + 15, tick_label(value, ticks.step));
  }
}

void draw_y_ticks(Buffer out, const Ticks& ticks, const Scale& y, double left, double right) {
  for (const double value : ticks.values) {
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{1:.1f} {0:.1f}H{2:.1f}\"/><text x=\"{3:.1f}\" y=\"{4:.1f}\" "
                   "text-anchor=\"end\">{5}</text>\n",
                   y(value), left, right, left - 6, y(value) + 4, tick_label(value, ticks.step));
  }
}

/// A dot is a stroke of no length with a round cap: a few bytes each, all in one element.
void draw_dot(Buffer out, double x, double y) { fmt::format_to(out, "M{:.1f} {:.1f}h0", x, y); }

void open_svg(Buffer out, double width, double height, const std::string& title) {
  fmt::format_to(out, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", width, height,
                 escape(title));
}

void draw_points(Buffer out, const Scatter& plot, const Scale& x, const Scale& y, ScatterSvg& result) {
  const std::int64_t n = std::ssize(plot.truth);
  result.n_drawn = std::min(n, most_points);
  fmt::format_to(out, "<path class=\"dots\" d=\"");
  std::int64_t n_finite = 0;
  for (std::int64_t i = 0; i < result.n_drawn; ++i) {
    const auto row = static_cast<std::size_t>(i * n / result.n_drawn);
    const double truth = plot.truth[row];
    const double prediction = plot.prediction[row];
    if (!std::isfinite(prediction)) continue;
    ++n_finite;
    if (!plot.range.contains(prediction) || !plot.range.contains(truth)) ++result.n_beyond;
    const auto inside = [&](double value) { return std::clamp(value, plot.range.low, plot.range.high); };
    draw_dot(out, x(inside(truth)), y(inside(prediction)));
  }
  result.n_drawn = n_finite;
  fmt::format_to(out, "\"/>\n");
}

void draw_row(Buffer out, const Strip::Row& row, const Scale& x, double middle) {
  constexpr double golden = 0.6180339887498949;  // successive multiples, modulo one, spread evenly
  fmt::format_to(out, "<g><title>{}</title><path class=\"row\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", escape(row.hover),
                 x.begin, middle, x.end);
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", x.begin - 10,
                 middle + 4, escape(shortened(row.label, longest_row_label)));
  const bool several = row.values.size() > 1;
  fmt::format_to(out, "<path class=\"seeds\" d=\"");
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const double jitter = several ? std::fmod(golden * static_cast<double>(i), 1.0) - 0.5 : 0.0;
    if (std::isfinite(row.values[i])) draw_dot(out, x(row.values[i]), middle + 10 * jitter);
  }
  fmt::format_to(out, "\"/>");
  if (several) fmt::format_to(out, "<path class=\"mean\" d=\"M{:.1f} {:.1f}v18\"/>", x(row.mean), middle - 9);
  fmt::format_to(out, "</g>\n");
}

}  // namespace

std::string shortened(const std::string& label, std::size_t most) {
  const std::vector<std::string_view> characters = split_characters(label);
  if (characters.size() <= most) return label;
  std::string start;
  for (std::size_t i = 0; i + 1 < most; ++i) start += characters[i];
  return start + "…";
}

ScatterSvg scatter_svg(const Scatter& plot) {
  KILOFOLD_EXPECT(plot.truth.size() == plot.prediction.size());
  constexpr double width = 320, height = 320, top = 8, right = 8, bottom = 44;
  const Ticks ticks = nice_ticks(plot.range, 6);
  const double label_width = 8 + character_width * static_cast<double>(widest_label(ticks));
  // One side for both axes keeps them equal; what is left over goes to the left margin.
  const double side = std::min(width - right - label_width - 20, height - top - bottom);
  const double left = width - right - side, base = top + side;
  const Scale x{plot.range, left, left + side}, y{plot.range, base, top};

  ScatterSvg result;
  const Buffer out(result.svg);
  open_svg(out, width, base + bottom, plot.title);
  draw_x_ticks(out, ticks, x, top, base);
  draw_y_ticks(out, ticks, y, left, left + side);
  fmt::format_to(out, "<path class=\"frame\" d=\"M{0:.1f} {1:.1f}v{2:.1f}h{2:.1f}v-{2:.1f}z\"/>\n", left, top, side);
  draw_points(out, plot, x, y, result);
  // Above the dots, or a good model would hide it.
  fmt::format_to(
      out, "<path class=\"perfect\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"><title>perfect prediction</title></path>\n",
      left, base, left + side, top);
  const std::string label = escape(shortened(plot.target, longest_label));
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">true {}</text>\n",
                 left + side / 2, base + 36, label);
  fmt::format_to(out,
                 "<text class=\"label\" transform=\"translate({:.1f} {:.1f}) rotate(-90)\" "
                 "text-anchor=\"middle\">predicted {}</text>\n",
                 left - label_width - 6, top + side / 2, label);
  result.svg += "</svg>\n";
  return result;
}

std::string strip_svg(const Strip& strip) {
  constexpr double width = 560, row_height = 26, top = 6, right = 14, bottom = 44;
  std::vector<double> values;
  std::size_t widest = 0;
  for (const Strip::Row& row : strip.rows) {
    values.insert(values.end(), row.values.begin(), row.values.end());
    widest = std::max(widest, split_characters(shortened(row.label, longest_row_label)).size());
  }
  const Range range = padded(range_of(values), 0.04);
  const double left = 14 + 1.1 * character_width * static_cast<double>(widest);
  const double base = top + row_height * static_cast<double>(strip.rows.size());
  const Scale x{range, left, width - right};

  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom, strip.title);
  draw_x_ticks(out, nice_ticks(range, 8), x, top, base);
  for (std::size_t r = 0; r < strip.rows.size(); ++r) {
    draw_row(out, strip.rows[r], x, top + row_height * (static_cast<double>(r) + 0.5));
  }
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n</svg>\n",
                 (left + width - right) / 2, base + 36, escape(strip.axis_label));
  return svg;
}

}  // namespace kilofold::report
