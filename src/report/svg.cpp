// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kilofold/core/error.hpp"
#include "kilofold/core/text.hpp"
#include "markup.hpp"
#include "svg_parts.hpp"

namespace kilofold::report {
namespace {

constexpr std::size_t longest_row_label = 24;

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
  const NumberTicks numbers = number_ticks(plot.range, 6);
  const double labels = 8 + label_width(numbers.ticks);
  // One side for both axes keeps them equal; what is left over goes to the left margin.
  const double side = std::min(width - right - labels - 20, height - top - bottom);
  const double left = width - right - side, base = top + side;
  const Scale x{plot.range, left, left + side}, y{plot.range, base, top};

  ScatterSvg result;
  const Buffer out(result.svg);
  open_svg(out, width, base + bottom, plot.title);
  draw_x_ticks(out, place_x_ticks(numbers.ticks, x, width), top, base);
  draw_y_ticks(out, numbers.ticks, y, left, left + side);
  fmt::format_to(out, "<path class=\"frame\" d=\"M{0:.1f} {1:.1f}v{2:.1f}h{2:.1f}v-{2:.1f}z\"/>\n", left, top, side);
  draw_points(out, plot, x, y, result);
  // Above the dots, or a good model would hide it.
  fmt::format_to(
      out, "<path class=\"perfect\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"><title>perfect prediction</title></path>\n",
      left, base, left + side, top);
  draw_axis_names(out, x, y, left - labels - 6, numbers.named("true " + plot.target),
                  numbers.named("predicted " + plot.target));
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
  const double left = 14 + 1.05 * character_width * static_cast<double>(widest);
  const double base = top + row_height * static_cast<double>(strip.rows.size());
  const Scale x{range, left, width - right};

  std::string svg;
  const Buffer out(svg);
  open_svg(out, width, base + bottom, strip.title);
  const NumberTicks numbers = number_ticks(range, 8);
  draw_x_ticks(out, place_x_ticks(numbers.ticks, x, width), top, base);
  for (std::size_t r = 0; r < strip.rows.size(); ++r) {
    draw_row(out, strip.rows[r], x, top + row_height * (static_cast<double>(r) + 0.5));
  }
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n</svg>\n",
                 (left + width - right) / 2, base + 36, escape(numbers.named(strip.axis_label)));
  return svg;
}

}  // namespace kilofold::report
