// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/f_survival.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tables.hpp"

namespace kilofold {
namespace {

using testing::infinity;
using Real = long double;

/// The closed form for an even number of degrees of freedom between the groups: a finite sum, its largest term taken
/// out.
Real by_finite_sum(double f, int between_dof, double within_dof) {
  const Real odds = Real{f} * between_dof / within_dof;
  const Real a = Real{within_dof} / 2;
  const Real log_y = -std::log1p(1 / odds);
  Real term = 1, sum = 1;  // Gamma(a + i) / (Gamma(a) i!) y^i
  for (int i = 1; i < between_dof / 2; ++i) {
    term *= (a + i - 1) / i * std::exp(log_y);
    sum += term;
  }
  return a * std::log1p(odds) - std::log(sum);
}

// Three lgammas of about N ln N / 2 each lose 2^-64 of that, and so does the closed form's a ln(1 + odds).
void expect_near(double value, Real expected, double all_dof) {
  const double bound = 4 * all_dof * std::log(1 + all_dof) * 0x1p-64;
  EXPECT_NEAR(value, static_cast<double>(expected), bound + 4 * testing::eps * static_cast<double>(std::abs(expected)));
}

TEST(FSurvival, EqualsTheClosedFormForEvenDegreesOfFreedom) {
  for (const int between : {2, 4, 8, 38}) {
    for (const double within : {1.0, 2.0, 3.0, 37.0, 650.0, 99990.0, 1e6}) {
      for (const double f : {1e-3, 0.3, 0.9, 1.0, 1.5, 4.0, 30.0, 657.0, 1e6, 1e12}) {
        SCOPED_TRACE(::testing::Message() << "F(" << between << ", " << within << ") at " << f);
        expect_near(minus_log_f_survival(f, between, within), by_finite_sum(f, between, within), between + within);
      }
    }
  }
}

TEST(FSurvival, EqualsArcTangentAndStudentForOneDegreeBetween) {
  for (const double f : {1e-3, 0.5, 1.0, 2.0, 17.0, 400.0}) {
    const Real root = std::sqrt(Real{f});
    expect_near(minus_log_f_survival(f, 1, 1), -std::log(std::atan(1 / root) * 2 / std::numbers::pi_v<Real>), 2);
    expect_near(minus_log_f_survival(f, 1, 2), -std::log(2 / (Real{f} + 2 + root * std::sqrt(Real{f} + 2))), 3);
  }
}

TEST(FSurvival, StaysFiniteWhereTheProbabilityUnderflows) {
  const double score = minus_log_f_survival(1e9, 9, 99990);

  EXPECT_GT(score, 745);  // below the smallest double
  EXPECT_LT(score, infinity);
}

TEST(FSurvival, IsZeroAtZeroAndGrowsWithF) {
  EXPECT_EQ(minus_log_f_survival(0, 3, 5), 0);
  EXPECT_EQ(minus_log_f_survival(infinity, 3, 5), infinity);
  double last = 0;
  for (double f = 1e-6; f < 1e9; f *= 1.07) {  // across the border between the two evaluations
    const double score = minus_log_f_survival(f, 5, 650);
    ASSERT_GT(score, last) << f;
    last = score;
  }
}

}  // namespace
}  // namespace kilofold
