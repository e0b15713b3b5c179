// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kilofold/core/op_options.hpp"

namespace kilofold {

/// (x - centre) / unit.
struct ReferenceScale {
  long double centre = 0;
  long double unit = 1;

  long double of(double x) const { return (static_cast<long double>(x) - centre) / unit; }
};

/// The scale of some rows of a column; unit 1 where their values are all equal.
ReferenceScale reference_scale(const double* column, std::span<const std::int32_t> rows, Scaling scaling);

}  // namespace kilofold
