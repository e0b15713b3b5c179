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

inline constexpr double character_width = 7;  ///< of a tick label at 11 px, generously

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
  bool word = false;  ///< labelled even where that takes a second row
};

/// Round numbers along an axis.
struct NumberTicks {
  std::vector<Tick> ticks;
  std::string offset;  ///< what labels leave out, see offset_of; empty = nothing

  /// The axis' name, with what its labels leave out: "y (mm), less 1000000".
  std::string named(const std::string& name) const { return offset.empty() ? name : name + ", less " + offset; }
};

/// At most `most` of them within a range.
NumberTicks number_ticks(Range range, int most, double least_step = 0);

/// Positions 0, 1, ... of labels, evenly left out so that at most `most` stay, the first and the last among them.
std::vector<Tick> label_ticks(const std::vector<std::string>& labels, std::size_t most);

/// Pixels that the widest label takes.
double label_width(const std::vector<Tick>& ticks);

/// Ticks below a plot, with the labels that fit beside each other: words and both ends before the rest.
struct PlacedTicks {
  struct Label {
    double x = 0;
    int row = 0;
    std::string text;
  };
  std::vector<double> lines;
  std::vector<Label> labels;
  double height = 0;  ///< that a second row takes
};
PlacedTicks place_x_ticks(const std::vector<Tick>& ticks, const Scale& x, double width);

void open_svg(Buffer out, double width, double height, const std::string& title);
void draw_x_ticks(Buffer out, const PlacedTicks& ticks, double top, double bottom);
void draw_y_ticks(Buffer out, const std::vector<Tick>& ticks, const Scale& y, double left, double right);

/// Names of both axes, below and left of a frame; `lower`: pixels that tick labels take more than one row.
void draw_axis_names(Buffer out, const Scale& x, const Scale& y, double left_label, const std::string& x_name,
                     const std::string& y_name, double lower = 0);

/// A dot is a stroke of no length with a round cap: a few bytes each, all in one element.
void draw_dot(Buffer out, double x, double y);

}  // namespace kilofold::report
