// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cpu/each_isa.hpp"
#include "cpu/study.hpp"
#include "reference/reference_tree.hpp"

namespace kilofold::test {
namespace {

using TreesOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(TreesOnEachIsa);

/// A mean takes three roundings (sum, division, centre), the reference's one; none exceeds half an ulp of max |y| +
/// range.
double mean_tolerance(const std::vector<double>& y) {
  const auto [lowest, highest] = std::minmax_element(y.begin(), y.end());
  const double largest = std::max(std::fabs(*lowest), std::fabs(*highest));
  return 4 * 0x1p-53 * (largest + (*highest - *lowest));
}

/// One feature, rows 0 .. n-1 train, the rest held out.
Table column(std::vector<double> x, std::vector<double> y) {
  const auto n = static_cast<std::int64_t>(x.size());
  y.resize(x.size(), 0.0);
  Matrix<double> X(n, 1);
  std::copy(x.begin(), x.end(), X.data());
  return {std::move(X), std::move(y)};
}

Rows first_train(std::int32_t n_train, std::int32_t n) {
  Rows rows;
  for (std::int32_t i = 0; i < n; ++i) (i < n_train ? rows.train : rows.held_out).push_back(i);
  return rows;
}

std::vector<double> reference(const Table& table, const Rows& rows, const TreeLimits& limits) {
  return reference_tree(table.X().view(), table.y(), rows.train, rows.held_out,
                        {limits.max_depth, static_cast<std::int64_t>(limits.min_samples_split),
                         static_cast<std::int64_t>(limits.min_samples_leaf)});
}

void expect_equals_reference(const Table& table, const Rows& rows, const TreeLimits& limits) {
  const std::vector<double> ours = tree_predictions(table, rows, limits), plain = reference(table, rows, limits);
  ASSERT_EQ(ours.size(), plain.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_NEAR(ours[i], plain[i], mean_tolerance(table.y())) << "row " << i;
}

TEST_P(TreesOnEachIsa, SplitWhereTheErrorFallsMost) {
  const Table table = column({1, 2, 3, 4, 2.4, 2.6}, {0, 0, 10, 12});

  const Trees trees = grow(table, {first_train(4, 6)}, {1});

  EXPECT_EQ(trees.count(0), 3);
  EXPECT_EQ(trees.feature[0], 0);
  EXPECT_EQ(trees.left[0], 1);
  // values 1 2 2.4 2.6 3 4: the midpoint 2.5 admits codes 0 .. 2
  EXPECT_EQ(trees.cut[0], 2);
  EXPECT_EQ(std::vector<double>(trees.mean.begin(), trees.mean.begin() + 3), (std::vector<double>{5.5, 0, 11}));
}

TEST_P(TreesOnEachIsa, NumberNodesBreadthFirst) {
  const Table table = column({1, 2, 3, 4, 9}, {0, 1, 10, 12});

  const Trees trees = grow(table, {first_train(4, 5)}, {});

  EXPECT_EQ(trees.count(0), 7);
  EXPECT_EQ(std::vector<double>(trees.mean.begin(), trees.mean.begin() + 7),
            (std::vector<double>{5.75, 0.5, 11, 0, 1, 10, 12}));
  EXPECT_EQ(std::vector<int>(trees.left.begin(), trees.left.begin() + 7), (std::vector<int>{1, 3, 5, -1, -1, -1, -1}));
}

TEST_P(TreesOnEachIsa, TieGoesToTheLowestThreshold) {
  const Table table = column({1, 2, 3, 1.4, 1.6}, {0, 1, 0});

  EXPECT_EQ(tree_predictions(table, first_train(3, 5), {1}), (std::vector<double>{0, 0.5}));
}

TEST_P(TreesOnEachIsa, TieGoesToTheLowestFeatureEvenWhenItRunsBackwards) {
  for (const std::int32_t n : {2, 3, 5, 8, 9, 17, 37}) {
    const Table one = random_table(n + 1, {0}, 7);
    Matrix<double> X(n + 1, 3);
    for (std::int64_t i = 0; i <= n; ++i) {
      X(i, 0) = -one.X()(i, 0);
      X(i, 1) = X(i, 2) = one.X()(i, 0);
    }
    const Table table(X, one.y());

    const Trees trees = grow(table, {first_train(n, n + 1)}, {});

    for (std::int32_t k = 0; k < trees.count(0); ++k) EXPECT_LE(trees.feature[static_cast<std::size_t>(k)], 0);
  }
}

TEST_P(TreesOnEachIsa, ConstantTargetIsOneLeafWithItsValue) {
  for (const double y : {0.1, -3.0, 1e300, 0.0}) {
    const Table table = column({1, 2, 3, 4}, {y, y, y, 7});

    EXPECT_EQ(grow(table, {first_train(3, 4)}, {}).count(0), 1);
    EXPECT_EQ(tree_predictions(table, first_train(3, 4), {}), std::vector<double>{y});
  }
}

TEST_P(TreesOnEachIsa, SplitsWithoutGainWhereOnlyDeeperSplitsGain) {
  Matrix<double> X(5, 2);
  const double x0[] = {0, 0, 1, 1, 0}, x1[] = {0, 1, 0, 1, 0};
  std::copy(x0, x0 + 5, X.view().col(0));
  std::copy(x1, x1 + 5, X.view().col(1));
  const Table exclusive_or(X, {1, 2, 2, 1, 0});

  const Trees trees = grow(exclusive_or, {first_train(4, 5)}, {});

  EXPECT_EQ(trees.count(0), 7) << "two levels tell the four rows apart";
  EXPECT_EQ(trees.feature[0], 0) << "the lowest feature at no gain";
  EXPECT_EQ(grow(exclusive_or, {first_train(4, 5)}, {infinite, 2, 3}).count(0), 1);
}

TEST_P(TreesOnEachIsa, ConstantFeatureIsNeverChosen) {
  Matrix<double> X(6, 2, 1.0);
  for (std::int64_t i = 0; i < 6; ++i) X(i, 1) = static_cast<double>(i);
  const Table table(X, {3, 1, 4, 1, 5, 9});

  const Trees trees = grow(table, {first_train(5, 6)}, {});

  for (std::int32_t k = 0; k < trees.count(0); ++k) EXPECT_NE(trees.feature[static_cast<std::size_t>(k)], 0);
}

TEST_P(TreesOnEachIsa, MidpointAdmitsUnseenValuesBelowIt) {
  const Table table = column({0, 10, 3, 5, 6}, {1, 2});

  EXPECT_EQ(tree_predictions(table, first_train(2, 5), {}), (std::vector<double>{1, 1, 2}));
}

TEST_P(TreesOnEachIsa, MidpointThatRoundsToTheUpperValueBecomesTheLower) {
  const double a = std::nextafter(1.0, 2.0), b = std::nextafter(a, 2.0);
  ASSERT_EQ(a / 2 + b / 2, b);
  const Table table = column({a, b, b}, {1, 2});

  EXPECT_EQ(tree_predictions(table, first_train(2, 3), {}), std::vector<double>{2});
}

TEST_P(TreesOnEachIsa, RowsWithEqualFeaturesStayTogether) {
  const Table table = column({1, 1, 2, 2, 1, 2}, {0, 2, 5, 9});

  EXPECT_EQ(tree_predictions(table, first_train(4, 6), {}), (std::vector<double>{1, 7}));
}

TEST_P(TreesOnEachIsa, TinyTablesEqualTheReference) {
  for (std::int32_t n = 1; n <= 10; ++n) {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
      expect_equals_reference(random_table(n + 3, {0, 3, 2}, seed), first_train(n, n + 3), {});
    }
  }
}

TEST_P(TreesOnEachIsa, RandomTablesEqualTheReference) {
  const TreeLimits cases[] = {{}, {3}, {infinite, 2, 5}, {infinite, 12, 1}, {7, 10, 4}, {infinite, 2, 100}};
  for (const std::int32_t n : {13, 37, 131}) {
    for (const TreeLimits& limits : cases) {
      const std::vector<int> shapes[] = {{0}, {0, 0, 0}, {2, 3, 5, 0}, {4, 4}};
      for (const std::vector<int>& levels : shapes) {
        expect_equals_reference(random_table(n, levels, static_cast<std::uint32_t>(n)), every_kth(n, 5, 2), limits);
      }
    }
  }
}

TEST_P(TreesOnEachIsa, TargetsOfAnyMagnitudeEqualTheReference) {
  const Table base = random_table(37, {0, 4}, 3);
  for (const double factor : {0x1p-900, 0x1p-60, 0x1p60, 0x1p950}) {
    std::vector<double> y = base.y();
    for (double& v : y) v *= factor;
    expect_equals_reference({base.X(), y}, every_kth(37, 4, 1), {});
  }
}

TEST_P(TreesOnEachIsa, CutDeepTreeEqualsTreeGrownToThatDepth) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    const Table table = random_table(131, {6, 0, 3}, seed);
    const Rows rows = every_kth(131, 5, 0);
    const std::vector<double> depths{5, 1, infinite, 3, 20, 2, 9};

