// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "cpu/chain_weights.hpp"
#include "cpu/each_isa.hpp"
#include "cpu/leaf_limits.hpp"
#include "cpu/scratch.hpp"
#include "cpu/study.hpp"
#include "cpu/tree_items.hpp"
#include "cpu/weighted_median.hpp"
#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/row_weights.hpp"

namespace kilofold::test {
namespace {

using TreePartsOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(TreePartsOnEachIsa);

std::vector<double> random_numbers(std::int64_t n, std::uint32_t seed, double lowest = 0) {
  std::mt19937 engine(seed);
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < n; ++i) numbers.push_back(lowest + static_cast<double>(engine()) * 0x1p-32);
  return numbers;
}

/// A grown tree's arrays, as far as it has nodes.
struct Grown {
  std::vector<std::int32_t> feature, cut, left;
  std::vector<double> mean, gain;
  bool operator==(const Grown&) const = default;
};

Grown grow_sample(const Table& table, const Rows& rows, const std::int32_t* copies, const cpu::TreeLimits& limits) {
  const TableView view = table.view();
  const std::vector<Rows> items{rows};
  const RowSetView set = views(items).front();
  const auto most = static_cast<std::size_t>(2 * set.n_train);
  Grown grown{std::vector<std::int32_t>(most), std::vector<std::int32_t>(most), std::vector<std::int32_t>(most),
              std::vector<double>(most), std::vector<double>(most)};
  cpu::TreeGrower<std::uint32_t> grower;
  grower.start(view, cpu::rows_in_order(view), set, 1);
  const auto n = static_cast<std::size_t>(grower.grow(
      {cpu::training_target(view, set), copies}, limits, {42},
      {grown.feature.data(), grown.cut.data(), grown.left.data(), grown.mean.data(), 0, grown.gain.data()}));
  for (auto* part : {&grown.feature, &grown.cut, &grown.left}) part->resize(n);
  for (auto* part : {&grown.mean, &grown.gain}) part->resize(n);
  return grown;
}

/// The table with row i written copies[i] times.
Table repeated(const Table& table, const std::vector<std::int32_t>& copies) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < copies.size(); ++i)
    rows.insert(rows.end(), static_cast<std::size_t>(copies[i]), static_cast<std::int64_t>(i));
  Matrix<double> X(static_cast<std::int64_t>(rows.size()), table.X().cols());
  std::vector<double> y;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::int64_t f = 0; f < X.cols(); ++f) X(static_cast<std::int64_t>(i), f) = table.X()(rows[i], f);
    y.push_back(table.y()[static_cast<std::size_t>(rows[i])]);
  }
  return {X, y};
}

TEST_P(TreePartsOnEachIsa, ARowThatCountsTwiceGivesTheTreeOfATableThatHoldsItTwice) {
  std::mt19937 engine(3);
  for (const std::int32_t n : {1, 2, 5, 9, 17, 37, 131})
    for (const std::int32_t max_features : {2, 99}) {
      const Table table = random_table(n, {0, 4, 2}, static_cast<std::uint32_t>(n));
      std::vector<std::int32_t> copies(static_cast<std::size_t>(n), 0);
      for (std::int32_t i = 0; i < n; ++i) ++copies[engine() % copies.size()];
      const cpu::TreeLimits limits{9, 2, {1 + n % 3}, max_features, {}};
      Rows all, drawn;
      all.train.resize(copies.size());
      drawn.train = all.train;
      std::iota(all.train.begin(), all.train.end(), 0);
      std::iota(drawn.train.begin(), drawn.train.end(), 0);
      const Table copied = repeated(table, copies);

      const Grown weighted = grow_sample(table, all, copies.data(), limits);
      const Grown plain = grow_sample(copied, drawn, nullptr, limits);

      EXPECT_EQ(weighted.feature, plain.feature) << n;
      EXPECT_EQ(weighted.left, plain.left) << n;
      EXPECT_TRUE(same_bits(weighted.mean, plain.mean)) << n;
      EXPECT_TRUE(same_bits(weighted.gain, plain.gain)) << n;
    }
}

