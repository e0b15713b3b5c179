// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/data.hpp"

namespace kilofold {
namespace {

constexpr std::size_t digest_digits = 16;

/// One row of group_kfold_frozen.csv, which make_group_kfold_frozen.py writes with scikit-learn.
struct FrozenSplit {
  std::string splitter, kind, seed, hash, digits;
  std::int64_t n = 0, m = 0;
  std::int32_t k = 0;
};

std::vector<FrozenSplit> frozen_splits() {
  std::ifstream file(KILOFOLD_SOURCE_DIR "/tests/data/group_kfold_frozen.csv");
  std::vector<FrozenSplit> splits;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    const auto field = [&] {
      std::string text;
      std::getline(fields, text, ',');
      return text;
    };
    FrozenSplit& split = splits.emplace_back();
    split.splitter = field();
    split.kind = field();
    split.n = std::stoll(field());
    split.m = std::stoll(field());
    split.k = std::stoi(field());
    split.seed = field();
    split.hash = field();
    split.digits = field();
  }
  return splits;
}

std::string fnv1a(const std::vector<std::int32_t>& values) {
  std::uint64_t digest = 0xCBF29CE484222325;
  for (const std::int32_t value : values) digest = (digest ^ static_cast<std::uint64_t>(value)) * 0x100000001B3;
  char hex[digest_digits + 1];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(digest));
  return hex;
}

/// A table of n rows whose groups have these names, coded by first appearance as the reader does.
Dataset table(const std::vector<std::string>& names) {
  Dataset data;
  data.X = Matrix<double>(std::ssize(names), 1);
  std::map<std::string, std::int32_t> code;
  for (const std::string& name : names) {
    const auto [entry, added] = code.try_emplace(name, static_cast<std::int32_t>(data.group_name.size()));
    if (added) data.group_name.push_back(name);
    data.group.push_back(entry->second);
  }
  return data;
}

Dataset frozen_table(const FrozenSplit& frozen) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < frozen.n; ++i) {
    const std::int64_t g = (7 * i * i + 3 * i) % frozen.m;
    char fraction[32];
    std::snprintf(fraction, sizeof fraction, "%.2f", static_cast<double>(g) / 4);
    names.push_back(frozen.kind == "number" ? std::to_string(g)
                    : frozen.kind == "text" ? "g" + std::to_string(g)
                                            : std::string(fraction));
  }
  return table(names);
}

TEST(Split, EqualsScikitLearnForEverySplitterAnd40FrozenSeeds) {
  const std::vector<FrozenSplit> frozen = frozen_splits();
  ASSERT_EQ(frozen.size(), 619u);

  for (const FrozenSplit& expected : frozen) {
    Splitting splitting{Splitter::kfold, !expected.seed.empty()};
    if (expected.splitter == "group_kfold") splitting.splitter = Splitter::group_kfold;
    if (expected.splitter == "leave_one_out") splitting.splitter = Splitter::leave_one_out;
    const std::int64_t seed = expected.seed.empty() ? 0 : std::stoll(expected.seed);

    const Split found = split(frozen_table(expected), splitting, expected.k, seed);

    ASSERT_EQ(fnv1a(found.fold), expected.hash)
        << expected.splitter << ", " << expected.kind << ", n " << expected.n << ", seed " << expected.seed;
    if (expected.digits.empty()) continue;
    std::string digits;
    for (const std::int32_t fold : found.fold) digits += static_cast<char>('0' + fold);
    EXPECT_EQ(digits, expected.digits);
  }
}

