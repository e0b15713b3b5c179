// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kilofold/core/fixed_point.hpp"
#include "kilofold/core/random.hpp"

/// What a tree needs besides its splits, many numbers at a time. All instruction sets agree in every bit.
namespace kilofold::cpu {

struct Extremes {
  double lowest;
  double highest;
};

/// Extremes of the values that count at least once; copies null: of all. At least one does.
Extremes extremes(const double* value, const std::int32_t* copies, std::int64_t n);

/// Fixed-point targets times their copies (null: once each), by to_fixed of core/fixed_point.hpp.
void weigh_targets(const double* value, const std::int32_t* copies, std::int64_t n, const FixedPoint& unit,
                   std::int64_t* out);

/// Means of nodes, by fixed_mean of core/fixed_point.hpp.
void node_means(const FixedPoint& unit, const std::int64_t* sum, const std::int64_t* count, std::int64_t n,
                double* mean);

/// random.bits(purpose, i) for i < n.
void member_bits(const MemberRandom& random, Draw purpose, std::int64_t n, std::uint64_t* bits);

/// sum = fma(factor, value, sum), n in whole blocks of eight.
void add_scaled(double factor, const double* value, std::int64_t n, double* sum);

}  // namespace kilofold::cpu
