// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace kilofold::report {
namespace {

TEST(Spread, IsTheMeanAndTheSampleStandardDeviation) {
  const Spread value = spread(std::vector{1.0, 2.0, 6.0});

  EXPECT_EQ(value.mean, 3);
  EXPECT_EQ(value.sd, std::sqrt(7.0));
}

TEST(Spread, OfOneValueHasNoStandardDeviation) {
  EXPECT_EQ(spread(std::vector{4.0}).mean, 4);
  EXPECT_TRUE(std::isnan(spread(std::vector{4.0}).sd));
}

TEST(Significant, AvoidsExponentsWhileReadable) {
  EXPECT_EQ(significant(1.08912), "1.089");
  EXPECT_EQ(significant(0.0123456), "0.01235");
  EXPECT_EQ(significant(12345.6), "12346");
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(1.5e-9), "1.500e-09");
  EXPECT_EQ(significant(-2.5e8), "-2.500e+08");
  EXPECT_EQ(significant(NAN), no_number);
}

TEST(ParameterValue, HidesTheNoiseOfGenerators) {
  EXPECT_EQ(parameter_value(0.1 + 0.2), "0.3");
  EXPECT_EQ(parameter_value(12), "12");
  EXPECT_EQ(parameter_value(1e-4), "0.0001");
}

TEST(Count, SeparatesThousandsAndKnowsOneFromMany) {
  EXPECT_EQ(count(999), "999");
  EXPECT_EQ(count(1000), "1,000");
  EXPECT_EQ(count(131500), "131,500");
  EXPECT_EQ(count(-1000), "-1,000");
  EXPECT_EQ(count(1, "trial"), "1 trial");
  EXPECT_EQ(count(2630, "trial"), "2,630 trials");
}

TEST(Decimals, ShowTwoDigitsOfTheMedianSpread) {
  const std::vector<Spread> column = {{3.31, 0.091}, {1.07, 0.045}, {1.5, 0.07}};

  EXPECT_EQ(decimals(column), 3);
  EXPECT_EQ(format(column[0], decimals(column)), "3.310 ± 0.091");
}

TEST(Decimals, ShowFourDigitsWithoutASpread) {
  const std::vector<Spread> column = {{1.08912, NAN}, {NAN, NAN}};

  EXPECT_EQ(format(column[0], decimals(column)), "1.089");
  EXPECT_EQ(format(column[1], decimals(column)), no_number);
}

TEST(Decimals, StopAtSixDigitsOfTheMean) {
  const std::vector<Spread> column = {{1.25, 1e-15}};

  EXPECT_EQ(format(column[0], decimals(column)), "1.25000 ± 1e-15");
}

TEST(Decimals, GiveWayToAnExponentForTinyAndHugeNumbers) {
  const std::vector<Spread> tiny = {{1.5e-9, 2e-10}};
  const std::vector<Spread> huge = {{1.5e9, 2e8}};

  EXPECT_EQ(format(tiny[0], decimals(tiny)), "1.500e-09 ± 2.000e-10");
  EXPECT_EQ(format(huge[0], decimals(huge)), "1.500e+09 ± 2.000e+08");
}

}  // namespace
}  // namespace kilofold::report
