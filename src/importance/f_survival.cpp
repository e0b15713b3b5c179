// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/f_survival.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

using Real = long double;

/// Evaluate 1 / (1 + d_1 / (1 + d_2 / (1 + ...))), the fraction of I_x(a, b) for x < (a + 1) / (a + b + 2).
Real incomplete_beta_fraction(Real a, Real b, Real x) {
  constexpr int max_terms = 100000;  // about sqrt(a + b) are used
  constexpr Real tiny = 1e-4000L;    // keeps Lentz's method off a division by zero
  const auto away_from_zero = [](Real v) { return v == 0 ? tiny : v; };
  Real c = 1;
  Real d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  Real value = d;
  const auto take = [&](Real coefficient) {
    d = 1 / away_from_zero(1 + coefficient * d);
    c = away_from_zero(1 + coefficient / c);
    value *= d * c;
    return d * c;
  };
  for (int m = 1; m <= max_terms; ++m) {
    take(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    const Real step = take(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::abs(step - 1) < 4 * std::numeric_limits<Real>::epsilon()) return value;
  }
  KILOFOLD_ASSERT(false && "the continued fraction of the incomplete beta function did not converge");
  return value;
}

Real log_beta(Real a, Real b) { return boost::math::lgamma(a) + boost::math::lgamma(b) - boost::math::lgamma(a + b); }

}  // namespace

double minus_log_f_survival(double f, double between_dof, double within_dof) {
  KILOFOLD_EXPECT(f >= 0 && between_dof > 0 && within_dof > 0);
  if (std::isinf(f)) return f;
  const Real a = Real{within_dof} / 2;
  const Real b = Real{between_dof} / 2;
  const Real odds = Real{between_dof} * f / within_dof;  // (1 - x) / x
  const Real x = 1 / (1 + odds);
  if (x >= (a + 1) / (a + b + 2)) {
    return static_cast<double>(-std::log1p(-boost::math::ibeta(b, a, odds / (1 + odds))));
  }
  const Real log_front = -a * std::log1p(odds) - b * std::log1p(1 / odds) - std::log(a) - log_beta(a, b);
  return static_cast<double>(-log_front - std::log(incomplete_beta_fraction(a, b, x)));
}

}  // namespace kilofold