TEST_P(TreePartsOnEachIsa, GainsAddUpToTheDecreaseOfTheMeanSquaredError) {
  const Table table = random_table(131, {0, 0, 3}, 11);
  Rows all;
  all.train.resize(131);
  std::iota(all.train.begin(), all.train.end(), 0);

  const Grown grown = grow_sample(table, all, nullptr, {99, 2, {1}, 99, {}});

  const double mean = std::accumulate(table.y().begin(), table.y().end(), 0.0) / 131;
  double variance = 0;
  for (const double y : table.y()) variance += (y - mean) * (y - mean) / 131;
  const double sum = std::accumulate(grown.gain.begin(), grown.gain.end(), 0.0);
  // a full tree fits every row; 131 gains of four roundings each, and as many squares
  EXPECT_NEAR(sum, variance, 131 * 8 * 0x1p-53 * variance);
}

// Root 0 gains 8; its children 1 and 2 gain 1 and 3; node 4, right child of 1, gains 2; the others are leaves.
struct HandTree {
  std::vector<std::int32_t> feature{0, 0, 0, -1, 0, -1, -1, -1, -1}, left{1, 3, 5, -1, 7, -1, -1, -1, -1};
  std::vector<double> gain{8, 1, 3, 0, 2, 0, 0, 0, 0};
  cpu::MemberNodes nodes() const { return {feature.data(), left.data(), left.data(), gain.data(), 0, 9}; }

  /// Inner nodes that can be reached.
  std::vector<std::int32_t> splits(std::int64_t depth, const cpu::LeafLimit& limit) const {
    cpu::LeafReplay replay;
    const std::uint8_t* const leaf = replay.leaves(nodes(), gain.data(), depth, limit);
    std::vector<std::int32_t> found, open{0};
    while (!open.empty()) {
      const std::int32_t k = open.back();
      open.pop_back();
      if (leaf[k] != 0) continue;
      found.push_back(k);
      open.insert(open.end(), {left[static_cast<std::size_t>(k)], left[static_cast<std::size_t>(k)] + 1});
    }
    std::ranges::sort(found);
    return found;
  }
};

TEST(LeafReplay, KeepsTheSplitsOfLargestGainBestFirst) {
  using Splits = std::vector<std::int32_t>;
  const HandTree tree;
  EXPECT_EQ(tree.splits(99, {infinite, 0, 0}), (Splits{0, 1, 2, 4}));
  EXPECT_EQ(tree.splits(99, {2, 0, 0}), (Splits{0}));
  EXPECT_EQ(tree.splits(99, {3, 0, 0}), (Splits{0, 2})) << "3 before 1, though 2 waits below the 1";
  EXPECT_EQ(tree.splits(99, {4, 0, 0}), (Splits{0, 1, 2}));
  EXPECT_EQ(tree.splits(1, {4, 0, 0}), (Splits{0})) << "the budget counts what the depth allows";
  EXPECT_EQ(tree.splits(2, {9, 0, 0}), (Splits{0, 1, 2}));
}

TEST(LeafReplay, StopsWhereASplitGainsTooLittleWhateverLiesBelow) {
  using Splits = std::vector<std::int32_t>;
  const HandTree tree;
  EXPECT_EQ(tree.splits(99, {infinite, 1, 0}), (Splits{0, 1, 2, 4}));
  EXPECT_EQ(tree.splits(99, {infinite, 1.5, 0}), (Splits{0, 2}));
  EXPECT_EQ(tree.splits(99, {infinite, 9, 0}), Splits{});
}

TEST(LeafReplay, CutsBranchesThatGainTooLittleForTheLeavesTheyAdd) {
  using Splits = std::vector<std::int32_t>;
  const HandTree tree;
  EXPECT_EQ(tree.splits(99, {infinite, 0, 1.4}), (Splits{0, 1, 2, 4})) << "branch 1 gains 3 for two leaves";
  EXPECT_EQ(tree.splits(99, {infinite, 0, 1.5}), (Splits{0, 2}));
  EXPECT_EQ(tree.splits(99, {infinite, 0, 3}), (Splits{0}));
  EXPECT_EQ(tree.splits(99, {infinite, 0, 8}), Splits{});
}

TEST(LeafReplay, EqualGainsGoToTheNodeGrownFirst) {
  HandTree tree;
  tree.gain = {8, 3, 3, 0, 2, 0, 0, 0, 0};
  EXPECT_EQ(tree.splits(99, {3, 0, 0}), (std::vector<std::int32_t>{0, 1}));
}

