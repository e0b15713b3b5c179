// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gp_likelihood.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "cpu/each_isa.hpp"
#include "cpu/isa.hpp"

namespace kilofold::cpu {
namespace {

/// A training set with d features on `levels` values (0 = continuous), and, if wanted, replicate counts.
struct TrainingSet {
  std::int64_t u = 37, d = 3;
  std::vector<double> X, y, count;
  double within = 0;
  std::int64_t n = u;

  explicit TrainingSet(bool collapsed) {
    std::mt19937 random(7);
    const auto number = [&] { return static_cast<double>(random()) / 4294967296.0 * 3 - 1.5; };
    for (std::int64_t i = 0; i < u * d; ++i) X.push_back(number());
    for (std::int64_t i = 0; i < u; ++i)
      y.push_back(std::sin(2 * X[static_cast<std::size_t>(i)]) + 0.3 * X[static_cast<std::size_t>(i + u)] +
                  0.1 * number());
    if (!collapsed) return;
    n = 0;
    for (std::int64_t i = 0; i < u; ++i) {
      count.push_back(static_cast<double>(1 + i % 3));
      n += 1 + i % 3;
    }
    within = 1.7;
  }

  ItemInputs view() const {
    return {.u = u,
            .m = 0,
            .d = d,
            .X = X.data(),
            .ld_X = u,
            .Z = nullptr,
            .ld_Z = 0,
            .y = y.data(),
            .count = count.empty() ? nullptr : count.data(),
            .within = within,
            .centre = 0,
            .scale = 1};
  }
};

struct Case {
  Kernel kernel;
  Mean mean;
  bool per_feature;
  bool collapsed;
};

class LikelihoodGradient : public ::testing::TestWithParam<Case> {};

TEST_P(LikelihoodGradient, IsTheSlopeOfTheValue) {
  const auto [kernel, mean, per_feature, collapsed] = GetParam();
  const TrainingSet set(collapsed);
  Likelihood likelihood;
  const std::int64_t scales = per_feature ? set.d : 1;
  likelihood.begin(set.view(), set.n, 50, kernel, scales, mean);
  std::vector<double> theta(static_cast<std::size_t>(scales), 0.8);
  if (per_feature) theta = {0.6, 1.1, 2.5};
  theta.insert(theta.end(), {0.7, 0.05, 1.3});
  std::vector<double> gradient(theta.size()), ignored(theta.size());
  likelihood.evaluate(theta, gradient);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double h = 1e-4;
    const auto at = [&](double step) {
      std::vector<double> moved = theta;
      moved[i] *= std::exp(step);
      return likelihood.evaluate(moved, ignored);
    };
    // Fourth order: the error is h^4 of the fifth derivative, and 1e-13 of the value over h.
    const double slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    EXPECT_NEAR(gradient[i], slope, 1e-8 * (1 + std::abs(slope))) << i;
  }
}

TEST_P(LikelihoodGradient, HasTheSameBitsOnEveryInstructionSet) {
  const auto [kernel, mean, per_feature, collapsed] = GetParam();
  const TrainingSet set(collapsed);
  const std::int64_t scales = per_feature ? set.d : 1;
  std::vector<double> theta(static_cast<std::size_t>(scales), 0.8);
  theta.insert(theta.end(), {0.7, 0.05, 1.3});
  std::vector<double> first;
  for (const std::string& isa : available_isas()) {
    force_isa(isa);
    Likelihood likelihood;
    likelihood.begin(set.view(), set.n, 50, kernel, scales, mean);
    std::vector<double> answer(theta.size());
    answer.push_back(likelihood.evaluate(theta, std::span(answer).first(theta.size())));
    if (first.empty()) first = answer;
    EXPECT_EQ(answer, first) << isa;
  }
  force_isa("");
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (Kernel kernel : {Kernel::squared_exponential, Kernel::matern32, Kernel::matern52, Kernel::rational_quadratic,
                        Kernel::exponential})
    for (Mean mean : {Mean::zero, Mean::constant, Mean::linear})
      for (bool per_feature : {false, true})
        for (bool collapsed : {false, true}) all.push_back({kernel, mean, per_feature, collapsed});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Kernels, LikelihoodGradient, ::testing::ValuesIn(cases()));

}  // namespace
}  // namespace kilofold::cpu
