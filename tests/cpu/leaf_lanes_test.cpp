// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "cpu/each_isa.hpp"
#include "cpu/grown.hpp"

namespace kilofold::test {
namespace {

using LeafLanesOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(LeafLanesOnEachIsa);

/// The nodes of a tree, its children's numbers counted from its root.
struct Nodes {
  std::vector<std::int32_t> feature, cut, left;
  std::vector<double> mean, gain;
  bool operator==(const Nodes&) const = default;
};

Nodes tree(const Grown& grown, std::size_t number) {
  const auto first = static_cast<std::ptrdiff_t>(grown.begin[number]),
             end = static_cast<std::ptrdiff_t>(grown.begin[number + 1]);
  const auto part = [&](const auto& all) { return std::vector(all.begin() + first, all.begin() + end); };
  Nodes nodes{part(grown.feature), part(grown.cut), part(grown.left), part(grown.mean), part(grown.gain)};
  for (std::int32_t& left : nodes.left) left -= left < 0 ? 0 : static_cast<std::int32_t>(first);
  return nodes;
}

std::vector<double> random_lanes(std::mt19937& random) {
  std::vector<double> lanes;
  for (unsigned l = 0, n = 2 + random() % 4; l < n; ++l) lanes.push_back(1 + static_cast<double>(random() % 9));
  return lanes;  // in any order, some of them twice
}

/// Grow random studies in lanes and each lane alone. Returns how many lanes differ from the first one of their study.
int expect_trees_that_grew_alone(std::uint32_t seed, bool few) {
  std::mt19937 random(seed);
  int unlike = 0;
  for (int round = 0; round < 200; ++round) {
    const auto n = static_cast<std::int32_t>(2 + random() % 120);
    const Table table = random() % 2 == 0 ? repeated_settings(n, random, few) : random_table(n, {0, 5, 0, 2}, seed + 7);
    const std::vector<Rows> items = {every_kth(n, 3, 1)};
    const TableView view = table.view();
    const RowSetView rows = views(items)[0];
    Growth growth = random_growth(random);
    const std::vector<double> lanes = random_lanes(random);

    const Grown together = forest(view, rows, growth, lanes);

    for (std::size_t l = 0; l < lanes.size(); ++l) {
      growth.limits.min_samples_leaf = lanes[l];
      const Grown alone = forest(view, rows, growth);
      for (std::size_t t = 0; t < Grown::members; ++t)
        EXPECT_EQ(tree(together, t * lanes.size() + l), tree(alone, t)) << "round " << round << " lane " << l;
      unlike += tree(together, l) == tree(together, 0) ? 0 : 1;
    }
  }
  return unlike;
}

TEST_P(LeafLanesOnEachIsa, AreTheTreesThatEachLimitGrowsAlone) {
  EXPECT_GT(expect_trees_that_grew_alone(1, false), 100);
}

TEST_P(LeafLanesOnEachIsa, AreTheTreesThatEachLimitGrowsAloneWhereSplitsGainNothing) {
  EXPECT_GT(expect_trees_that_grew_alone(2, true), 100);
}

TEST_P(LeafLanesOnEachIsa, OfReplicateSetsAreTheTreesOfEveryRow) {
  const std::vector<double> x = {1, 1, 1, 2, 2, 3, 3, 3, 4, 5};
  Matrix<double> X(10, 1);
  for (std::int64_t i = 0; i < 10; ++i) X(i, 0) = x[static_cast<std::size_t>(i)];
  const Table table(X, {3, 1, 4, 1, 5, 9, 2, 6, 5, 3});
  const std::vector<Rows> items = {{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {}}};
  const std::vector<std::int32_t> set = {0, 0, 0, 1, 1, 2, 2, 2, 3, 4};
  const TableView view = table.view();
  RowSetView rows = views(items)[0];
  const Grown every_row = forest(view, rows, {}, {1, 2, 3});
  rows.replicate = set.data();
  rows.n_unique = 5;

  EXPECT_EQ(forest(view, rows, {}, {1, 2, 3}), every_row);
}

TEST_P(LeafLanesOnEachIsa, AreReadByTheLanesThatAskForThem) {
  const Table table = random_table(90, {0, 0, 3}, 5);
  const std::vector<Rows> items = {every_kth(90, 3, 1)};
  const TableView view = table.view();
  const RowSetView rows = views(items)[0];
  const std::vector<double> leaves = {4, 1, 9};
  Grown grown = forest(view, rows, {}, leaves);
  const std::int32_t slot = 0;
  const std::vector<std::int32_t> tree_lane = {2, 0, 1, 2, 0, 1};
  const std::vector<double> depth = {infinite, 3, infinite, 2, infinite, 3}, members(6, 1);
  const std::int64_t n = rows.n_held_out;
  std::vector<double> prediction(static_cast<std::size_t>(6 * n));
  std::vector<std::int32_t> used(6), status(6);
  const ReadTreesArgs args{.table = &view,
                           .n_items = 1,
                           .n_lanes = 6,
                           .rows = &rows,
                           .slot = &slot,
                           .tree_lane = tree_lane.data(),
                           .ld_held_out = n,
                           .tree = grown.batch(),
                           .combine = Combine::mean,
                           .weight = {},
                           .base = {},
                           .n_grown = {},
                           .tree_status = &grown.status,
                           .max_depth = {depth.data(), 0},
                           .n_estimators = {members.data(), 0},
                           .prediction = {prediction.data(), 0},
                           .n_used = used.data(),
                           .status = status.data()};
  ASSERT_EQ(cpu_backend().read_trees(&args), 0) << cpu_backend().last_error();

  for (std::size_t l = 0; l < tree_lane.size(); ++l) {
    const TreeLimits limits{depth[l], 2, leaves[static_cast<std::size_t>(tree_lane[l])]};
    const auto first = prediction.begin() + static_cast<std::ptrdiff_t>(l) * n;
    EXPECT_TRUE(same_bits({first, first + n}, tree_predictions(table, items[0], limits))) << l;
  }
}

}  // namespace
}  // namespace kilofold::test
