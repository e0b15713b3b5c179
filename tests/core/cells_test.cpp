// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "kilofold/core/cells.hpp"

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

TEST(FitStatus, EveryValueHasItsOwnName) {
  std::set<std::string> names;

  for (int value = 0; value <= 8; ++value) names.insert(name(static_cast<FitStatus>(value)));

  EXPECT_EQ(names.size(), 9u);
  EXPECT_STREQ(name(FitStatus::ok), "ok");
  EXPECT_STREQ(name(FitStatus::not_positive_definite), "not_positive_definite");
}

TEST(FitStatus, FailedMeansThatPredictionsAreNaN) {
  EXPECT_TRUE(failed(FitStatus::not_positive_definite));
  EXPECT_TRUE(failed(FitStatus::not_finite));
  EXPECT_FALSE(failed(FitStatus::ok));
  EXPECT_FALSE(failed(FitStatus::rank_deficient));
  EXPECT_FALSE(failed(FitStatus::jittered));
}

TEST(FitStatus, AnUnknownValueIsABug) { EXPECT_THROW(name(static_cast<FitStatus>(99)), Bug); }

}  // namespace
}  // namespace kilofold
