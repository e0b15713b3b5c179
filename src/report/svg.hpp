// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "axis.hpp"

/// Plots as inline SVG. Colours come from the page's style sheet by class; every text is escaped here.
namespace kilofold::report {

inline constexpr std::int64_t most_points = 5000;

/// Predictions against the truth on a square with equal axes and the line of perfect predictions.
struct Scatter {
  std::string title;   ///< for hover and screen readers
  std::string target;  ///< name with unit
  std::span<const double> truth;
  std::span<const double> prediction;
  Range range;  ///< of both axes; points outside stand on the border
};

struct ScatterSvg {
  std::string svg;
  std::int64_t n_drawn = 0;   ///< at most most_points, evenly picked
  std::int64_t n_beyond = 0;  ///< of those, points outside the range
};
ScatterSvg scatter_svg(const Scatter& scatter);

/// One row a model with a dot a seed and a bar at the mean, on a common axis.
struct Strip {
  struct Row {
    std::string label;
    std::vector<double> values;
    double mean = 0;
    std::string hover;
  };
  std::string title;
  std::string axis_label;
  std::vector<Row> rows;
};
std::string strip_svg(const Strip& strip);

/// At most `most` characters of a label; a cut is shown by an ellipsis.
std::string shortened(const std::string& label, std::size_t most);

}  // namespace kilofold::report
