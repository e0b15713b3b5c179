// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "svg_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "kilofold/core/text.hpp"
#include "markup.hpp"
#include "svg.hpp"

namespace kilofold::report {
namespace {

constexpr std::size_t longest_name = 40;  ///< of an axis, in characters
constexpr std::size_t longest_tick = 14;
constexpr double row_height = 13;

double pixels(const std::string& label) {
  return character_width * static_cast<double>(split_characters(label).size());
}

/// The order in which ticks take their room: words, the last number, then every 2^k-th number from the largest k down,
/// so that what stays is even.
std::vector<const Tick*> by_claim(const std::vector<Tick>& ticks) {
  std::vector<std::pair<int, const Tick*>> order;
  const auto last = std::ranges::find(ticks.rbegin(), ticks.rend(), false, &Tick::word);
  for (const Tick& tick : ticks) {
    const auto i = static_cast<std::size_t>(&tick - ticks.data());
    const bool is_last = last != ticks.rend() && &tick == &*last;
    order.emplace_back(tick.word ? 0 : is_last ? 1 : 100 - std::min(64, std::countr_zero(i)), &tick);
  }
  std::ranges::stable_sort(order, {}, [](const auto& claim) { return claim.first; });
  std::vector<const Tick*> sorted;
  for (const auto& [claim, tick] : order) sorted.push_back(tick);
  return sorted;
}

}  // namespace

NumberTicks number_ticks(Range range, int most, double least_step) {
  const Ticks ticks = nice_ticks(range, most, least_step);
  const double offset = offset_of(ticks);
  NumberTicks made;
  if (offset != 0) made.offset = fmt::format("{:.15g}", offset);
  for (const double value : ticks.values) {
    const double left = offset == 0 ? value : std::round((value - offset) / ticks.step) * ticks.step;
    made.ticks.push_back({value, tick_label(left, ticks.step)});
  }
  return made;
}

std::vector<Tick> label_ticks(const std::vector<std::string>& labels, std::size_t most) {
  const std::size_t step = std::max<std::size_t>(1, (labels.size() + most - 1) / most);
  std::vector<Tick> ticks;
  const auto add = [&](std::size_t i) {
    ticks.push_back({static_cast<double>(i), shortened(labels[i], longest_tick)});
  };
  for (std::size_t i = 0; i + step < labels.size() || i + 1 == labels.size(); i += step) add(i);
  if (!labels.empty() && (ticks.empty() || ticks.back().value + 1 < static_cast<double>(labels.size())))
    add(labels.size() - 1);
  return ticks;
}

PlacedTicks place_x_ticks(const std::vector<Tick>& ticks, const Scale& x, double width) {
  constexpr double between = 8;
  PlacedTicks placed;
  for (const Tick* tick : by_claim(ticks)) {
    PlacedTicks::Label label{0, 0, shortened(tick->label, longest_tick)};
    const double half = pixels(label.text) / 2;
    label.x = std::max(half, std::min(x(tick->value), width - half));
    const auto is_taken = [&](const PlacedTicks::Label& other) {
      return other.row == label.row && std::abs(other.x - label.x) < half + pixels(other.text) / 2 + between;
    };
    const int rows = tick->word ? 2 : 1;
    while (label.row < rows && std::ranges::any_of(placed.labels, is_taken)) ++label.row;
    if (label.row == rows) continue;
    placed.lines.push_back(x(tick->value));
    placed.height = std::max(placed.height, row_height * label.row);
    placed.labels.push_back(std::move(label));
  }
  return placed;
}

double label_width(const std::vector<Tick>& ticks) {
  double widest = 0;
  for (const Tick& tick : ticks) widest = std::max(widest, pixels(tick.label));
  return widest;
}

void open_svg(Buffer out, double width, double height, const std::string& title) {
  fmt::format_to(out, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n", width, height,
                 escape(title));
}

void draw_x_ticks(Buffer out, const PlacedTicks& ticks, double top, double bottom) {
  for (const double x : ticks.lines)
    fmt::format_to(out, "<path class=\"grid\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>\n", x, top, bottom);
  for (const PlacedTicks::Label& label : ticks.labels)
    fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", label.x,
                   bottom + 15 + row_height * label.row, escape(label.text));
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
                     const std::string& y_name, double lower) {
  fmt::format_to(out, "<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                 (x.begin + x.end) / 2, std::max(y.begin, y.end) + 36 + lower, escape(shortened(x_name, longest_name)));
  fmt::format_to(out,
                 "<text class=\"label\" transform=\"translate({:.1f} {:.1f}) rotate(-90)\" "
                 "text-anchor=\"middle\">{}</text>\n",
                 left_label, (y.begin + y.end) / 2, escape(shortened(y_name, longest_name)));
}

void draw_dot(Buffer out, double x, double y) { fmt::format_to(out, "M{:.1f} {:.1f}h0", x, y); }

}  // namespace kilofold::report
