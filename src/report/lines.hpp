// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "svg_parts.hpp"

namespace kilofold::report {

inline constexpr std::size_t characters_across = 40;  ///< of tick labels below one of these plots

/// Lines and dots over common axes.
struct Lines {
  enum class Mark { line, dots };

  struct Line {
    std::string label;  ///< at its right end; empty = none
    std::vector<double> x;
    std::vector<double> y;  ///< NaN: a gap
    Mark mark = Mark::line;
  };
  std::string title;
  std::string x_name;
  std::string y_name;
  std::vector<Tick> x_ticks;  ///< empty: round numbers
  std::vector<Tick> y_ticks;
  bool downward = false;  ///< small values on top, as ranks
  std::vector<Line> lines;
};
std::string lines_svg(const Lines& lines);

/// A table of numbers as shaded cells: the darker, the larger.
struct Shades {
  std::string title;
  std::string x_name;
  std::string y_name;
  std::vector<std::string> columns;
  std::vector<std::string> rows;
  std::vector<double> value;  ///< (rows, columns), row-major; NaN: no cell
  std::string unit;           ///< of the values, for hover
  double darkest = 0;         ///< value of the darkest shade
  double lightest = 0;
};
std::string shades_svg(const Shades& shades);

}  // namespace kilofold::report