    Trees deep = grow(table, {rows}, {});
    const auto lanes = read(table, {rows}, deep, depths)[0];

    for (std::size_t l = 0; l < depths.size(); ++l) {
      EXPECT_TRUE(same_bits(lanes[l], tree_predictions(table, rows, {depths[l]}))) << "depth " << depths[l];
    }
  }
}

TEST_P(TreesOnEachIsa, ItemsDoNotSeeEachOther) {
  const Table table = random_table(131, {6, 0, 3}, 1);
  for (const std::int32_t n_items : {1, 7, 64}) {
    std::vector<Rows> items;
    for (std::int32_t i = 0; i < n_items; ++i) items.push_back(every_kth(131, 2 + i % 9, i % 2));
    Trees together = grow(table, items, {});
    const Predictions predictions = read(table, items, together, {infinite, 2});

    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_TRUE(same_bits(predictions[i][0], tree_predictions(table, items[i], {})));
      EXPECT_TRUE(same_bits(predictions[i][1], tree_predictions(table, items[i], {2})));
    }
  }
}

// Rows 0 mod 3 train, 1 mod 3 are predicted; the targets of the latter and all of the remaining rows are poisoned.
TEST_P(TreesOnEachIsa, HeldOutValuesChangeNothing) {
  const Table clean = random_table(131, {6, 0, 3}, 5);
  Matrix<double> X = clean.X();
  std::vector<double> y = clean.y();
  Rows rows;
  for (std::int32_t i = 0; i < 131; ++i) {
    if (i % 3 == 0) rows.train.push_back(i);
    if (i % 3 == 1) rows.held_out.push_back(i);
    if (i % 3 != 0) y[static_cast<std::size_t>(i)] = 1e300;
    for (std::int64_t f = 0; f < 3 && i % 3 == 2; ++f) X(i, f) = (i % 2 ? 1.7e308 : -1.7e308) / (1 + i);
  }
  const Table poisoned(X, y);

  EXPECT_TRUE(same_bits(tree_predictions(poisoned, rows, {}), tree_predictions(clean, rows, {})));
  const Trees a = grow(clean, {rows}, {}), b = grow(poisoned, {rows}, {});
  EXPECT_EQ(a.begin, b.begin);
  EXPECT_EQ(a.feature, b.feature);
  EXPECT_TRUE(same_bits(a.mean, b.mean));
}

