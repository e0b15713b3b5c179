// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kilofold {

/// -ln P(F' >= f) of Fisher's F distribution, without passing through a probability that underflows.
///
/// With x = n_2 / (n_2 + n_1 f), a = n_2 / 2, b = n_1 / 2 the probability is the incomplete beta function I_x(a, b). In
/// its lower tail, x < (a + 1) / (a + b + 2), its logarithm is a ln x + b ln(1 - x) - ln(a B(a, b)) plus that of a
/// continued fraction; elsewhere p is not small and Boost.Math gives 1 - p.
///
/// Requires  f >= 0, may be infinite; both degrees of freedom above 0
/// Accuracy  evaluated in long double: off by at most 4 N ln N 2^-64 for N degrees of freedom in all (1e-13 at 1e5),
/// plus
///           rounding to double
/// Source    the fraction: Abramowitz & Stegun 26.5.8, by Lentz's method
double minus_log_f_survival(double f, double between_dof, double within_dof);

}  // namespace kilofold
