// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kilofold {
namespace {

TEST(SplitCharacters, KeepsMultibyteCharactersWholeAndBrokenBytesAlone) {
  const std::vector<std::string_view> characters = split_characters("aµ€😀\xC3(");

  EXPECT_EQ(characters, (std::vector<std::string_view>{"a", "µ", "€", "😀", "\xC3", "("}));
}

TEST(IsUtf8, RefusesOverlongFormsSurrogatesAndCutCharacters) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("größe µm €"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("a\xE2\x82"));
  EXPECT_FALSE(
      is_utf8("gr\xF6\xDF"
              "e"));
}

TEST(Grouped, SetsACommaAtEveryThousand) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(ClosestName, ForgivesASlipInAThirdOfTheCharacters) {
  const std::vector<std::string> names = {"viscosity", "mass_loading", "CG"};

  EXPECT_EQ(closest_name("viscocity", names), "viscosity");
  EXPECT_EQ(closest_name("Viscosity", names), "viscosity");
  EXPECT_EQ(closest_name("mass loading", names), "mass_loading");
  EXPECT_EQ(closest_name("ms_laoding", names), "mass_loading");
  EXPECT_EQ(closest_name("GC", names), "CG");
  EXPECT_EQ(closest_name("temperature", names), std::nullopt);
  EXPECT_EQ(closest_name("", names), std::nullopt);
}

TEST(ClosestName, PrefersTheNearestThenTheFirst) {
  EXPECT_EQ(closest_name("abc", std::vector<std::string>{"abd", "ab", "abc "}), "abd");
  EXPECT_EQ(closest_name("abcdef", std::vector<std::string>{"abcxyf", "abcdxf"}), "abcdxf");
}

}  // namespace
}  // namespace kilofold