TEST_P(TreesOnEachIsa, TableTooLongForNarrowKeysGrowsTheSameTree) {
  const std::int32_t n = 131, n_long = 70000;
  const Table small = random_table(n, {0, 5}, 9);
  Matrix<double> X(n_long, 2);
  std::vector<double> y(static_cast<std::size_t>(n_long), 0.0);
  for (std::int32_t i = 0; i < n_long; ++i) {
    for (std::int64_t f = 0; f < 2; ++f) X(i, f) = i < n ? small.X()(i, f) : 0.25 * i;
    if (i < n) y[static_cast<std::size_t>(i)] = small.y()[static_cast<std::size_t>(i)];
  }

  const Rows rows = every_kth(n, 5, 3);

  EXPECT_TRUE(same_bits(tree_predictions({X, y}, rows, {}), tree_predictions(small, rows, {})));
}

TEST(Trees, HaveTheSameBitsOnEveryIsa) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Table table = random_table(151, {8, 0, 0, 2}, seed);
    const TreeLimits limits{infinite, 2, 1.0 + seed % 3};
    expect_same_on_every_isa([&] { return grow(table, {every_kth(151, 5, 1), every_kth(151, 3, 0)}, limits); });
  }
}

TEST(Trees, RefuseParametersOutsideTheContract) {
  const Table table = random_table(5, {0}, 1);
  const TableView view = table.view();
  const std::vector<Rows> items{every_kth(5, 5, 0)};
  const std::vector<RowSetView> rows = views(items);
  Trees trees = grow(table, items, {});
  const auto call = [&](TreeLimits limits, std::int64_t capacity) {
    trees.capacity = capacity;
    const GrowTreesArgs args = single_trees(view, rows, limits, trees);
    return cpu_backend().grow_trees(&args);
  };

  EXPECT_EQ(call({}, 7), 0);
  EXPECT_NE(call({}, 6), 0);
  for (const TreeLimits& wrong :
       {TreeLimits{0}, {2.5}, {std::nan("")}, {1, 1}, {1, infinite}, {1, 2, 0}, {1, 2, 1.5}}) {
    EXPECT_NE(call(wrong, 7), 0);
    EXPECT_NE(std::string(cpu_backend().last_error()).find("grow_trees: m"), std::string::npos);
  }
}

}  // namespace
}  // namespace kilofold::test