TEST_P(TreePartsOnEachIsa, WeightedMediansOfPrefixesAreThoseOfSorting) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    const std::int32_t n = 1 + static_cast<std::int32_t>(seed * seed % 301);
    std::vector<double> value = random_numbers(n, seed, -0.5), weight = random_numbers(n, seed + 1000);
    if (seed % 3 == 0)
      for (double& v : value) v = std::round(4 * v);  // many equal
    if (seed % 4 == 1) value[0] = 1e18;               // all others share a key
    if (seed % 7 == 0) weight.assign(weight.size(), 0.0);
    std::vector<std::int32_t> first;
    for (std::int32_t t = 1; t <= n; t += 1 + n / 11) first.push_back(t);
    std::vector<double> median(first.size());
    cpu::WeightedMedian medians;

    medians.start(weight, first);
    medians.find(value.data(), median.data());

    for (std::size_t l = 0; l < first.size(); ++l) {
      std::vector<std::int32_t> order(static_cast<std::size_t>(first[l]));
      std::iota(order.begin(), order.end(), 0);
      const auto at = [](const std::vector<double>& v, std::int32_t i) { return v[static_cast<std::size_t>(i)]; };
      std::ranges::stable_sort(order, {}, [&](std::int32_t i) { return at(value, i); });
      double total = 0, reached = 0;
      for (const std::int32_t i : order) total += at(weight, i);
      std::size_t k = 0;
      while ((reached += at(weight, order[k])) < 0.5 * total) ++k;
      EXPECT_EQ(median[l], at(value, order[k])) << "seed " << seed << ", first " << first[l];
    }
  }
}

TEST_P(TreePartsOnEachIsa, DrawsByWeightAreThoseOfABinarySearch) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const std::int64_t n = 1 + seed * 13 % 300;
    std::vector<double> weight = random_numbers(n, seed);
    if (seed % 3 == 0)
      for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] = std::ldexp(weight[i] + 0x1p-30, -static_cast<int>(i % 50));
    const MemberRandom random{1, 2, 3, seed};
    std::vector<std::int32_t> copies(static_cast<std::size_t>(n)), expected(copies);

    cpu::draw_by_weight(weight.data(), n, random, copies.data());

    std::vector<double> cumulative(weight);
    std::partial_sum(weight.begin(), weight.end(), cumulative.begin());
    for (std::int64_t i = 0; i < n; ++i) {
      const double wanted = uniform(random.bits(Draw::bootstrap, static_cast<std::uint32_t>(i))) * cumulative.back();
      const auto row = std::ranges::upper_bound(cumulative, wanted) - cumulative.begin();
      ++expected[static_cast<std::size_t>(std::min<std::int64_t>(row, n - 1))];
    }
    EXPECT_EQ(copies, expected) << n;
  }
}

TEST_P(TreePartsOnEachIsa, PartsByWeightAreWeightsToHalfAPartAndNeverNone) {
  for (const std::int64_t n : {1, 7, 8, 37, 131}) {
    std::vector<double> weight = random_numbers(n, 11);
    for (double& w : weight) w = std::fabs(w);
    if (n > 7) weight[3] = 1e-12;
    std::vector<std::int32_t> parts(static_cast<std::size_t>(n));

    cpu::parts_by_weight(weight.data(), n, parts.data());

    const double total = canonical_sum(weight.data(), n);
    const double shared = static_cast<double>(weight_parts - n);
    for (std::size_t i = 0; i < weight.size(); ++i) {
      EXPECT_GE(parts[i], 1);
      EXPECT_LE(std::fabs(parts[i] - std::max(1.0, weight[i] / total * shared)), 0.5 + 1e-6) << n << ", row " << i;
    }
    EXPECT_LE(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}), weight_parts);
  }
}

TEST_P(TreePartsOnEachIsa, ReweighingIsTheFormulaOfCore) {
  for (const std::int64_t n : {1, 7, 8, 37, 131}) {
    std::vector<double> weight = random_numbers(n, 5), loss = random_numbers(n, 6);
    weight.resize(static_cast<std::size_t>(cpu::padded(n)));
    loss.resize(weight.size());
    std::vector<double> expected = weight;
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] *= exp_minus((1.0 - loss[i]) * 0.5 * 1.7);
    const double total = canonical_sum(expected.data(), n);
    for (double& w : expected) w /= total;

    EXPECT_EQ(cpu::mean_loss(weight.data(), loss.data(), n), canonical_dot(weight.data(), loss.data(), n));
    EXPECT_EQ(cpu::reweigh(loss.data(), 0.5, 1.7, n, weight.data()), total);
    EXPECT_TRUE(same_bits(weight, expected)) << n;
  }
}

}  // namespace
}  // namespace kilofold::test
