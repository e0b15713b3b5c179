// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace kilofold::spec {

/// n values evenly spaced from a to b: NumPy's linspace, a and b themselves at the ends. Requires n >= 1.
std::vector<double> linspace(double a, double b, std::int64_t n);

/// n powers of ten whose exponents are linspace(e0, e1, n): NumPy's logspace. Requires n >= 1.
///
/// Whole powers are the nearest doubles. No C library has a say: exp and log are core/exp_log.hpp's.
/// Accuracy  relative (4 + 4 max |exponent|) 2^-53, most of it the rounding of the exponent
std::vector<double> logspace(double e0, double e1, std::int64_t n);

/// n values evenly spaced in the logarithm, a and b themselves at the ends: NumPy's geomspace. Requires n >= 1; a, b >
/// 0. Accuracy as logspace.
std::vector<double> geomspace(double a, double b, std::int64_t n);

/// How many steps lead from one end to the other: a whole number, up to rounding, when they meet the end exactly.
double step_count(double from, double to, double step);

/// from, from + step, ..., to, both ends themselves. Each value between is the double nearest to the decimal that a
/// person would write: 0.3, never 0.30000000000000004. Requires `n_steps` = step_count(from, to, step), whole.
std::vector<double> steps(double from, double to, double step, std::int64_t n_steps);

}  // namespace kilofold::spec
