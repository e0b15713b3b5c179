// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cpu/each_isa.hpp"
#include "cpu/study.hpp"
#include "kilofold/core/cells.hpp"
#include "reference/reference.hpp"

namespace kilofold::test {
namespace {

using LeastSquaresOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(LeastSquaresOnEachIsa);

constexpr auto rank_deficient = static_cast<std::int32_t>(FitStatus::rank_deficient);

/// The contract's accuracy, 50 eps cond(X) sd(y); the held-out rows' leverage is covered by max |y| in place of sd(y).
double tolerance(double cond, const std::vector<double>& y) {
  double largest = 0;
  for (const double v : y) largest = std::max(largest, std::fabs(v));
  return 50 * 0x1p-52 * cond * largest;
}

Table table_of(const std::vector<std::vector<double>>& columns, const std::vector<double>& y) {
  Matrix<double> X(static_cast<std::int64_t>(y.size()), static_cast<std::int64_t>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j) {
    std::copy(columns[j].begin(), columns[j].end(), X.view().col(static_cast<std::int64_t>(j)));
  }
  return {std::move(X), y};
}

LinearFits fit(const Table& table, const std::vector<Rows>& items, Scaling features, Scaling target,
               const std::vector<double>& alphas) {
  Standardized inputs = standardized(table, items, features, target);
  return least_squares(table, items, inputs, alphas);
}

void expect_equals_reference(const Table& table, const Rows& rows, Scaling features, Scaling target, double cond) {
  const std::vector<double> alphas{0, 1e-3, 1, 1e3};
  const LinearFits fits = fit(table, {rows}, features, target, alphas);
  for (std::size_t l = 0; l < alphas.size(); ++l) {
    const std::vector<double> plain = reference_linear(table.X().view(), table.y(), rows.train, rows.held_out,
                                                       rows.train, features, target, alphas[l]);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_NEAR(fits.prediction[0][l][i], plain[i], tolerance(cond, table.y())) << "alpha " << alphas[l];
    }
  }
}

TEST_P(LeastSquaresOnEachIsa, FindsTheLineThroughTwoPoints) {
  const Table table = table_of({{0, 1, 10}}, {1, 3, 0});

  const LinearFits fits = fit(table, {{{0, 1}, {2}}}, Scaling::none, Scaling::none, {0});

  EXPECT_NEAR(fits.coefficient[0][0][0], 2, tolerance(1, {2}));
  EXPECT_NEAR(fits.coefficient[0][0][1], 1, tolerance(1, {2}));
  EXPECT_NEAR(fits.prediction[0][0][0], 21, tolerance(1, {21}));
  EXPECT_EQ(fits.status[0][0], 0);
}

TEST_P(LeastSquaresOnEachIsa, RidgeShrinksTheSlopeButNotTheIntercept) {
  // centred: x = -1, 1 and y = -1, 1, so w = 2 / (2 + alpha); the mean of y is 2
  const Table table = table_of({{0, 2, 1}}, {1, 3, 0});

  const LinearFits fits = fit(table, {{{0, 1}, {2}}}, Scaling::none, Scaling::none, {0, 2, 6});

  const double expected[] = {1, 0.5, 0.25};
  for (std::size_t l = 0; l < 3; ++l) {
    EXPECT_NEAR(fits.coefficient[0][l][0], expected[l], tolerance(1, {1}));
    EXPECT_NEAR(fits.prediction[0][l][0], 2, tolerance(1, {2}));
  }
}

TEST_P(LeastSquaresOnEachIsa, OneTrainingRowPredictsItsTarget) {
  const Table table = table_of({{4, 5}, {1, 7}}, {3, 0});

  const LinearFits fits = fit(table, {{{0}, {1}}}, Scaling::zscore, Scaling::zscore, {0, 1});

  EXPECT_EQ(fits.prediction[0], (std::vector<std::vector<double>>{{3}, {3}}));
  EXPECT_EQ(fits.status[0], (std::vector<std::int32_t>{rank_deficient, 0}));
}

TEST_P(LeastSquaresOnEachIsa, EqualFeaturesShareTheWeight) {
  const Table table = table_of({{0, 1, 2, 5}, {0, 1, 2, 5}}, {0, 2, 4, 0});

  const LinearFits fits = fit(table, {{{0, 1, 2}, {3}}}, Scaling::none, Scaling::none, {0});

  EXPECT_EQ(fits.status[0][0], rank_deficient);
  EXPECT_NEAR(fits.coefficient[0][0][0], 1, tolerance(1, {2}));
  EXPECT_NEAR(fits.coefficient[0][0][1], 1, tolerance(1, {2}));
}

TEST_P(LeastSquaresOnEachIsa, ThirteenEqualFeaturesShareTheWeight) {
  // each copy leaves the rounding of what the copy before it left: in these tables down to squares that are subnormal
  for (const std::uint32_t seed : {273u, 297u, 347u, 594u, 847u, 878u}) {
    const Table table = random_table(40, {0, 0, 0}, seed);
    std::vector<std::int64_t> features(13, 0);
    features.push_back(1);
    const std::vector<Rows> rows{every_kth(40, 3, 0)};

    const LinearFits fits = fit(with_features(table, features), rows, Scaling::none, Scaling::none, {0});

    const LinearFits once = fit(with_features(table, {0, 1}), rows, Scaling::none, Scaling::none, {0});
    EXPECT_EQ(fits.status[0][0], rank_deficient) << seed;
    for (std::size_t j = 0; j < 14; ++j) {
      const double expected = j < 13 ? once.coefficient[0][0][0] / 13 : once.coefficient[0][0][1];
      EXPECT_NEAR(fits.coefficient[0][0][j], expected, tolerance(10, table.y())) << seed;
    }
  }
}

TEST_P(LeastSquaresOnEachIsa, ConstantFeatureHasNoWeight) {
  const Table table = table_of({{0.1, 0.1, 0.1, 7}, {0, 1, 2, 3}}, {1, 2, 3, 0});

  const LinearFits fits = fit(table, {{{0, 1, 2}, {3}}}, Scaling::zscore, Scaling::zscore, {0});

  EXPECT_EQ(fits.coefficient[0][0][0], 0);
  EXPECT_NEAR(fits.prediction[0][0][0], 4, tolerance(1, {4}));
}

TEST_P(LeastSquaresOnEachIsa, RandomTablesEqualTheReference) {
  for (const std::int32_t n : {12, 37, 131}) {
    for (const Scaling scaling : {Scaling::none, Scaling::zscore, Scaling::center}) {
      // uniform features: the worst condition, unscaled and with few rows, stays below 100
      expect_equals_reference(random_table(n, {0, 5, 0}, 1), every_kth(n, 4, 1), scaling, Scaling::zscore, 100);
    }
  }
}

TEST_P(LeastSquaresOnEachIsa, FewerRowsThanFeaturesEqualTheReference) {
  for (const std::int32_t n_train : {2, 3, 7, 9}) {
    const Table table = random_table(n_train + 4, std::vector<int>(11, 0), 3);
    Rows rows = every_kth(n_train + 4, n_train + 4, n_train + 3);
    rows.train.resize(static_cast<std::size_t>(n_train));
    expect_equals_reference(table, rows, Scaling::zscore, Scaling::zscore, 100);
  }
}

TEST_P(LeastSquaresOnEachIsa, NearlyCollinearFeaturesEqualTheReference) {
  const Table base = random_table(131, {0, 0, 0}, 4);
  for (const double gap : {1e-3, 1e-6, 1e-9}) {
    Matrix<double> X = base.X();
    for (std::int64_t i = 0; i < 131; ++i) X(i, 2) = X(i, 0) + gap * X(i, 1) * X(i, 2);
    // the last two columns' difference has sd of about 40 gap, theirs is 4.6: cond is near 1 / gap
    expect_equals_reference({X, base.y()}, every_kth(131, 5, 0), Scaling::zscore, Scaling::zscore, 1 / gap);
  }
}

TEST_P(LeastSquaresOnEachIsa, LanesAndItemsDoNotSeeEachOther) {
  const Table table = random_table(131, {0, 6, 0, 3, 0}, 6);
  const std::vector<double> alphas{3, 0, 0.1};
  for (const std::int32_t n_items : {1, 7, 64}) {
    std::vector<Rows> items;
    for (std::int32_t i = 0; i < n_items; ++i) items.push_back(every_kth(131, 2 + i % 9, i % 2));
    const LinearFits together = fit(table, items, Scaling::zscore, Scaling::zscore, alphas);

    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t l = 0; l < alphas.size(); ++l) {
        const LinearFits alone = fit(table, {items[i]}, Scaling::zscore, Scaling::zscore, {alphas[l]});
        EXPECT_TRUE(same_bits(together.prediction[i][l], alone.prediction[0][0]));
        EXPECT_TRUE(same_bits(together.coefficient[i][l], alone.coefficient[0][0]));
      }
    }
  }
}

