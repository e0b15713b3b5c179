// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"

#include <gtest/gtest.h>

namespace kilofold::cli {
namespace {

TEST(ReadDuration, TakesUnitsFromLargeToSmall) {
  EXPECT_EQ(read_duration("90"), 90);
  EXPECT_EQ(read_duration("45s"), 45);
  EXPECT_EQ(read_duration("1.5h"), 5400);
  EXPECT_EQ(read_duration("3h55m"), 14100);
  EXPECT_EQ(read_duration("1d2h3m4s"), 93784);
  EXPECT_EQ(read_duration("2m30"), 150);
}

TEST(ReadDuration, TakesSlurmsTimes) {
  EXPECT_EQ(read_duration("00:30:00"), 1800);
  EXPECT_EQ(read_duration("100:00:01"), 360001);
  EXPECT_EQ(read_duration("1-02:03:04"), 93784);
  for (const char* text : {"30:00", "1:60:00", "1-1-00:00:00", ":30:00", "00:30:", "-1-00:00:00", "00:30:00:00"})
    EXPECT_FALSE(read_duration(text)) << text;
}

TEST(ReadDuration, RefusesWhatIsNoTime) {
  for (const char* text : {"", "h", "5x", "-3h", "55m3h", "3h3h", "3 h", "inf", "1e3", "3h55m "})
    EXPECT_FALSE(read_duration(text)) << text;
}

TEST(ReadCount, NamesTheRange) {
  std::int64_t value = 0;
  EXPECT_EQ(read_count("7", 1, 8, value), "");
  EXPECT_EQ(value, 7);
  EXPECT_EQ(read_count("9", 1, 8, value), "expected a whole number from 1 to 8, got '9'");
  EXPECT_NE(read_count("2.5", 1, 8, value), "");
  EXPECT_NE(read_count("99999999999999999999", 1, 8, value), "");
}

TEST(ReadShard, CountsFromZero) {
  Options options;
  EXPECT_EQ(read_shard("0/4", options), "");
  EXPECT_EQ(options.execute.shard_index, 0);
  EXPECT_EQ(options.execute.shard_count, 4);
  EXPECT_NE(read_shard("4/4", options), "");
  EXPECT_NE(read_shard("-1/4", options), "");
  EXPECT_NE(read_shard("1of4", options), "");
}

TEST(ReadRule, NamesTheNearest) {
  Options options;
  EXPECT_EQ(read_rule("depth_prefix", options), "");
  EXPECT_NE(read_rule("depth_prefx", options).find("did you mean 'depth_prefix'?"), std::string::npos);
}

}  // namespace
}  // namespace kilofold::cli
