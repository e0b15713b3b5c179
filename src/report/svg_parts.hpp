// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "axis.hpp"

/// What plots are made of: scales, ticks, dots.
namespace kilofold::report {

using Buffer = std::back_insert_iterator<std::string>;

inline constexpr double character_width = 6.4;  ///< of a tick label at 11 px, generously

/// Maps values to pixels along one axis.
struct Scale {
  Range range;
  double begin;  ///< pixel of range.low
  double end;    ///< pixel of range.high

  double operator()(double value) const { return begin + (end - begin) * ((value - range.low) / range.span()); }
};

struct Tick {
  double value = 0;
  std::string label;
};

/// Round numbers within a range, at most `most` of them.
std::vector<Tick> number_ticks(Range range, int most);

/// Positions 0, 1, ... of labels, evenly left out so that at most `most` stay, and where `columns` is not 0 so many
/// that their characters fit side by side into it.
std::vector<Tick> label_ticks(const std::vector<std::string>& labels, std::size_t most, std::size_t columns = 0);

/// Pixels that the widest label takes.
double label_width(const std::vector<Tick>& ticks);

void open_svg(Buffer out, double width, double height, const std::string& title);
void draw_x_ticks(Buffer out, const std::vector<Tick>& ticks, const Scale& x, double top, double bottom);
void draw_y_ticks(Buffer out, const std::vector<Tick>& ticks, const Scale& y, double left, double right);

/// Names of both axes, below and left of a frame.
void draw_axis_names(Buffer out, const Scale& x, const Scale& y, double left_label, const std::string& x_name,
                     const std::string& y_name);

/// A dot is a stroke of no length with a round cap: a few bytes each, all in one element.
void draw_dot(Buffer out, double x, double y);

}  // namespace kilofold::report
