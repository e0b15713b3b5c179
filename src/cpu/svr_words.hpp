// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/linear_kernels.hpp"

/// The rules by which SVR's parameters may be given, gamma those of every kernel method; specs write them as words.
namespace kilofold::cpu {

inline constexpr double iqr_word = -1;  ///< of C and epsilon

/// Gamma as a number, the variance of scale that of the rows X. `count` (X.rows), null where every row is one: how many
/// equal rows each stands for.
double resolved_gamma(double gamma, const Columns& X, const double* count = nullptr);

/// Interquartile range of y at some rows by MATLAB's rule: the i-th smallest of n is the (i - 1/2) / n quantile, linear
/// between, constant beyond.
double interquartile_range(const double* y, const std::int32_t* rows, std::int64_t n);

/// MATLAB's fitrsvm defaults in the target's own unit: iqr / 1.349 and iqr / 13.49; 1 and 0.1 where the range is 0.
double C_of_iqr(double iqr);
double epsilon_of_iqr(double iqr);

}  // namespace kilofold::cpu
