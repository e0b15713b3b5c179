// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/study.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace kilofold::test {

Rows every_kth(std::int32_t n, std::int32_t k, std::int32_t fold) {
  Rows rows;
  for (std::int32_t i = 0; i < n; ++i) (i % k == fold ? rows.held_out : rows.train).push_back(i);
  return rows;
}

Table::Table(Matrix<double> X, std::vector<double> y)
    : X_(std::move(X)), y_(std::move(y)), code_(X_.rows(), X_.cols()), level_begin_{0} {
  for (std::int64_t f = 0; f < X_.cols(); ++f) {
    std::vector<double> values(X_.view().col(f), X_.view().col(f) + X_.rows());
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (std::int64_t i = 0; i < X_.rows(); ++i) {
      code_(i, f) =
          static_cast<std::int32_t>(std::lower_bound(values.begin(), values.end(), X_(i, f)) - values.begin());
    }
    level_.insert(level_.end(), values.begin(), values.end());
    level_begin_.push_back(static_cast<std::int64_t>(level_.size()));
  }
}

TableView Table::view() const {
  return {X_.rows(), X_.cols(), X_.data(), y_.data(), code_.data(), level_.data(), level_begin_.data()};
}

Table random_table(std::int32_t n, const std::vector<int>& levels, std::uint32_t seed) {
  std::mt19937 engine(seed);
  Matrix<double> X(n, static_cast<std::int64_t>(levels.size()));
  std::vector<double> y(static_cast<std::size_t>(n));
  for (std::int32_t i = 0; i < n; ++i) {
    double signal = 0;
    for (std::size_t j = 0; j < levels.size(); ++j) {
      const auto raw = static_cast<std::uint32_t>(engine());
      const double x = levels[j] > 0 ? static_cast<double>(raw % static_cast<unsigned>(levels[j])) : raw * 0x1p-28;
      X(i, static_cast<std::int64_t>(j)) = x;
      signal += (static_cast<double>(j) + 1) * x / (levels[j] > 0 ? levels[j] : 16);
    }
    const double noise = static_cast<double>(engine()) * 0x1p-32 - 0.5;
    y[static_cast<std::size_t>(i)] = std::nearbyint((signal * signal + noise) * 0x1p20) * 0x1p-20;
  }
  return {std::move(X), std::move(y)};
}

Table with_features(const Table& table, const std::vector<std::int64_t>& features) {
  const std::int64_t n = table.X().rows();
  Matrix<double> X(n, static_cast<std::int64_t>(features.size()));
  for (std::int64_t j = 0; j < X.cols(); ++j)
    std::copy_n(table.X().view().col(features[static_cast<std::size_t>(j)]), n, X.view().col(j));
  return {std::move(X), table.y()};
}

std::vector<RowSetView> views(const std::vector<Rows>& items) {
  std::vector<RowSetView> out;
  for (const Rows& rows : items) {
    out.push_back({rows.train.data(), rows.held_out.data(), static_cast<std::int32_t>(rows.train.size()),
                   static_cast<std::int32_t>(rows.held_out.size()), nullptr, 0});
  }
  return out;
}

namespace {

std::int64_t longest(const std::vector<Rows>& items, std::vector<std::int32_t> Rows::*list) {
  std::size_t n = 0;
  for (const Rows& rows : items) n = std::max(n, (rows.*list).size());
  return static_cast<std::int64_t>(n);
}

std::vector<std::int32_t> identity(std::size_t n) {
  std::vector<std::int32_t> slot(n);
  std::iota(slot.begin(), slot.end(), 0);
  return slot;
}

/// [item][lane][i] from an array of items of `lanes` columns of `ld`, of which the first `used(item)` entries count.
template <class Used>
Predictions unpack(const std::vector<double>& flat, std::size_t n_items, std::size_t n_lanes, std::int64_t ld,
                   Used used) {
  Predictions out(n_items, std::vector<std::vector<double>>(n_lanes));
  for (std::size_t i = 0; i < n_items; ++i) {
    for (std::size_t l = 0; l < n_lanes; ++l) {
      const double* const begin = flat.data() + static_cast<std::int64_t>(i * n_lanes + l) * ld;
      out[i][l].assign(begin, begin + used(i));
    }
  }
  return out;
}

template <class T> std::vector<T> array(std::int64_t n) { return std::vector<T>(static_cast<std::size_t>(n)); }

}  // namespace

