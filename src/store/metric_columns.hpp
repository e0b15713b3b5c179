// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "cells.hpp"

namespace kilofold {

/// A metric's dataset name, what it is called, and whether it carries the target's unit.
struct MetricColumn {
  const char* name;
  const char* long_name;
  enum class Unit { of_target, none } unit;
};

inline constexpr std::array<MetricColumn, n_metrics> metric_columns = {{
    {"mae", "mean absolute error", MetricColumn::Unit::of_target},
    {"rmse", "root mean squared error", MetricColumn::Unit::of_target},
    {"r2", "coefficient of determination", MetricColumn::Unit::none},
    {"r2_eq13", "coefficient of determination about the mean prediction", MetricColumn::Unit::none},
}};

}  // namespace kilofold
