// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kilofold::report {

/// One bar a row from 0 to a value, best row first, on a common axis.
struct Bars {
  struct Row {
    std::string label;
    double value = 0;            ///< NaN: no bar
    std::vector<double> values;  ///< behind the value, a dot each; may be empty
    std::string hover;
  };
  std::string title;
  std::string axis_label;
  std::vector<Row> rows;
};
std::string bars_svg(const Bars& bars);

}  // namespace kilofold::report
