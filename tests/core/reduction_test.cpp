// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/reduction.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kilofold {
namespace {

TEST(CanonicalSum, DealsTermsToEightChainsAndJoinsThemInATree) {
  // 1e17 swallows a 1 (its ulp is 16), so the result tells which terms met in which order.
  const std::vector<double> x = {1e17, 0, 1, 0, 0, 0, 0, 0, -1e17, 1};

  const double chains = ((1e17 + -1e17) + (0 + 1.0)) + ((1.0 + 0)) + ((0.0 + 0) + (0.0 + 0));

  EXPECT_EQ(canonical_sum(x.data(), std::ssize(x)), chains);
  EXPECT_EQ(chains, 2);
}

TEST(CanonicalSum, OfFewerTermsThanChainsLeavesTheRestZero) {
  const std::vector<double> x = {1, 2, 4};

  EXPECT_EQ(canonical_sum(x.data(), 0), 0);
  EXPECT_EQ(canonical_sum(x.data(), 1), 1);
  EXPECT_EQ(canonical_sum(x.data(), 3), 7);
}

TEST(CanonicalDot, RoundsOnceATerm) {
  // (1 + 2^-30)(1 - 2^-30) = 1 - 2^-60: a rounded product would be 1 and the sum 0.
  const std::vector<double> x = {1, 0, 0, 0, 0, 0, 0, 0, 1 + 0x1p-30};
  const std::vector<double> y = {-1, 0, 0, 0, 0, 0, 0, 0, 1 - 0x1p-30};

  EXPECT_EQ(canonical_dot(x.data(), y.data(), std::ssize(x)), -0x1p-60);
}

}  // namespace
}  // namespace kilofold
