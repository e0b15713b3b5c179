// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kilofold/backend.hpp"
#include "kilofold/core/matrix.hpp"

/// A small table with row sets, and the CPU backend's ops called on it with every array in place.
namespace kilofold::test {

inline constexpr double infinite = std::numeric_limits<double>::infinity();

struct Rows {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> held_out;
};

/// Rows i with i % k == fold are held out.
Rows every_kth(std::int32_t n, std::int32_t k, std::int32_t fold);

/// A table and its rank codes.
class Table {
 public:
  Table(Matrix<double> X, std::vector<double> y);

  TableView view() const;
  const Matrix<double>& X() const { return X_; }
  const std::vector<double>& y() const { return y_; }

 private:
  Matrix<double> X_;
  std::vector<double> y_;
  Matrix<std::int32_t> code_;
  std::vector<double> level_;
  std::vector<std::int64_t> level_begin_;
};

/// Random table: feature j takes levels[j] distinct values (0 = a new one every row); y is a multiple of 2^-20, so that
/// sums of it are exact in any order.
Table random_table(std::int32_t n, const std::vector<int>& levels, std::uint32_t seed);

/// The table whose features are these of another's.
Table with_features(const Table& table, const std::vector<std::int64_t>& features);

struct TreeLimits {
  double max_depth = infinite;
  double min_samples_split = 2;
  double min_samples_leaf = 1;
};

/// One member: what single trees are.
inline constexpr double one = 1;

/// Trees as grow_trees wrote them, one capacity an item.
struct Trees {
  std::int64_t capacity = 0;
  std::vector<std::int32_t> begin, feature, cut, left, status;
  std::vector<double> mean;

  TreeBatch batch();
  std::int32_t count(std::size_t item) const { return begin[2 * item + 1]; }
  bool operator==(const Trees&) const = default;
};
/// Arguments that grow one tree of all training rows an item (at most 64 items); they point into what is passed.
GrowTreesArgs single_trees(const TableView& view, const std::vector<RowSetView>& rows, const TreeLimits& limits,
                           Trees& trees);
Trees grow(const Table& table, const std::vector<Rows>& items, const TreeLimits& limits);

/// Predictions of item i, lane l: [i][l][held-out row].
using Predictions = std::vector<std::vector<std::vector<double>>>;
Predictions read(const Table& table, const std::vector<Rows>& items, Trees& trees, const std::vector<double>& depths);

/// Grow to full depth or the limits', and predict the held-out rows of one row set.
std::vector<double> tree_predictions(const Table& table, const Rows& rows, const TreeLimits& limits);

struct Standardized {
  std::int64_t d = 0, ld_train = 0, ld_held_out = 0;
  std::vector<double> X_train, X_held_out, y_train, centre, scale;
  std::vector<std::int32_t> status;
};
Standardized standardized(const Table& table, const std::vector<Rows>& items, Scaling features, Scaling target);

struct LinearFits {
  Predictions prediction;
  std::vector<std::vector<std::vector<double>>> coefficient;  ///< [item][lane][d + 1]
  std::vector<std::vector<std::int32_t>> status;              ///< [item][lane]
};
LinearFits least_squares(const Table& table, const std::vector<Rows>& items, Standardized& inputs,
                         const std::vector<double>& alphas);

/// Row-set views of some items; they point into `items`.
std::vector<RowSetView> views(const std::vector<Rows>& items);

/// Equal bits, a NaN equal to itself.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace kilofold::test