TEST_P(LeastSquaresOnEachIsa, OverflowIsAStatusAndNaN) {
  const Table table = table_of({{1e200, -1e200, 3e200, 0}}, {1, 2, 3, 4});

  const LinearFits fits = fit(table, {every_kth(4, 4, 3)}, Scaling::zscore, Scaling::zscore, {0, 1});

  for (std::size_t l = 0; l < 2; ++l) {
    EXPECT_EQ(fits.status[0][l], static_cast<std::int32_t>(FitStatus::not_finite));
    EXPECT_TRUE(std::isnan(fits.prediction[0][l][0]));
  }
}

TEST(LeastSquares, HasTheSameBitsOnEveryIsa) {
  for (const std::int32_t n : {2, 5, 8, 9, 37, 131}) {
    for (const std::size_t d : {1, 4, 9, 22}) {
      const Table table = random_table(n + 3, std::vector<int>(d, 0), static_cast<std::uint32_t>(n));
      expect_same_on_every_isa([&] {
        const LinearFits fits = fit(table, {every_kth(n + 3, 3, 0)}, Scaling::zscore, Scaling::zscore, {0, 0.5});
        return std::pair{fits.prediction, fits.coefficient};
      });
    }
  }
}

TEST(LeastSquares, RefusesPenaltiesThatAreNone) {
  const Table table = random_table(5, {0}, 1);
  const std::vector<Rows> items{every_kth(5, 5, 0)};
  const std::vector<RowSetView> rows = views(items);
  const TableView view = table.view();
  const std::int32_t slot = 0;
  LeastSquaresArgs args{};
  args.table = &view;
  args.n_items = args.n_lanes = 1;
  args.rows = rows.data();
  args.scaled.slot = &slot;
  args.scaled.ld_train = args.scaled.ld_held_out = 5;
  for (const double alpha : {-1.0, std::nan(""), infinite}) {
    args.alpha = {&alpha, 0};
    EXPECT_NE(cpu_backend().least_squares(&args), 0);
    EXPECT_STREQ(cpu_backend().last_error(), "least_squares: alpha must be a finite number of at least 0");
  }
}

}  // namespace
}  // namespace kilofold::test
