// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "kilofold/spec.hpp"

namespace kilofold {
namespace {

const std::vector<std::string> parameters = {"max_depth", "min_samples_split", "min_samples_leaf"};

TEST(NearestName, ForgivesOneSlip) {
  EXPECT_EQ(nearest_name("max_dept", parameters), "max_depth");
  EXPECT_EQ(nearest_name("max_deptth", parameters), "max_depth");
  EXPECT_EQ(nearest_name("max_debth", parameters), "max_depth");
}

TEST(NearestName, CountsSwappedLettersAsOneSlip) {
  EXPECT_EQ(nearest_name("teh", std::vector<std::string>{"the"}), "the");
  EXPECT_EQ(nearest_name("alhpa", std::vector<std::string>{"alpha"}), "alpha");
}

TEST(NearestName, IgnoresLetterCase) { EXPECT_EQ(nearest_name("MAX_DEPTH", parameters), "max_depth"); }

TEST(NearestName, PrefersTheNearerOfTwo) {
  EXPECT_EQ(nearest_name("min_samples_leef", parameters), "min_samples_leaf");
  EXPECT_EQ(nearest_name("min_samples_splt", parameters), "min_samples_split");
}

TEST(NearestName, SaysNothingWhenNoneIsNear) {
  EXPECT_EQ(nearest_name("gamma", parameters), std::nullopt);
  EXPECT_EQ(nearest_name("cv", std::vector<std::string>{"io"}), std::nullopt);
  EXPECT_EQ(nearest_name("", parameters), std::nullopt);
  EXPECT_EQ(nearest_name("max_depth", std::vector<std::string>{}), std::nullopt);
}

}  // namespace
}  // namespace kilofold
