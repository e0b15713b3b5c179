// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "svg_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kilofold/core/text.hpp"
#include "markup.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

constexpr std::size_t longest_name = 40;  ///< of an axis, in characters
constexpr std::size_t longest_tick = 12;

}  // namespace

std::vector<Tick> number_ticks(Range range, int most) {
  const Ticks ticks = nice_ticks(range, most);
  std::vector<Tick> labelled;
  for (const double value : ticks.values) labelled.push_back({value, tick_label(value, ticks.step)});
  return labelled;
}

std::vector<Tick> label_ticks(const std::vector<std::string>& labels, std::size_t most, std::size_t columns) {
  std::vector<std::string> texts;
  std::size_t widest = 1;
  for (const std::string& label : labels) {
    texts.push_back(shortened(label, longest_tick));
    widest = std::max(widest, split_characters(texts.back()).size());
  }
  if (columns > 0) most = std::clamp<std::size_t>(columns / (widest + 2), 2, most);
  const std::size_t step = std::max<std::size_t>(1, (labels.size() + most - 1) / most);
  std::vector<Tick> ticks;
  for (std::size_t i = 0; i < labels.size(); i += step) ticks.push_back({static_cast<double>(i), texts[i]});
  return ticks;
}

double label_width(const std::vector<Tick>& ticks) {
  std::size_t widest = 0;
  for (const Tick& tick : ticks) widest = std::max(widest, split_characters(tick.label).size());
  return character_width * static_cast<double>(widest);
}

void open_svg(Buffer out, double width, double height, const std::string& title) {
  fmt::format_to(out, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", width, height,
                 escape(title));
}

void draw_x_ticks(Buffer out, const std::vector<Tick>& ticks, const Scale& x, double top, double bottom) {
  for (const Tick& tick : ticks) {
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/><text x=\"{0:.1f}\" y=\"{3:.1f}\" "
                   "text-anchor=\"middle\">{4}</text>\n",
                   x(tick.value), top, bottom, bottom + 15, escape(tick.label));
  }
}

void draw_y_ticks(Buffer out, const std::vector<Tick>& ticks, const Scale& y, double left, double right) {
  for (const Tick& tick : ticks) {
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{1:.1f} {0:.1f}H{2:.1f}\"/><text x=\"{3:.1f}\" y=\"{4:.1f}\" "
                   "text-anchor=\"end\">{5}</text>\n",
                   y(tick.value), left, right, left - 6, y(tick.value) + 4, escape(tick.label));
  }
}

void draw_axis_names(Buffer out, const Scale& x, const Scale& y, double left_label, const std::string& x_name,
                     const std::string& y_name) {
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                 (x.begin + x.end) / 2, std::max(y.begin, y.end) + 36, escape(shortened(x_name, longest_name)));
  fmt::format_to(out,
                 "<text class=\"label\" transform=\"translate({:.1f} {:.1f}) rotate(-90)\" "
                 "text-anchor=\"middle\">{}</text>\n",
                 left_label, (y.begin + y.end) / 2, escape(shortened(y_name, longest_name)));
}

void draw_dot(Buffer out, double x, double y) { fmt::format_to(out, "M{:.1f} {:.1f}h0", x, y); }

}  // namespace kilofold::report
