// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "cpu/study.hpp"

namespace kilofold::test {

/// Rows of few distinct settings. With `few` targets, many splits gain nothing and many tie.
inline Table repeated_settings(std::int32_t n, std::mt19937& random, bool few) {
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

/// Several members with their gains, votes and base value.
struct Grown {
  static constexpr std::int64_t members = 4;
  explicit Grown(std::int64_t nodes, std::int64_t n_lanes = 1)
      : capacity(members * n_lanes * nodes),
        lanes(n_lanes),
        begin(static_cast<std::size_t>(members * n_lanes + 1)),
        feature(static_cast<std::size_t>(capacity)),
        cut(feature),
        left(feature),
        mean(feature.size()),
        gain(mean),
        weight(members) {}
  TreeBatch batch() {
    return {capacity,
            members,
            {begin.data(), 0},
            {feature.data(), 0},
            {cut.data(), 0},
            {left.data(), 0},
            {mean.data(), 0},
            {gain.data(), 0},
            lanes};
  }
  bool operator==(const Grown&) const = default;

  std::int64_t capacity, lanes;
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

inline Growth random_growth(std::mt19937& random) {
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

inline constexpr double n_members = Grown::members;

/// `min_samples_leaf`: of each lane.
inline Grown forest(const TableView& view, const RowSetView& rows, const Growth& growth,
                    const std::vector<double>& min_samples_leaf) {
  Grown grown(2 * rows.n_train - 1, static_cast<std::int64_t>(min_samples_leaf.size()));
  const GrowTreesArgs args{.table = &view,
                           .n_items = 1,
                           .rows = &rows,
                           .sampling = growth.sampling,
                           .random = {&growth.seed, &growth.seed, &growth.seed},
                           .n_estimators = {&n_members, 0},
                           .max_depth = {&growth.limits.max_depth, 0},
                           .min_samples_split = {&growth.limits.min_samples_split, 0},
                           .min_samples_leaf = {min_samples_leaf.data(), 0},
                           .max_features = {&growth.max_features, 0},
                           .tree = grown.batch(),
                           .status = &grown.status};
  EXPECT_EQ(cpu_backend().grow_trees(&args), 0) << cpu_backend().last_error();
  return grown;
}
inline Grown forest(const TableView& view, const RowSetView& rows, const Growth& growth) {
  return forest(view, rows, growth, {growth.limits.min_samples_leaf});
}

}  // namespace kilofold::test
