// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svg_parts.hpp"

namespace kilofold::report {

/// Lines and dots over common axes.
struct Lines {
  enum class Mark { line, dots, large_dots, crosses };

  struct Line {
    std::string label;  ///< at its right end, moved aside where others are; empty = none
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
  std::optional<Range> y_range = {};  ///< default: of all values; values outside stand on the border
  double least_x_step = 0;            ///< between round numbers: 1 for counts
};
std::string lines_svg(const Lines& lines);

/// A table of numbers as shaded cells, evenly spaced.
struct Shades {
  std::string title;
  std::string x_name;
  std::string y_name;
  std::vector<Tick> columns;  ///< by label; their values are not looked at
  std::vector<std::string> rows;
  std::vector<double> value;  ///< (rows, columns), row-major; NaN: no cell
  std::string unit;           ///< of the values, for hover
  double strongest = 0;       ///< value of the strongest shade
  double faintest = 0;
};
std::string shades_svg(const Shades& shades);

}  // namespace kilofold::report
