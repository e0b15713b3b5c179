// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/random.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace kilofold {
namespace {

std::vector<std::int32_t> count_up(std::int32_t n) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

// Expected values of this file: numpy.random.RandomState, NumPy 2.4.6.
TEST(NumpyRandom, ShufflesAsRandomStateDoes) {
  std::vector<std::int32_t> values = count_up(10);
  NumpyRandom(42).shuffle(values);
  EXPECT_EQ(values, (std::vector<std::int32_t>{8, 1, 5, 0, 7, 2, 9, 4, 3, 6}));

  values = count_up(10);
  NumpyRandom(4294967295).shuffle(values);
  EXPECT_EQ(values, (std::vector<std::int32_t>{6, 9, 5, 1, 8, 0, 7, 4, 2, 3}));
}

TEST(NumpyRandom, DrawsNothingWhereNothingIsToChoose) {
  NumpyRandom random(0);
  std::vector<std::int32_t> nothing;
  std::vector<std::int32_t> one = {5};
  std::vector<std::int32_t> eight = count_up(8);

  random.shuffle(nothing);
  random.shuffle(one);
  EXPECT_EQ(random.interval(0), 0u);
  random.shuffle(eight);

  EXPECT_EQ(one.front(), 5);
  EXPECT_EQ(eight, (std::vector<std::int32_t>{6, 2, 1, 7, 3, 0, 5, 4}));
}

TEST(NumpyRandom, IntervalOverAllBitsIsTheRawStream) {
  NumpyRandom random(7);

  EXPECT_EQ(random.interval(0xFFFFFFFF), 327741615u);
  EXPECT_EQ(random.interval(0xFFFFFFFF), 976413892u);
  EXPECT_EQ(random.interval(0xFFFFFFFF), 3349725721u);
}

TEST(NumpyRandom, IntervalReachesBothEndsAndNothingBeyond) {
  NumpyRandom random(1);
  std::vector<int> seen(6, 0);

  for (int i = 0; i < 600; ++i) ++seen.at(random.interval(5));

  // 100 expected each, sd 9.1: 5 sd either side.
  for (const int count : seen) EXPECT_NEAR(count, 100, 46);
}

}  // namespace
}  // namespace kilofold
