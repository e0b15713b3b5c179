// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/bins.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

using Codes = std::vector<std::int32_t>;
using Values = std::vector<double>;

Values counting(int n) {
  Values x(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = i;
  return x;
}

TEST(Bins, AreTheDistinctValuesWhereThereAreFewEnough) {
  const Values x = {5, -1, 5, 2};

  for (const BinEdges edges : {BinEdges::quantile, BinEdges::equal_width}) {
    const Bins bins = bin_column(x, {3, edges});

    EXPECT_EQ(bins.bin, (Codes{2, 0, 2, 1}));
    EXPECT_EQ(bins.n_bins, 3);
  }
}

TEST(QuantileBins, SplitDistinctValuesEvenly) {
  const Bins bins = bin_column(counting(8), {4, BinEdges::quantile});

  EXPECT_EQ(bins.bin, (Codes{0, 0, 1, 1, 2, 2, 3, 3}));  // quantiles 1.75, 3.5, 5.25
}

TEST(QuantileBins, PutAnEdgeIntoTheBinAboveIt) {
  const Bins bins = bin_column(counting(5), {2, BinEdges::quantile});

  EXPECT_EQ(bins.bin, (Codes{0, 0, 1, 1, 1}));  // the median is 2 itself
}

TEST(QuantileBins, DependOnRanksAlone) {
  Values x, exponential;
  for (int i = 0; i < 131; ++i) {
    x.push_back((i * 37 % 97) / 9.0);
    exponential.push_back(std::exp(x.back()));
  }

  EXPECT_EQ(bin_column(x, {7, BinEdges::quantile}).bin, bin_column(exponential, {7, BinEdges::quantile}).bin);
}

TEST(QuantileBins, MergeWhereOneValueFillsSeveral) {
  const Bins bins = bin_column(Values{1, 2, 2, 2, 2, 2, 2, 3, 4, 5}, {4, BinEdges::quantile});

  // edges, from 0: sorted[3] = 2, sorted[5] = 2, sorted[7] = 3
  EXPECT_EQ(bins.bin, (Codes{0, 1, 1, 1, 1, 1, 1, 2, 2, 2}));
}

TEST(QuantileBins, KeepAColumnOfMostlyZerosApart) {
  Values x(100, 0.0);
  x[3] = 1;
  x[50] = 2;
  x[99] = 3;

  const Bins bins = bin_column(x, {3, BinEdges::quantile});

  EXPECT_EQ(bins.n_bins, 2);
  EXPECT_EQ(bins.bin[0], 0);
  EXPECT_EQ(bins.bin[3], 1);
  EXPECT_EQ(bins.bin[99], 1);
}

TEST(EqualWidthBins, CloseTheLastIntervalAndDropEmptyOnes) {
  const Bins bins = bin_column(Values{0, 1, 2.5, 9, 9.5, 10}, {4, BinEdges::equal_width});

  EXPECT_EQ(bins.bin, (Codes{0, 0, 1, 2, 2, 2}));  // [0, 2.5), [2.5, 5), [7.5, 10]; nothing in [5, 7.5)
  EXPECT_EQ(bins.n_bins, 3);
}

TEST(EqualWidthBins, SurviveARangeBeyondTheLargestDouble) {
  const Bins bins = bin_column(Values{-1.7e308, -1, 1, 1.7e308}, {2, BinEdges::equal_width});

  EXPECT_EQ(bins.n_bins, 2);
  EXPECT_EQ(bins.bin.front(), 0);
  EXPECT_EQ(bins.bin.back(), 1);
}

TEST(Bins, OfAConstantColumnAreOne) {
  EXPECT_EQ(bin_column(Values{3, 3, 3}, {}).n_bins, 1);
  EXPECT_EQ(bin_column(Values{-0.0, 0.0}, {}).n_bins, 1);
}

TEST(Bins, AreAtLeastTwoToAskFor) { EXPECT_THROW(bin_column(Values{1, 2}, {1, BinEdges::quantile}), Bug); }

TEST(RowsByBin, ListRowsInOrderOfBinThenIndex) {
  const RowsByBin rows(Bins{{2, 0, 2, 1, 0}, 3});

  EXPECT_EQ(rows.row, (Codes{1, 4, 3, 0, 2}));
  EXPECT_EQ(rows.begin, (std::vector<std::int64_t>{0, 2, 3, 5}));
  EXPECT_EQ(rows.of(1).size(), 1u);
  EXPECT_EQ(rows.of(1)[0], 3);
}

}  // namespace
}  // namespace kilofold
