// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kilofold/core/op_options.hpp"

namespace kilofold::cpu {

struct Unit {
  double centre;
  double scale;
};

/// Gather the rows of a column and pad them to whole blocks.
void gather(const double* column, const std::int32_t* rows, std::int64_t n, double padding, double* out);

/// Centre and scale of n gathered values, as `standardize` defines them; overwrites their padding. NaN where they leave
/// the range of double.
Unit unit_of(double* x, std::int64_t n, Scaling scaling);

}  // namespace kilofold::cpu
