// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/data.hpp"

namespace kilofold {
namespace {

Matrix<double> matrix(const std::vector<std::vector<double>>& columns) {
  Matrix<double> X(std::ssize(columns.front()), std::ssize(columns));
  for (std::int64_t j = 0; j < X.cols(); ++j) {
    for (std::int64_t i = 0; i < X.rows(); ++i) X(i, j) = columns[j][i];
  }
  return X;
}

TEST(RankCodes, NumberDistinctValuesInAscendingOrder) {
  const RankCodes codes = rank_codes(matrix({{3, -1, 3, 2.5}, {7, 7, 7, 7}}));

  EXPECT_EQ(codes.level, (std::vector<double>{-1, 2.5, 3, 7}));
  EXPECT_EQ(codes.level_begin, (std::vector<std::int64_t>{0, 3, 4}));
  const std::vector<std::int32_t> first(codes.code.data(), codes.code.data() + 4);
  const std::vector<std::int32_t> second(codes.code.data() + 4, codes.code.data() + 8);
  EXPECT_EQ(first, (std::vector<std::int32_t>{2, 0, 2, 1}));
  EXPECT_EQ(second, (std::vector<std::int32_t>{0, 0, 0, 0}));
}

TEST(RankCodes, LeadBackToEveryValue) {
  std::vector<double> column;
  for (int i = 0; i < 131; ++i) column.push_back((i * 37 % 50) / 7.0 - 3);

  const RankCodes codes = rank_codes(matrix({column}));

  for (std::int64_t i = 0; i < 131; ++i) EXPECT_EQ(codes.level[codes.code(i, 0)], column[i]);
  EXPECT_EQ(codes.level.size(), 50u);
}

TEST(RankCodes, TakeBothZerosForOneValueAndNeighboursForTwo) {
  const double next = std::nextafter(1.0, 2.0);

  const RankCodes codes = rank_codes(matrix({{-0.0, 0.0, 1.0, next}}));

  EXPECT_EQ(codes.code(0, 0), codes.code(1, 0));
  EXPECT_EQ(codes.code(3, 0), codes.code(2, 0) + 1);
}

TEST(EqualRows, AreNumberedByFirstAppearance) {
  const std::vector<std::int32_t> set = equal_rows(matrix({{3, 1, 3, -0.0, 0.0}, {2, 2, 2, 5, 5}}));

  EXPECT_EQ(set, (std::vector<std::int32_t>{0, 1, 0, 2, 2}));
}

TEST(RankCodes, RefuseNaN) { EXPECT_THROW(rank_codes(matrix({{1, std::numeric_limits<double>::quiet_NaN()}})), Bug); }

}  // namespace
}  // namespace kilofold