TreeBatch Trees::batch() {
  return {capacity,
          1,
          {begin.data(), 2},
          {feature.data(), capacity},
          {cut.data(), capacity},
          {left.data(), capacity},
          {mean.data(), capacity}};
}

GrowTreesArgs single_trees(const TableView& view, const std::vector<RowSetView>& rows, const TreeLimits& limits,
                           Trees& trees) {
  static const std::vector<std::uint32_t> keys(64, 0);
  EXPECT_LE(rows.size(), keys.size());
  return {.table = &view,
          .n_items = static_cast<std::int64_t>(rows.size()),
          .rows = rows.data(),
          .sampling = Sampling::all_rows,
          .random = {keys.data(), keys.data(), keys.data()},
          .n_estimators = {&one, 0},
          .max_depth = {&limits.max_depth, 0},
          .min_samples_split = {&limits.min_samples_split, 0},
          .min_samples_leaf = {&limits.min_samples_leaf, 0},
          .max_features = {&infinite, 0},
          .tree = trees.batch(),
          .status = trees.status.data()};
}

Trees grow(const Table& table, const std::vector<Rows>& items, const TreeLimits& limits) {
  Trees trees;
  const auto n_items = static_cast<std::int64_t>(items.size());
  trees.capacity = 2 * longest(items, &Rows::train) - 1;
  trees.begin = array<std::int32_t>(2 * n_items);
  trees.status = array<std::int32_t>(n_items);
  trees.feature = trees.cut = trees.left = array<std::int32_t>(n_items * trees.capacity);
  trees.mean = array<double>(n_items * trees.capacity);
  const TableView view = table.view();
  const std::vector<RowSetView> rows = views(items);
  const GrowTreesArgs args = single_trees(view, rows, limits, trees);
  EXPECT_EQ(cpu_backend().grow_trees(&args), 0) << cpu_backend().last_error();
  return trees;
}

Predictions read(const Table& table, const std::vector<Rows>& items, Trees& trees, const std::vector<double>& depths) {
  const auto n_items = static_cast<std::int64_t>(items.size()), n_lanes = static_cast<std::int64_t>(depths.size());
  const std::int64_t ld = longest(items, &Rows::held_out) + 1;
  const TableView view = table.view();
  const std::vector<RowSetView> rows = views(items);
  const std::vector<std::int32_t> slot = identity(items.size());
  std::vector<double> prediction = array<double>(n_items * n_lanes * ld);
  std::vector<std::int32_t> status(items.size() * depths.size(), -1);
  std::vector<std::int32_t> used(status.size());
  const std::vector<double> members(depths.size(), 1);
  const ReadTreesArgs args{.table = &view,
                           .n_items = n_items,
                           .n_lanes = n_lanes,
                           .rows = rows.data(),
                           .slot = slot.data(),
                           .ld_held_out = ld,
                           .tree = trees.batch(),
                           .combine = Combine::mean,
                           .weight = {},
                           .base = {},
                           .n_grown = {},
                           .tree_status = trees.status.data(),
                           .max_depth = {depths.data(), 0},
                           .n_estimators = {members.data(), 0},
                           .prediction = {prediction.data(), n_lanes * ld},
                           .n_used = used.data(),
                           .status = status.data()};
  EXPECT_EQ(cpu_backend().read_trees(&args), 0) << cpu_backend().last_error();
  EXPECT_EQ(status, std::vector<std::int32_t>(status.size(), 0));
  return unpack(prediction, items.size(), depths.size(), ld, [&](std::size_t i) { return rows[i].n_held_out; });
}