TEST(Split, NeverPartsAGroup) {
  const Dataset data = table({"b", "a", "b", "c", "a", "d", "c", "b"});
  for (const bool shuffle : {false, true}) {
    const Split found = split(data, {Splitter::group_kfold, shuffle}, 3, 7);
    for (std::size_t i = 0; i < data.group.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_TRUE(data.group[i] != data.group[j] || found.fold[i] == found.fold[j]) << i << " and " << j;
  }
}

TEST(Split, OfAFileNumbersItsIdsInTheirSortedOrder) {
  Dataset data = table({"x", "x", "x", "x"});
  data.fold = {0, 1, 2, 0};
  data.fold_name = {"10", "9", "-1"};
  EXPECT_EQ(split(data, {Splitter::file, true}, 3, 0).fold, (std::vector<std::int32_t>{2, 1, 0, 2}));
  data.fold_name = {"10", "9", "x"};
  EXPECT_EQ(split(data, {Splitter::file, true}, 3, 0).fold, (std::vector<std::int32_t>{0, 1, 2, 0})) << "as text";
}

TEST(Split, OfAFileNumbersIdsThatComeInARotatedOrder) {
  Dataset data;
  data.X = Matrix<double>(4, 1);
  data.y = {0, 0, 0, 0};
  data.fold = {0, 1, 2, 0};
  data.fold_name = {"c", "a", "b"};

  EXPECT_EQ(split(data, {Splitter::file, true}, 3, 0).fold, (std::vector<std::int32_t>{2, 0, 1, 2}));
}

TEST(Split, KnowsTheMostFoldsOfATable) {
  Dataset data = table({"a", "b", "a", "c"});
  data.fold_name = {"0", "1"};
  EXPECT_EQ(fold_limit(data, Splitter::kfold), 4);
  EXPECT_EQ(fold_limit(data, Splitter::group_kfold), 3);
  EXPECT_EQ(fold_limit(data, Splitter::leave_one_out), 4);
  EXPECT_EQ(fold_limit(data, Splitter::file), 2);
  EXPECT_THROW(split(data, {Splitter::group_kfold, true}, 4, 0), Bug);
}

TEST(InnerFolds, SplitTheRowsOfATrainingSetAsTheyStandThere) {
  const Dataset data = table({"a", "b", "c", "a", "b", "c", "d", "e"});
  const std::vector<std::int32_t> rows = {1, 2, 4, 5, 6, 7};
  const std::vector<RowSet> sets = inner_row_sets(data, {Splitter::leave_one_out, true}, rows, 3, 9);
  const Split expected = kfold(6, 3, 9);

  ASSERT_EQ(sets.size(), 3U);
  for (std::int32_t fold = 0; fold < 3; ++fold) {
    RowSet named = row_set(expected, fold);
    for (std::int32_t& row : named.train) row = rows[static_cast<std::size_t>(row)];
    for (std::int32_t& row : named.held_out) row = rows[static_cast<std::size_t>(row)];
    EXPECT_EQ(sets[static_cast<std::size_t>(fold)].train, named.train);
    EXPECT_EQ(sets[static_cast<std::size_t>(fold)].held_out, named.held_out);
  }
}

TEST(InnerFolds, NeverPartAGroup) {
  const Dataset data = table({"a", "b", "c", "a", "b", "c", "d", "d"});
  const std::vector<std::int32_t> rows = {1, 2, 4, 5, 6, 7};  // b, c and d, twice each
  EXPECT_EQ(inner_fold_limit(data, Splitter::group_kfold, rows), 3);
  EXPECT_EQ(inner_fold_limit(data, Splitter::kfold, rows), 6);

  for (const RowSet& set : inner_row_sets(data, {Splitter::group_kfold, true}, rows, 3, 9)) {
    ASSERT_EQ(set.held_out.size(), 2U);
    EXPECT_EQ(data.group[static_cast<std::size_t>(set.held_out[0])],
              data.group[static_cast<std::size_t>(set.held_out[1])]);
    EXPECT_EQ(set.train.size(), 4U);
  }
}

TEST(RowSetNames, AreReadBackFromTheirNumbers) {
  for (const std::int32_t fold : {0, 3, RowSetName::most_folds})
    for (const std::int32_t inner_folds : {2, 5, RowSetName::most_inner_folds}) {
      const RowSetName name = RowSetName::of(RowSetName{fold, inner_folds, inner_folds - 1}.number());
      EXPECT_EQ(name.fold, fold);
      EXPECT_EQ(name.inner_folds, inner_folds);
      EXPECT_EQ(name.inner_fold, inner_folds - 1);
    }
  EXPECT_EQ(RowSetName::of(100000).fold, 100000) << "of leave-one-out";
}

}  // namespace
}  // namespace kilofold
