// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "src/data/csv_number.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kilofold {
namespace {

TEST(ParseNumber, ReadsTheNearestDouble) {
  EXPECT_EQ(parse_number("1.5").value, 1.5);
  EXPECT_EQ(parse_number("+1.5").value, 1.5);
  EXPECT_EQ(parse_number(" \t-2e-3 ").value, -2e-3);
  EXPECT_EQ(parse_number(".5").value, 0.5);
  EXPECT_EQ(parse_number("5.").value, 5.0);
  EXPECT_EQ(parse_number("0.1").value, 0.1);
  EXPECT_EQ(parse_number("9007199254740993").value, 9007199254740992.0);  // 2^53 + 1 ties to even
  EXPECT_EQ(parse_number("1.7976931348623157e308").value, std::numeric_limits<double>::max());
  EXPECT_EQ(parse_number("5e-324").value, std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_number("0e-999").value, 0.0);
}

TEST(ParseNumber, RefusesWhatIsNoDecimalNumber) {
  for (const char* text :
       {"", " ", "abc", "1,5", "1 000", "1_000", "0x10", "1e", "--1", "+-1", "++1", "1.5.2", "12mm", "."}) {
    EXPECT_EQ(parse_number(text).fault, NumberFault::not_a_number) << "'" << text << "'";
  }
}

TEST(ParseNumber, TellsNotFiniteFromOutOfRange) {
  for (const char* text : {"nan", "NaN", "-nan", "inf", "-Infinity", "+inf"}) {
    EXPECT_EQ(parse_number(text).fault, NumberFault::not_finite) << text;
  }
  for (const char* text : {"1e999", "-1e999", "2e308", "1e-999", "-0.1e-400"}) {
    EXPECT_EQ(parse_number(text).fault, NumberFault::out_of_range) << text;
  }
}

}  // namespace
}  // namespace kilofold
