// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "cpu/each_isa.hpp"
#include "cpu/study.hpp"

namespace kilofold::test {
namespace {

using ReplicatesOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(ReplicatesOnEachIsa);

/// Rows of few distinct settings. With `few` targets, many splits gain nothing and many tie.
Table repeated_settings(std::int32_t n, std::mt19937& random, bool few) {
  const std::int64_t d = 1 + static_cast<std::int64_t>(random() % 4);
  const unsigned levels = 1 + random() % 4;
  Matrix<double> X(n, d);
  std::vector<double> y;
  for (std::int32_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < d; ++j) X(i, j) = static_cast<double>(random() % levels) / 3;
    y.push_back(few ? static_cast<double>(random() % 3) : static_cast<double>(random()) * 0x1p-20);
  }
  return {std::move(X), std::move(y)};
}

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

/// Several members with their gains, votes and base value.
struct Grown {
  static constexpr std::int64_t members = 4;
  explicit Grown(std::int64_t nodes)
      : capacity(members * nodes),
        begin(members + 1),
        feature(static_cast<std::size_t>(capacity)),
        cut(feature),
        left(feature),
        mean(feature.size()),
        gain(mean),
        weight(members) {}
  TreeBatch batch() {
    return {capacity,        members,          {begin.data(), 0}, {feature.data(), 0},
            {cut.data(), 0}, {left.data(), 0}, {mean.data(), 0},  {gain.data(), 0}};
  }
  bool operator==(const Grown&) const = default;

  std::int64_t capacity;
  std::vector<std::int32_t> begin, feature, cut, left;
  std::vector<double> mean, gain, weight;
  double base = 0;
  std::int32_t n_grown = 0, status = -1;
};

struct Growth {
  TreeLimits limits;
  double max_features = infinite;
  Sampling sampling = Sampling::all_rows;
  double loss = 0, rate = 1, resample = 0;
  std::uint32_t seed = 0;
};

Growth random_growth(std::mt19937& random) {
  Growth growth;
  if (random() % 2 == 0) growth.limits.max_depth = 1 + static_cast<double>(random() % 6);
  growth.limits.min_samples_leaf = 1 + static_cast<double>(random() % 3);
  growth.limits.min_samples_split = 2 + static_cast<double>(random() % 4);
  if (random() % 2 == 0) growth.max_features = 1 + static_cast<double>(random() % 2);
  if (random() % 2 == 0) growth.sampling = Sampling::bootstrap;
  growth.loss = static_cast<double>(random() % 3);
  growth.rate = random() % 2 == 0 ? 0.5 : 1;
  growth.resample = static_cast<double>(random() % 2);
  growth.seed = static_cast<std::uint32_t>(random());
  return growth;
}

constexpr double n_members = Grown::members;

Grown forest(const TableView& view, const RowSetView& rows, const Growth& growth) {
  Grown grown(2 * rows.n_train - 1);
  const GrowTreesArgs args{.table = &view,
                           .n_items = 1,
                           .rows = &rows,
                           .sampling = growth.sampling,
                           .random = {&growth.seed, &growth.seed, &growth.seed},
                           .n_estimators = {&n_members, 0},
                           .max_depth = {&growth.limits.max_depth, 0},
                           .min_samples_split = {&growth.limits.min_samples_split, 0},
                           .min_samples_leaf = {&growth.limits.min_samples_leaf, 0},
                           .max_features = {&growth.max_features, 0},
                           .tree = grown.batch(),
                           .status = &grown.status};
  EXPECT_EQ(cpu_backend().grow_trees(&args), 0) << cpu_backend().last_error();
  return grown;
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
