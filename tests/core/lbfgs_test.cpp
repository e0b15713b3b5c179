// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/lbfgs.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace kilofold {
namespace {

using Objective = double (*)(std::span<const double> x, std::span<double> gradient);

Minimum minimise(Objective objective, std::vector<double> start, Box box, double tolerance, std::int32_t most) {
  Lbfgs search(std::move(start), std::move(box), tolerance, most);
  while (!search.done()) {
    std::vector<double> gradient(search.asked().size());
    const double value = objective(search.asked(), gradient);
    search.tell(value, gradient);
  }
  return search.minimum();
}

double rosenbrock(std::span<const double> x, std::span<double> gradient) {
  const double slope = x[1] - x[0] * x[0];
  gradient[0] = -400 * x[0] * slope - 2 * (1 - x[0]);
  gradient[1] = 200 * slope;
  return 100 * slope * slope + (1 - x[0]) * (1 - x[0]);
}

TEST(Lbfgs, FindsTheBottomOfRosenbrocksValley) {
  const Minimum minimum = minimise(rosenbrock, {-1.2, 1}, {{-5, -5}, {5, 5}}, 1e-8, 200);
  EXPECT_TRUE(minimum.converged);
  EXPECT_NEAR(minimum.x[0], 1, 1e-7);  // the Hessian's smallest eigenvalue there is 0.4
  EXPECT_NEAR(minimum.x[1], 1, 2e-7);
  EXPECT_LE(minimum.gradient_norm, 1e-8);
}

TEST(Lbfgs, StopsAtTheBoundThatHoldsTheMinimum) {
  const Minimum minimum = minimise(rosenbrock, {-1.2, 1}, {{-5, -5}, {0.5, 5}}, 1e-8, 200);
  EXPECT_TRUE(minimum.converged);
  EXPECT_EQ(minimum.x[0], 0.5);
  EXPECT_NEAR(minimum.x[1], 0.25, 1e-9);
}

TEST(Lbfgs, ClipsAStartOutsideTheBox) {
  const Minimum minimum = minimise(rosenbrock, {40, -40}, {{-2, -2}, {2, 2}}, 1e-8, 500);
  EXPECT_NEAR(minimum.x[0], 1, 1e-7);
}

TEST(Lbfgs, BacksAwayFromWhereTheFunctionIsUndefined) {
  const auto barrier = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 1 - 0.01 / x[0];
    return x[0] > 0 ? x[0] - 0.01 * std::log(x[0]) : std::nan("");
  };
  const Minimum minimum = minimise(barrier, {3}, {{-10}, {10}}, 1e-9, 200);
  EXPECT_NEAR(minimum.x[0], 0.01, 1e-9);
}

TEST(Lbfgs, SaysSoWhereTheStartIsUndefined) {
  const auto nowhere = [](std::span<const double>, std::span<double>) { return std::nan(""); };
  const Minimum minimum = minimise(nowhere, {0}, {{-1}, {1}}, 1e-8, 10);
  EXPECT_TRUE(std::isnan(minimum.value));
  EXPECT_FALSE(minimum.converged);
}

TEST(Lbfgs, SaysSoWhenItRunsOutOfSteps) {
  EXPECT_FALSE(minimise(rosenbrock, {-1.2, 1}, {{-5, -5}, {5, 5}}, 1e-8, 3).converged);
}

}  // namespace
}  // namespace kilofold
