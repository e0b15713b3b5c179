// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "cpu/each_isa.hpp"
#include "cpu/svr_study.hpp"
#include "cpu/thread_clock.hpp"
#include "kilofold/core/cells.hpp"
#include "reference/reference_svr.hpp"
#include "support/sanitizer.hpp"

namespace kilofold::test {
namespace {

constexpr auto ok = static_cast<std::int32_t>(FitStatus::ok);
constexpr auto degenerate = static_cast<std::int32_t>(FitStatus::converged_degenerate);
constexpr auto not_finite = static_cast<std::int32_t>(FitStatus::not_finite);
constexpr auto iteration_limit = static_cast<std::int32_t>(FitStatus::iteration_limit);
constexpr auto time_limit = static_cast<std::int32_t>(FitStatus::time_limit);

/// The held-out rows first, then the training rows again: predictions everywhere.
Rows predicting_all(Rows rows, std::int32_t n) {
  rows.held_out.resize(static_cast<std::size_t>(n));
  std::iota(rows.held_out.begin(), rows.held_out.end(), 0);
  return rows;
}

double spread(const std::vector<double>& y) {
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  return *high - *low;
}

Table rounded_table(std::int32_t n, const std::vector<int>& levels, std::uint32_t seed, double step) {
  const Table table = random_table(n, levels, seed);
  std::vector<double> y = table.y();
  const double unit = step * spread(y);
  for (double& value : y) value = std::round(value / unit) * unit;
  return {table.X(), y};
}

std::int64_t count(const SvrFits& fits, std::int32_t status) {
  std::int64_t n = 0;
  for (const auto& lanes : fits.status) n += std::count(lanes.begin(), lanes.end(), status);
  return n;
}

const std::vector<SvrLane> some_lanes = grid(geometric(-3, 6, 10), {0, 1e-3, 0.05, 0.3, 2, 10});

class SvrOnEachIsa : public EachIsa {};
KILOFOLD_ON_EACH_ISA(SvrOnEachIsa);

// Two solutions whose KKT gaps differ by g predict within about g of each other; where its active set proves nothing
// the reference stops at 1e-14 of the range.
constexpr double reference_gap = 1e-9;

TEST_P(SvrOnEachIsa, EqualsAPlainSolverOnSmallProblems) {
  const std::vector<std::pair<Table, int>> cases = {
      {random_table(37, {0, 0}, 1), 1}, {random_table(41, {3, 3}, 2), 1}, {rounded_table(30, {0, 4}, 3, 0.1), 1}};
  std::int64_t n_fits = 0, n_proven = 0;
  for (const auto& [table, version] : cases) {
    const auto n = static_cast<std::int32_t>(table.y().size());
    const Rows rows = predicting_all(every_kth(n, 4, version), n);
    for (const Kernel kernel : {Kernel::rbf, Kernel::linear, Kernel::polynomial})
      for (const SvrLane& lane : grid({0.01, 1, 8}, {0, 0.1, 0.5})) {
        const SvrKernel choice{kernel, 0.4, 1, 2};
        const SvrFits fits = svr_alone(table, rows, choice, lane);
        ReferenceSvr plain;
        plain.kernel = kernel == Kernel::rbf      ? ReferenceSvrKernel::rbf
                       : kernel == Kernel::linear ? ReferenceSvrKernel::linear
                                                  : ReferenceSvrKernel::polynomial;
        plain.gamma = choice.gamma;
        plain.coef0 = choice.coef0;
        plain.degree = 2;
        plain.C = lane.C;
        plain.epsilon = lane.epsilon;
        const ReferenceSvrFit expected = reference_svr(table.X().view(), table.y(), rows.train, rows.held_out,
                                                       rows.train, Scaling::zscore, Scaling::zscore, plain);
        const bool sure = expected.kind == ReferenceSvrFit::Kind::proven;
        ++n_fits;
        n_proven += sure ? 1 : 0;
        const double bound = sure ? expected.bound : reference_gap * spread(table.y());

        for (std::size_t i = 0; i < expected.prediction.size(); ++i)
          EXPECT_NEAR(fits.prediction[0][0][i], expected.prediction[i], bound)
              << "C " << lane.C << " epsilon " << lane.epsilon << " kernel " << static_cast<int>(kernel);
      }
  }
  EXPECT_GT(n_proven, 3 * n_fits / 4);
}

TEST_P(SvrOnEachIsa, ALoneSampleIsItsOwnPrediction) {
  const Table table = random_table(2, {0}, 3);

  const SvrFits fits = svr(table, {{{0}, {1}}}, {}, grid({0.1, 1e6}, {0, 0.1}));

  for (std::size_t l = 0; l < 4; ++l) {
    EXPECT_EQ(fits.status[0][l], ok);
    EXPECT_DOUBLE_EQ(fits.prediction[0][l][0], table.y()[0]);
  }
}

TEST_P(SvrOnEachIsa, ConstantTargetIsPredictedExactly) {
  const Table base = random_table(37, {0, 4}, 5);
  const Table table(base.X(), std::vector<double>(37, 2.5));
  for (const Kernel kernel : {Kernel::rbf, Kernel::linear}) {
    const SvrFits fits = svr(table, {every_kth(37, 5, 0)}, {kernel, 0.5, 1, 3}, grid({1e-3, 1, 1e6}, {0, 0.1}));

    for (std::size_t l = 0; l < fits.status[0].size(); ++l) {
      EXPECT_TRUE(fits.status[0][l] == ok || fits.status[0][l] == degenerate);
      for (const double value : fits.prediction[0][l]) EXPECT_EQ(value, 2.5);
    }
  }
}

TEST_P(SvrOnEachIsa, EpsilonBeyondTheRangePredictsTheMiddle) {
  const Table table = random_table(37, {0, 0}, 6);
  const Rows rows = every_kth(37, 5, 0);
  double low = infinite, high = -infinite;
  for (const std::int32_t row : rows.train) {
    low = std::fmin(low, table.y()[static_cast<std::size_t>(row)]);
    high = std::fmax(high, table.y()[static_cast<std::size_t>(row)]);
  }

  const SvrFits fits = svr(table, {rows}, {}, grid({1e-3, 1e6}, {20}));

  constexpr double roundings = 1e-14;  // of scaling there and back
  for (const auto& prediction : fits.prediction[0])
    for (const double value : prediction) EXPECT_NEAR(value, (low + high) / 2, roundings * (high - low));
}

TEST(Svr, AnyCompanyOfLanesGivesTheBitsOfALoneFit) {
  std::int64_t n_degenerate = 0;
  for (const auto& table :
       {random_table(131, {0, 0, 0}, 1), random_table(131, {3, 4, 3}, 2), rounded_table(131, {0, 5, 0}, 3, 0.05)}) {
    const Rows rows = every_kth(131, 5, 1);
    for (const Kernel kernel : {Kernel::rbf, Kernel::linear, Kernel::polynomial}) {
      const SvrKernel choice{kernel, 0.3, 1, 3};
      std::vector<SvrLane> lanes = some_lanes;
      const SvrFits together = svr(table, {rows}, choice, lanes);
      n_degenerate += count(together, degenerate);
      EXPECT_EQ(count(together, ok) + count(together, degenerate), static_cast<std::int64_t>(lanes.size()));
      for (std::size_t l = 0; l < lanes.size(); ++l) {
        const SvrFits alone = svr_alone(table, rows, choice, lanes[l]);
        EXPECT_TRUE(same_bits(alone.prediction[0][0], together.prediction[0][l])) << lanes[l].C << lanes[l].epsilon;
        EXPECT_TRUE(same_bits(alone.certificate[0][0], together.certificate[0][l]));
        EXPECT_EQ(alone.status[0][0], together.status[0][l]);
      }

      std::vector<std::size_t> order(lanes.size());
      std::iota(order.begin(), order.end(), 0U);
      std::shuffle(order.begin(), order.end(), std::mt19937(7));
      for (std::size_t l = 0; l < order.size(); ++l) lanes[l] = some_lanes[order[l]];
      const SvrFits shuffled = svr(table, {rows}, choice, lanes);
      for (std::size_t l = 0; l < order.size(); ++l)
        EXPECT_TRUE(same_bits(shuffled.prediction[0][l], together.prediction[0][order[l]]));
    }
  }
  RecordProperty("degenerate", static_cast<int>(n_degenerate));
}

TEST(Svr, DegenerateFitsTakeNoBitFromTheirNeighbours) {
  const std::vector<SvrLane> lanes = grid({0.25, 0.5, 1, 2, 4, 8, 16, 32}, {0, 0.25, 0.5});
  std::int64_t n_degenerate = 0;
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    const Table table = rounded_table(23, {2, 2}, seed, 0.5);  // few rows differ, and many errors tie
    const Rows rows = every_kth(23, 5, 1);
    for (const Kernel kernel : {Kernel::rbf, Kernel::linear, Kernel::polynomial}) {
      const SvrKernel choice{kernel, 0.3, 1, 2};
      const SvrFits together = svr(table, {rows}, choice, lanes, Sets::found, Scaling::none);
      n_degenerate += count(together, degenerate);

      for (std::size_t l = 0; l < lanes.size(); ++l) {
        const SvrFits alone = svr(table, {rows}, choice, {lanes[l]}, Sets::found, Scaling::none);
        EXPECT_TRUE(same_bits(alone.prediction[0][0], together.prediction[0][l])) << lanes[l].C << lanes[l].epsilon;
        EXPECT_EQ(alone.status[0][0], together.status[0][l]);
      }
    }
  }
  EXPECT_GT(n_degenerate, 100);
}

TEST(Svr, HasTheSameBitsOnEveryIsa) {
  for (const std::int32_t n : {9, 37, 131}) {
    for (const Kernel kernel : {Kernel::rbf, Kernel::linear, Kernel::polynomial}) {
      const Table table = random_table(n, {0, 4, 0}, static_cast<std::uint32_t>(n));
      expect_same_on_every_isa([&] {
        const SvrFits fits =
            svr(table, {every_kth(n, 5, 0)}, {kernel, 0.3, 1, 3}, grid({0.1, 10, 1000}, {0, 0.01, 0.3}));
        std::vector<std::uint64_t> bits;
        for (const auto& numbers : {fits.prediction[0], fits.certificate[0]})
          for (const auto& lane : numbers)
            for (const double value : lane) bits.push_back(std::bit_cast<std::uint64_t>(value));
        return bits;
      });
    }
  }
}

TEST_P(SvrOnEachIsa, ItemsDoNotSeeEachOther) {
  const Table table = random_table(61, {0, 3, 0}, 6);
  std::vector<Rows> items;
  for (std::int32_t i = 0; i < 7; ++i) items.push_back(every_kth(61, 3 + i, i % 3));
  const std::vector<SvrLane> lanes = grid({1, 100}, {0.01, 0.2});
  const SvrFits together = svr(table, items, {}, lanes);

  for (std::size_t i = 0; i < items.size(); ++i) {
    const SvrFits alone = svr(table, {items[i]}, {}, lanes);
    for (std::size_t l = 0; l < lanes.size(); ++l)
      EXPECT_TRUE(same_bits(alone.prediction[0][l], together.prediction[i][l]));
  }
}

TEST(Svr, EqualRowsMayBeGivenOrLeftUnsaid) {
  const Table table = random_table(131, {3, 4}, 8);
  const Rows rows = every_kth(131, 5, 0);
  const std::vector<SvrLane> lanes = grid(geometric(0, 3, 4), {0.01, 0.1, 1});
  const SvrFits found = svr(table, {rows}, {}, lanes, Sets::found);
  const SvrFits none = svr(table, {rows}, {}, lanes, Sets::none);

  constexpr double agreement = 1e-8;  // of the range: without sets the block can be singular, so this is the gap's
  for (std::size_t l = 0; l < lanes.size(); ++l)
    for (std::size_t i = 0; i < rows.held_out.size(); ++i)
      EXPECT_NEAR(found.prediction[0][l][i], none.prediction[0][l][i], agreement * spread(table.y()));
}

TEST(Svr, NearlyEveryFitOfALargeGridIsCertified) {
  const Table table = random_table(300, {8, 5, 4, 0}, 9);
  std::int64_t n_ok = 0, n_degenerate = 0, n_fits = 0;
  for (const double gamma : geometric(-2, 0.5, testing::slowdown == 1 ? 6 : 2)) {
    const SvrFits fits =
        svr(table, {every_kth(300, 5, 0)}, {Kernel::rbf, gamma, 0, 1}, grid(geometric(0, 3, 10), geometric(-2, 0, 8)));
    n_ok += count(fits, ok);
    n_degenerate += count(fits, degenerate);
    n_fits += 80;
  }

  EXPECT_EQ(n_ok + n_degenerate, n_fits) << "no fit may run out of iterations";
  EXPECT_LE(n_degenerate, n_fits / 100);
}

// Faces of more than 256 rows to drop are cut short; to free what asks there went round in circles, 22 steps a row.
TEST(Svr, ManyFreeRowsTakeFewSteps) {
  const std::int32_t n = testing::slowdown == 1 ? 1500 : 600;
  const Table table = random_table(n, {0, 0, 0}, 11);

  const SvrFits fits = svr_alone(table, every_kth(n, 5, 0), {Kernel::rbf, 0.3, 0, 1}, {1000, 1e-3});

  EXPECT_EQ(fits.status[0][0], ok);
  EXPECT_LE(fits.iterations[0][0], 16 * (n - n / 5));
}

TEST(Svr, MaxIterHolds) {
  const Table table = random_table(131, {0, 4, 0}, 10);
  for (const double most : {1, 40, 200}) {
    SvrCallLimits limits;
    limits.max_iter = most;
    const SvrFits fits = svr(table, {every_kth(131, 5, 0)}, {}, some_lanes, Sets::found, Scaling::zscore, limits);

    for (std::size_t l = 0; l < some_lanes.size(); ++l) {
      EXPECT_LE(fits.iterations[0][l], most);
      for (const double value : fits.prediction[0][l]) EXPECT_TRUE(std::isfinite(value));
      EXPECT_TRUE(fits.status[0][l] != iteration_limit || fits.certificate[0][l][0] > 0) << "the gap says how far";
    }
    EXPECT_GT(count(fits, iteration_limit), 0) << most;
    EXPECT_GT(count(fits, ok), 0) << most;
  }
}

TEST(Svr, MaxIterGivesTheSameBitsInAnyCompanyAndOnEveryIsa) {
  const Table table = random_table(131, {0, 4, 0}, 10);
  const Rows rows = every_kth(131, 5, 0);
  SvrCallLimits limits;
  limits.max_iter = 100;
  const auto solve = [&](const std::vector<SvrLane>& lanes) {
    return svr(table, {rows}, {}, lanes, Sets::found, Scaling::zscore, limits);
  };
  const SvrFits together = solve(some_lanes);

  for (std::size_t l = 0; l < some_lanes.size(); ++l) {
    const SvrFits alone = solve({some_lanes[l]});
    EXPECT_EQ(alone.status[0][0], together.status[0][l]);
    EXPECT_TRUE(same_bits(alone.prediction[0][0], together.prediction[0][l]));
    EXPECT_TRUE(same_bits(alone.certificate[0][0], together.certificate[0][l]));
  }
  expect_same_on_every_isa([&] {
    const SvrFits fits = solve(some_lanes);
    std::vector<std::uint64_t> bits;
    for (const auto& prediction : fits.prediction[0])
      for (const double value : prediction) bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
  });
}

TEST(Svr, LimitsThatAreNotReachedChangeNoBit) {
  const Table table = random_table(131, {0, 4, 0}, 10);
  const std::vector<Rows> items{every_kth(131, 5, 0)};
  SvrCallLimits limits;
  limits.max_iter = 1e9;
  limits.fit_time = 3600;
  const SvrFits limited = svr(table, items, {}, some_lanes, Sets::found, Scaling::zscore, limits);
  const SvrFits free = svr(table, items, {}, some_lanes);

  EXPECT_EQ(limited.status, free.status);
  for (std::size_t l = 0; l < some_lanes.size(); ++l) {
    EXPECT_TRUE(same_bits(limited.prediction[0][l], free.prediction[0][l]));
    EXPECT_TRUE(same_bits(limited.certificate[0][l], free.certificate[0][l]));
  }
}

TEST(Svr, ATimeThatIsOverAtOnceIsAStatusAndNaN) {
  const Table table = random_table(37, {0, 4, 0}, 10);
  SvrCallLimits limits;
  limits.fit_time = 1e-9;
  const SvrFits fits =
      svr(table, {every_kth(37, 5, 0)}, {}, grid({1, 100}, {0.1, 1}), Sets::found, Scaling::zscore, limits);

  EXPECT_EQ(count(fits, time_limit), 4);
  for (std::size_t l = 0; l < 4; ++l) {
    for (const double value : fits.prediction[0][l]) EXPECT_TRUE(std::isnan(value));
    for (std::size_t d = 0; d < 4; ++d) EXPECT_TRUE(std::isnan(fits.certificate[0][l][d]));
    EXPECT_EQ(fits.certificate[0][l][4], 0);
  }
}

// C 1e6 and a tube thinner than the noise leave nearly all of 1200 rows free: many seconds.
TEST(Svr, TheTimeLimitHoldsAndHarmsNoNeighbour) {
  // A face, the longest stretch between two looks at the clock, takes a fifth of the limit; unoptimised vectors 80
  // times that.
  const std::int32_t n = testing::slowdown == 1 ? 1500 : 700;
  const Table table = random_table(n, {0, 0, 0}, 11);
  const std::vector<Rows> items{every_kth(n, 5, 0)};
  const SvrKernel kernel{Kernel::rbf, 1, 0, 1};
  const std::vector<SvrLane> lanes{{0.1, 0.3}, {1e6, 1e-3}, {0.2, 0.3}, {1, 1}};
  const std::size_t slow = 1;
  const std::vector<SvrLane> quick{lanes[0], lanes[2], lanes[3]};
  SvrCallLimits limits;
  limits.fit_time = 0.5;

  double begin = cpu::thread_seconds();
  const SvrFits alone = svr(table, items, kernel, quick);
  const double others = cpu::thread_seconds() - begin;
  begin = cpu::thread_seconds();
  const SvrFits fits = svr(table, items, kernel, lanes, Sets::found, Scaling::zscore, limits);
  const double seconds = cpu::thread_seconds() - begin;

  EXPECT_EQ(fits.status[0][slow], time_limit);
  EXPECT_GE(seconds, limits.fit_time);
  EXPECT_LE(seconds, 2 * limits.fit_time + others);
  for (std::size_t l = 0, q = 0; l < lanes.size(); ++l) {
    if (l == slow) continue;
    EXPECT_EQ(fits.status[0][l], ok);
    EXPECT_TRUE(same_bits(fits.prediction[0][l], alone.prediction[0][q]));
    EXPECT_TRUE(same_bits(fits.certificate[0][l], alone.certificate[0][q]));
    ++q;
  }
}

TEST_P(SvrOnEachIsa, OverflowIsAStatusAndNaN) {
  Matrix<double> X(4, 1);
  X(0, 0) = 1e200;
  X(1, 0) = -1e200;
  X(2, 0) = 3e200;
  const Table table(X, {1, 2, 3, 4});
  const SvrFits fits = svr(table, {every_kth(4, 4, 3)}, {}, grid({1, 10}, {0.1}));

  for (std::size_t l = 0; l < 2; ++l) {
    EXPECT_EQ(fits.status[0][l], not_finite);
    EXPECT_TRUE(std::isnan(fits.prediction[0][l][0]));
  }
}

TEST(Svr, WordsAreTheNumbersTheyStandFor) {
  const Table table = random_table(61, {0, 6, 0}, 4);
  const Rows rows = every_kth(61, 5, 2);
  const SvrLane lane{10, 0.1};
  const double d = 3;
  // zscored columns have variance 1, and so have all their entries together
  const std::vector<std::pair<double, double>> gammas = {
      {-1, 1 / d}, {-2, 1 / d}, {-3, 16 / d}, {-4, 1 / d}, {-5, 1 / (16 * d)}};
  constexpr double roundings = 1e-9;  // of gamma, times the answer's condition
  for (const auto& [word, number] : gammas) {
    const SvrFits by_word = svr_alone(table, rows, {Kernel::rbf, word, 0, 1}, lane);
    const SvrFits by_number = svr_alone(table, rows, {Kernel::rbf, number, 0, 1}, lane);
    for (std::size_t i = 0; i < rows.held_out.size(); ++i)
      EXPECT_NEAR(by_word.prediction[0][0][i], by_number.prediction[0][0][i], roundings * spread(table.y())) << word;
  }
}

TEST(Svr, IqrWordsActInTheTargetsOwnUnit) {
  // 8 training targets 1 to 8: quartiles 2.5 and 6.5 by MATLAB's rule, iqr 4; standard deviation sqrt(21 / 4)
  const Table base = random_table(9, {0}, 4);
  const Table table(base.X(), {1, 2, 3, 4, 5, 6, 7, 8, 20});
  const Rows rows{{0, 1, 2, 3, 4, 5, 6, 7}, {8}};
  const double unit = std::sqrt(21.0 / 4);

  const SvrFits by_word = svr(table, {rows}, {}, {{-1, -1}, {1, -1}, {-1, 0.1}});
  const double C = 4 / 1.349 / unit, epsilon = 4 / 13.49 / unit;
  const SvrFits by_number = svr(table, {rows}, {}, {{C, epsilon}, {1, epsilon}, {C, 0.1}});

  for (std::size_t l = 0; l < 3; ++l)
    EXPECT_NEAR(by_word.prediction[0][l][0], by_number.prediction[0][l][0], 1e-12 * 7);
}

TEST(Svr, RefusesParametersThatAreNone) {
  const Table table = random_table(5, {0}, 1);
  const std::vector<Rows> items{every_kth(5, 5, 0)};
  const std::vector<RowSetView> rows = views(items);
  const TableView view = table.view();
  const std::int32_t slot = 0;
  SvrPathArgs args{};
  args.table = &view;
  args.n_items = args.n_lanes = 1;
  args.rows = rows.data();
  args.scaled.slot = &slot;
  args.scaled.ld_train = args.scaled.ld_held_out = 5;
  args.fit_time_limit = infinite;
  struct Case {
    double kernel, gamma, coef0, degree, C, epsilon;
    const char* message;
    double max_iter = infinite;
  };
  for (const Case& bad : {Case{4, 1, 0, 1, 1, 0, "svr_path: the kernel must be rbf, linear or polynomial"},
                          Case{5, 0, 0, 1, 1, 0, "svr_path: gamma must be a finite number above 0, or a word"},
                          Case{5, -6, 0, 1, 1, 0, "svr_path: gamma must be a finite number above 0, or a word"},
                          Case{5, 1, infinite, 1, 1, 0, "svr_path: coef0 must be a finite number"},
                          Case{5, 1, 0, 1.5, 1, 0, "svr_path: degree must be a whole number of at least 1"},
                          Case{5, 1, 0, 1, 0, 0, "svr_path: C must be a finite number above 0, or a word"},
                          Case{5, 1, 0, 1, 1, -2, "svr_path: epsilon must be a finite number of at least 0, or a word"},
                          Case{5, 1, 0, 1, 1, 0, "svr_path: max_iter must be a whole number of at least 1", 0}}) {
    args.kernel = {&bad.kernel, 0};
    args.gamma = {&bad.gamma, 0};
    args.coef0 = {&bad.coef0, 0};
    args.degree = {&bad.degree, 0};
    args.max_iter = {&bad.max_iter, 0};
    args.C = {&bad.C, 0};
    args.epsilon = {&bad.epsilon, 0};
    EXPECT_NE(cpu_backend().svr_path(&args), 0);
    EXPECT_STREQ(cpu_backend().last_error(), bad.message);
  }
  args.fit_time_limit = 0;
  EXPECT_NE(cpu_backend().svr_path(&args), 0);
  EXPECT_STREQ(cpu_backend().last_error(), "svr_path: fit_time_limit must be above 0 seconds");
}

}  // namespace
}  // namespace kilofold::test
