// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/data.hpp"

namespace kilofold {
namespace {

/// One row of kfold_frozen.csv, which make_kfold_frozen.py writes with scikit-learn.
struct FrozenSplit {
  std::int64_t n = 0, seed = 0;
  std::int32_t n_folds = 0;
  std::string hash;    ///< FNV-1a over one byte a sample, in hex
  std::string digits;  ///< the fold of each sample; empty for most
};

std::vector<FrozenSplit> frozen_splits() {
  std::ifstream file(KILOFOLD_SOURCE_DIR "/tests/data/kfold_frozen.csv");
  std::vector<FrozenSplit> splits;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    FrozenSplit& split = splits.emplace_back();
    fields >> split.n >> split.n_folds >> split.seed >> split.hash >> split.digits;
  }
  return splits;
}

std::string fnv1a(const std::vector<std::int32_t>& values) {
  std::uint64_t digest = 0xCBF29CE484222325;
  for (const std::int32_t value : values) digest = (digest ^ static_cast<std::uint64_t>(value)) * 0x100000001B3;
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(digest));
  return hex;
}

TEST(KFold, EqualsScikitLearnFor100FrozenSeeds) {
  const std::vector<FrozenSplit> frozen = frozen_splits();
  ASSERT_EQ(frozen.size(), 503u);

  for (const FrozenSplit& expected : frozen) {
    const Split split = kfold(expected.n, expected.n_folds, expected.seed);

    ASSERT_EQ(fnv1a(split.fold), expected.hash) << "n " << expected.n << ", seed " << expected.seed;
    if (expected.digits.empty()) continue;
    std::string digits;
    for (const std::int32_t fold : split.fold) digits += static_cast<char>('0' + fold);
    EXPECT_EQ(digits, expected.digits) << "n " << expected.n;
  }
}

TEST(KFold, GivesTheFirstFoldsTheOddSamples) {
  const Split split = kfold(144, 5, 3);

  std::vector<std::int64_t> sizes;
  for (std::int32_t fold = 0; fold < 5; ++fold) sizes.push_back(std::count(split.fold.begin(), split.fold.end(), fold));

  EXPECT_EQ(sizes, (std::vector<std::int64_t>{29, 29, 29, 29, 28}));
}

TEST(KFold, RemembersHowItWasMade) {
  const Split split = kfold(5, 2, 4294967295);

  EXPECT_EQ(split.n_folds, 2);
  EXPECT_EQ(split.seed, 4294967295);
}

TEST(KFold, RefusesImpossibleShapesAndSeeds) {
  EXPECT_THROW(kfold(5, 1, 0), Bug);
  EXPECT_THROW(kfold(5, 6, 0), Bug);
  EXPECT_THROW(kfold(5, 2, -1), Bug);
  EXPECT_THROW(kfold(5, 2, 4294967296), Bug);
}

TEST(RowSet, PartsTheSamplesInAscendingOrder) {
  const Split split{2, 0, {1, 0, 0, 1, 0}};

  const RowSet rows = row_set(split, 1);

  EXPECT_EQ(rows.held_out, (std::vector<std::int32_t>{0, 3}));
  EXPECT_EQ(rows.train, (std::vector<std::int32_t>{1, 2, 4}));
  EXPECT_THROW(row_set(split, 2), Bug);
}

}  // namespace
}  // namespace kilofold
