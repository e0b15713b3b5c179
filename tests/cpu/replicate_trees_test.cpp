// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "cpu/each_isa.hpp"
#include "cpu/grown.hpp"

namespace kilofold::test {
namespace {

using ReplicatesOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(ReplicatesOnEachIsa);

/// Replicate sets of training rows, numbered by first appearance.
std::vector<std::int32_t> replicate_sets(const Table& table, const std::vector<std::int32_t>& train) {
  std::map<std::vector<double>, std::int32_t> number;
  std::vector<std::int32_t> set;
  for (const std::int32_t row : train) {
    std::vector<double> x;
    for (std::int64_t j = 0; j < table.X().cols(); ++j) x.push_back(table.X()(row, j));
    set.push_back(number.try_emplace(x, static_cast<std::int32_t>(number.size())).first->second);
  }
  return set;
}

Grown chain(const TableView& view, const RowSetView& rows, const Growth& growth, Boosting method) {
  Grown grown(2 * rows.n_train - 1);
  const double start = 0;
  const BoostArgs args{.table = &view,
                       .n_items = 1,
                       .rows = &rows,
                       .method = method,
                       .random = {&growth.seed, &growth.seed, &growth.seed},
                       .n_estimators = {&n_members, 0},
                       .learning_rate = {&growth.rate, 0},
                       .loss = {&growth.loss, 0},
                       .start = {&start, 0},
                       .resample = {&growth.resample, 0},
                       .max_depth = {&growth.limits.max_depth, 0},
                       .min_samples_split = {&growth.limits.min_samples_split, 0},
                       .min_samples_leaf = {&growth.limits.min_samples_leaf, 0},
                       .tree = grown.batch(),
                       .weight = {grown.weight.data(), 0},
                       .base = {&grown.base, 0},
                       .n_grown = {&grown.n_grown, 0},
                       .status = &grown.status};
  EXPECT_EQ(cpu_backend().boost(&args), 0) << cpu_backend().last_error();
  return grown;
}

/// Grow on every row and on replicate sets; returns how many cases had sets of several rows.
int expect_equal_bits(std::uint32_t seed, bool few) {
  int with_replicates = 0;
  std::mt19937 random(seed);
  for (int round = 0; round < 150; ++round) {
    const auto n = static_cast<std::int32_t>(3 + random() % 90);
    const Table table = repeated_settings(n, random, few);
    const std::vector<Rows> items = {every_kth(n, 3, 1)};
    const TableView view = table.view();
    const RowSetView every_row = views(items)[0];
    const std::vector<std::int32_t> set = replicate_sets(table, items[0].train);
    RowSetView collapsed = every_row;
    collapsed.replicate = set.data();
    collapsed.n_unique = 1 + *std::max_element(set.begin(), set.end());
    with_replicates += collapsed.n_unique < collapsed.n_train ? 1 : 0;
    const Growth growth = random_growth(random);

    EXPECT_EQ(forest(view, collapsed, growth), forest(view, every_row, growth)) << "round " << round;
    for (const Boosting method : {Boosting::adaboost, Boosting::squared})
      EXPECT_EQ(chain(view, collapsed, growth, method), chain(view, every_row, growth, method)) << "round " << round;
  }
  return with_replicates;
}

TEST_P(ReplicatesOnEachIsa, CollapsedGrowTheTreesOfEveryRowBitForBit) { EXPECT_GT(expect_equal_bits(1, false), 100); }

TEST_P(ReplicatesOnEachIsa, CollapsedGrowTheTreesOfEveryRowWhereNothingIsGained) {
  EXPECT_GT(expect_equal_bits(2, true), 100);
}

TEST_P(ReplicatesOnEachIsa, OfEqualMeansAndUnequalTargetsAreStillParted) {
  Matrix<double> X(4, 1);
  X(0, 0) = X(1, 0) = 1;
  X(2, 0) = X(3, 0) = 2;
  const Table table(X, {0, 2, 1, 1});
  const std::vector<Rows> items = {{{0, 1, 2, 3}, {}}};
  const std::vector<std::int32_t> set = {0, 0, 1, 1};
  const TableView view = table.view();
  RowSetView collapsed = views(items)[0];
  collapsed.replicate = set.data();
  collapsed.n_unique = 2;

  const Grown grown = forest(view, collapsed, {});

  EXPECT_EQ(grown.begin[1], 3) << "as scikit-learn splits a node whose targets differ";
}

}  // namespace
}  // namespace kilofold::test