std::vector<double> tree_predictions(const Table& table, const Rows& rows, const TreeLimits& limits) {
  Trees trees = grow(table, {rows}, limits);
  return read(table, {rows}, trees, {infinite})[0][0];
}

Standardized standardized(const Table& table, const std::vector<Rows>& items, Scaling features, Scaling target) {
  Standardized out;
  const TableView view = table.view();
  const auto n_items = static_cast<std::int64_t>(items.size());
  out.d = view.d;
  out.ld_train = longest(items, &Rows::train) + 3;
  out.ld_held_out = longest(items, &Rows::held_out) + 1;
  out.X_train = array<double>(n_items * out.ld_train * out.d);
  out.X_held_out = array<double>(n_items * out.ld_held_out * out.d);
  out.y_train = array<double>(n_items * out.ld_train);
  out.centre = out.scale = array<double>(n_items * (out.d + 1));
  out.status.assign(items.size(), -1);
  const std::vector<RowSetView> rows = views(items);
  const StandardizeArgs args{&view,
                             n_items,
                             rows.data(),
                             features,
                             target,
                             FitOn::fold,
                             Replicates::keep,
                             out.ld_train,
                             out.ld_held_out,
                             {out.X_train.data(), out.ld_train * out.d},
                             {out.X_held_out.data(), out.ld_held_out * out.d},
                             {out.y_train.data(), out.ld_train},
                             {},
                             {},
                             {out.centre.data(), out.d + 1},
                             {out.scale.data(), out.d + 1},
                             out.status.data()};
  EXPECT_EQ(cpu_backend().standardize(&args), 0) << cpu_backend().last_error();
  return out;
}

LinearFits least_squares(const Table& table, const std::vector<Rows>& items, Standardized& in,
                         const std::vector<double>& alphas) {
  const auto n_items = static_cast<std::int64_t>(items.size()), n_lanes = static_cast<std::int64_t>(alphas.size());
  const TableView view = table.view();
  const std::vector<RowSetView> rows = views(items);
  const std::vector<std::int32_t> slot = identity(items.size());
  std::vector<double> coefficient = array<double>(n_items * n_lanes * (in.d + 1));
  std::vector<double> prediction = array<double>(n_items * n_lanes * in.ld_held_out);
  std::vector<std::int32_t> status = array<std::int32_t>(n_items * n_lanes);
  const LeastSquaresArgs args{&view,
                              n_items,
                              n_lanes,
                              rows.data(),
                              {.slot = slot.data(),
                               .ld_train = in.ld_train,
                               .ld_held_out = in.ld_held_out,
                               .replicates = Replicates::keep,
                               .X_train = {in.X_train.data(), in.ld_train * in.d},
                               .X_held_out = {in.X_held_out.data(), in.ld_held_out * in.d},
                               .y_train = {in.y_train.data(), in.ld_train},
                               .count = {},
                               .within = {},
                               .centre = {in.centre.data(), in.d + 1},
                               .scale = {in.scale.data(), in.d + 1}},
                              {alphas.data(), 0},
                              {coefficient.data(), n_lanes * (in.d + 1)},
                              {prediction.data(), n_lanes * in.ld_held_out},
                              status.data()};
  EXPECT_EQ(cpu_backend().least_squares(&args), 0) << cpu_backend().last_error();
  LinearFits out;
  out.prediction = unpack(prediction, items.size(), alphas.size(), in.ld_held_out,
                          [&](std::size_t i) { return rows[i].n_held_out; });
  out.coefficient = unpack(coefficient, items.size(), alphas.size(), in.d + 1, [&](std::size_t) { return in.d + 1; });
  for (std::size_t i = 0; i < items.size(); ++i) {
    out.status.emplace_back(status.begin() + static_cast<std::int64_t>(i) * n_lanes,
                            status.begin() + static_cast<std::int64_t>(i + 1) * n_lanes);
  }
  return out;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace kilofold::test
