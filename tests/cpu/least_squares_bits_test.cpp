// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "cpu/each_isa.hpp"
#include "cpu/study.hpp"
#include "kilofold/core/hash.hpp"

namespace kilofold::test {
namespace {

using LeastSquaresBitsOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(LeastSquaresBitsOnEachIsa);

const std::vector<double> alphas{0, 1e-3, 1, 1e3};

/// XXH3-64 of the bits of some tables' fits, with scaled and unscaled features and targets.
class FitHash {
 public:
  void add(const Table& table, const std::vector<Rows>& items) {
    for (const Scaling features : {Scaling::none, Scaling::zscore})
      for (const Scaling target : {Scaling::none, Scaling::zscore}) add(table, items, features, target);
  }
  std::string hex() const { return hasher_.hex(); }

 private:
  void add(const Table& table, const std::vector<Rows>& items, Scaling features, Scaling target) {
    Standardized inputs = standardized(table, items, features, target);
    const LinearFits fits = least_squares(table, items, inputs, alphas);
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t l = 0; l < alphas.size(); ++l) {
        add(fits.prediction[i][l]);
        add(fits.coefficient[i][l]);
      }
      add(fits.status[i]);
    }
  }
  template <class T> void add(const std::vector<T>& values) {
    hasher_.update(values.data(), values.size() * sizeof(T));
  }

  Hasher hasher_;
};

/// A shipped table, its last column the target.
Table shipped(const std::string& name) {
  std::ifstream file("experiments/data/" + name);
  std::vector<std::vector<double>> rows;
  std::string line, field;
  for (std::getline(file, line); std::getline(file, line);) {
    std::istringstream fields(line);
    for (rows.emplace_back(); std::getline(fields, field, ',');) rows.back().push_back(std::stod(field));
  }
  Matrix<double> X(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows.at(0).size()) - 1);
  std::vector<double> y;
  for (std::int64_t i = 0; i < X.rows(); ++i) {
    const std::vector<double>& row = rows[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j < X.cols(); ++j) X(i, j) = row[static_cast<std::size_t>(j)];
    y.push_back(row.back());
  }
  return {std::move(X), std::move(y)};
}

std::vector<Rows> five_folds(const Table& table) {
  std::vector<Rows> folds;
  for (std::int32_t fold = 0; fold < 5; ++fold)
    folds.push_back(every_kth(static_cast<std::int32_t>(table.X().rows()), 5, fold));
  return folds;
}

// The hashes below are of version 1 of the canonical numerics: a change of one is another version.

TEST_P(LeastSquaresBitsOnEachIsa, OfRandomTablesAreThoseOfTheNumericsVersion) {
  FitHash hash;
  for (const std::int32_t n : {2, 5, 8, 9, 37, 131}) {
    for (const std::size_t d : {1, 4, 9, 22}) {
      std::vector<int> levels(d, 0);
      levels.back() = 5;
      hash.add(random_table(n + 3, levels, static_cast<std::uint32_t>(n)), {every_kth(n + 3, 3, 0)});
    }
  }
  EXPECT_EQ(hash.hex(), "7bd2587b9a7cfbdb");
}

TEST_P(LeastSquaresBitsOnEachIsa, OfEqualAndConstantFeaturesAreThoseOfTheNumericsVersion) {
  FitHash hash;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Table table = random_table(40, {0, 1, 6}, seed);
    for (const std::size_t copies : {1, 2, 3, 9}) {
      std::vector<std::int64_t> features(copies, 0);
      features.insert(features.end(), {1, 2, 2, 1});
      hash.add(with_features(table, features), {every_kth(40, 3, 0)});
    }
  }
  EXPECT_EQ(hash.hex(), "e4fff4fe44653100");
}

TEST_P(LeastSquaresBitsOnEachIsa, OfTheShippedTablesAreThoseOfTheNumericsVersion) {
  FitHash hash;
  for (const char* const name : {"benchmark_656.csv", "electrode_standin.csv"}) {
    const Table table = shipped(name);
    hash.add(table, five_folds(table));
  }
  EXPECT_EQ(hash.hex(), "a61a51d5bea15300");
}

}  // namespace
}  // namespace kilofold::test
