// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "cpu/cholesky.hpp"
#include "cpu/each_isa.hpp"
#include "cpu/gp_inverse.hpp"
#include "cpu/gp_study.hpp"
#include "cpu/gram.hpp"
#include "cpu/panel_solves.hpp"
#include "cpu/tridiagonal.hpp"
#include "support/sanitizer.hpp"

namespace kilofold::test {
namespace {

using GpBitsOnEachIsa = EachIsa;
KILOFOLD_ON_EACH_ISA(GpBitsOnEachIsa);

constexpr Route routes[] = {Route::cholesky, Route::tridiagonal, Route::band, Route::fold_inverse};

GpModel rich_model() {
  GpModel model;
  model.kernel = Kernel::rational_quadratic;
  model.length_scale = {0.8, 1.7};
  model.mean = Mean::linear;
  model.noise = {1e-6, 0.01, 0.3, 1e-3, 0.5, 2e-4, 1, 0.07, 0.02, 3e-5, 0.4};
  model.signal = {1, 2, 1, 0.5, 1, 1, 3, 1, 1, 1, 7};
  return model;
}

TEST(GaussianProcessBits, AreTheSameOnEveryIsa) {
  for (const std::int32_t n : {4, 9, 17, 61, 131}) {
    const Table table = random_table(n, {0, 4}, static_cast<std::uint32_t>(n));
    for (const Kernel kernel : {Kernel::squared_exponential, Kernel::matern32, Kernel::matern52,
                                Kernel::rational_quadratic, Kernel::exponential}) {
      GpModel model = rich_model();
      if (testing::slowdown > 1 && n > 20 && kernel != model.kernel) continue;  // tiles know no kernel
      model.kernel = kernel;
      for (const Route route : routes) {
        expect_same_on_every_isa([&] { return gp(table, {every_kth(n, 3, 1)}, model, route); });
      }
      model.replicates = Replicates::collapse;
      for (const Route route : {Route::tridiagonal, Route::band}) {
        expect_same_on_every_isa([&] { return gp(table, {every_kth(n, 3, 1)}, model, route); });
      }
    }
  }
}

TEST(GaussianProcessBits, DoNotDependOnNeighboursInTheCall) {
  const Table table = random_table(47, {0, 0}, 9);
  const std::vector<Rows> items{every_kth(47, 3, 0), every_kth(47, 5, 1), every_kth(47, 7, 2)};
  for (const Route route : {Route::cholesky, Route::tridiagonal, Route::band}) {
    const GpAnswers together = gp(table, items, rich_model(), route);
    for (std::size_t i = 0; i < items.size(); ++i)
      EXPECT_EQ(gp(table, {items[i]}, rich_model(), route)[0], together[i]);
  }
  const std::vector<Rows> folds{every_kth(47, 3, 0), every_kth(47, 3, 1), every_kth(47, 3, 2)};
  const GpAnswers together = gp(table, folds, rich_model(), Route::fold_inverse);
  EXPECT_EQ(gp(table, {folds[2]}, rich_model(), Route::fold_inverse)[0], together[2]);
}

TEST(GaussianProcessBits, OfASeedDoNotDependOnTheOtherSeeds) {
  const Table table = random_table(60, {0, 0}, 9);
  std::vector<Rows> folds;
  for (std::int32_t fold = 0; fold < 3; ++fold) folds.push_back(every_kth(60, 3, fold));
  for (std::int32_t fold = 0; fold < 3; ++fold) {  // another seed's: pairs of neighbouring rows
    Rows rows;
    for (std::int32_t row = 0; row < 60; ++row) (row / 2 % 3 == fold ? rows.held_out : rows.train).push_back(row);
    folds.push_back(rows);
  }
  for (const Mean mean : {Mean::zero, Mean::linear}) {
    GpModel model = rich_model();
    model.mean = mean;
    const GpAnswers together = gp_of_seeds(table, folds, 3, model);
    for (std::size_t seed = 0; seed < 2; ++seed) {
      const auto first = static_cast<std::ptrdiff_t>(3 * seed);
      const std::vector<Rows> own(folds.begin() + first, folds.begin() + first + 3);
      for (std::size_t l = 0; l < model.noise.size(); ++l) {
        GpModel lane = model;
        lane.noise = {model.noise[l]};
        lane.signal = {model.signal[l]};
        const GpAnswers alone = gp_of_seeds(table, own, 3, lane);
        for (std::size_t fold = 0; fold < 3; ++fold) EXPECT_EQ(alone[fold][0], together[3 * seed + fold][l]);
      }
    }
  }
}

TEST(GaussianProcessBits, OfALaneDoNotDependOnTheOtherLanes) {
  const Table table = random_table(47, {0, 0}, 9);
  const std::vector<Rows> items{every_kth(47, 3, 0)};
  for (const Route route : {Route::tridiagonal, Route::band}) {
    const std::vector<GpAnswer> together = gp(table, items, rich_model(), route)[0];
    for (std::size_t l = 0; l < together.size(); ++l) {
      GpModel alone = rich_model();
      alone.noise = {rich_model().noise[l]};
      alone.signal = {rich_model().signal[l]};
      EXPECT_EQ(gp(table, items, alone, route)[0][0], together[l]);
    }
  }
}

bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

struct Random {
  std::mt19937 engine;
  double operator()() { return static_cast<double>(engine()) * 0x1p-30; }
};

/// A positive definite triangle with extra rows, in panels and as rows of a plain array.
struct Problem {
  std::int64_t n, n_extra;
  std::vector<double> plain, store;

  Problem(std::int64_t rows, std::int64_t extra) : n(rows), n_extra(extra) {
    Random random{std::mt19937(static_cast<unsigned>(n))};
    std::vector<double> z(static_cast<std::size_t>(n + n_extra));
    for (double& v : z) v = random();
    for (std::size_t i = 0; i < z.size(); ++i) {
      for (std::size_t k = 0; k < static_cast<std::size_t>(n); ++k) {
        plain.push_back(std::exp(-std::fabs(z[i] - z[k])) + (i == k ? 0.01 : 0.0));
      }
    }
    store.resize(static_cast<std::size_t>(cpu::Panels::doubles(n, n_extra)));
  }

  double& at(std::int64_t i, std::int64_t k) { return plain[static_cast<std::size_t>(i * n + k)]; }

  cpu::Panels panels() {
    const cpu::Panels A{store.data(), n, n_extra};
    for (std::int64_t i = 0; i < n + n_extra; ++i) {
      for (std::int64_t k = 0; k < n; ++k) {
        if (i >= n) A.extra(i - n, k) = at(i, k);
        if (i < n) A.at(i, k) = at(i, k);
      }
    }
    cpu::pad(A);
    return A;
  }

  /// The element recurrence of the contract.
  void factor() {
    for (std::int64_t i = 0; i < n + n_extra; ++i) {
      for (std::int64_t j = 0; j < n && j <= i; ++j) {
        double s = at(i, j);
        for (std::int64_t k = 0; k < j; ++k) s = std::fma(-at(i, k), at(j, k), s);
        at(i, j) = i == j ? std::sqrt(s) : s / at(j, j);
      }
    }
  }
};

TEST_P(GpBitsOnEachIsa, CholeskyIsTheElementRecurrence) {
  for (const std::int64_t n : {1, 5, 8, 37, 131, 300, 525}) {
    for (const std::int64_t n_extra : {0, 1, 40}) {
      if (testing::slowdown > 1 && n > 300 && n_extra < 40) continue;
      Problem problem(n, n_extra);
      const cpu::Panels L = problem.panels();
      EXPECT_EQ(cpu::cholesky(L), n);
      problem.factor();
      int differ = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t k = 0; k <= i; ++k) differ += !same(L.at(i, k), problem.at(i, k));
      }
      for (std::int64_t e = 0; e < n_extra; ++e) {
        for (std::int64_t k = 0; k < n; ++k) differ += !same(L.extra(e, k), problem.at(n + e, k));
      }
      EXPECT_EQ(differ, 0) << n << " + " << n_extra;
    }
  }
}

TEST_P(GpBitsOnEachIsa, InverseIsItsStatedChain) {
  for (const std::int64_t n : {1, 8, 37, 131, 300}) {
    Problem problem(n, n);
    const cpu::Panels A = problem.panels();
    cpu::set_identity(A);
    ASSERT_EQ(cpu::cholesky(A, cpu::ExtraRows::upper_triangle), n);
    std::vector<double> store(static_cast<std::size_t>(cpu::SymmetricInverse::doubles(n)));
    const cpu::SymmetricInverse B{store.data(), n};

    cpu::invert(A, B);

    int differ = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j <= i; ++j) {
        double chain = 0;
        for (std::int64_t k = i / 8 * 8; k < A.columns(); ++k) chain = std::fma(A.extra(i, k), A.extra(j, k), chain);
        differ += !same(B.at(i, j), chain) || !same(B.at(j, i), chain);
      }
    }
    EXPECT_EQ(differ, 0) << n;
  }
}

TEST_P(GpBitsOnEachIsa, SolveLowerIsTheChainOfAnExtraRow) {
  for (const std::int64_t n : {1, 8, 37, 131}) {
    Problem problem(n, 1);
    std::vector<double> x(static_cast<std::size_t>(cpu::padded(n)), 0.0);
    for (std::int64_t k = 0; k < n; ++k) x[static_cast<std::size_t>(k)] = problem.at(n, k);
    const cpu::Panels L = problem.panels();
    ASSERT_EQ(cpu::cholesky(L), n);

    cpu::solve_lower(L, x.data());

    for (std::int64_t k = 0; k < n; ++k) EXPECT_TRUE(same(x[static_cast<std::size_t>(k)], L.extra(0, k)));
  }
}

TEST_P(GpBitsOnEachIsa, SolveWithTheTransposedFactorIsItsStatedReduction) {
  for (const std::int64_t n : {1, 8, 37, 131}) {
    Problem problem(n, 0);
    std::vector<double> x(static_cast<std::size_t>(cpu::padded(n)), 0.0);
    for (std::int64_t k = 0; k < n; ++k) x[static_cast<std::size_t>(k)] = std::sin(static_cast<double>(k));
    std::vector<double> plain = x;
    const cpu::Panels L = problem.panels();
    ASSERT_EQ(cpu::cholesky(L), n);
    for (std::int64_t j = n - 1; j >= 0; --j) {
      double chain[8] = {0, 0, 0, 0, 0, 0, 0, 0};
      for (std::int64_t i = n - 1; i > j; --i) {
        chain[i % 8] = std::fma(L.at(i, j), plain[static_cast<std::size_t>(i)], chain[i % 8]);
      }
      double& own = plain[static_cast<std::size_t>(j)];
      own = (own - join_chains(chain)) / L.at(j, j);
    }

    cpu::solve_lower_transposed(L, x.data());

    EXPECT_TRUE(same_bits(x, plain)) << n;
  }
}

TEST_P(GpBitsOnEachIsa, SolveByBlocksEqualsTheTwoSolvesWithinRounding) {
  for (const std::int64_t n : {1, 8, 37, 131}) {
    for (const std::int64_t first : {std::int64_t{0}, n / 2}) {
      Problem problem(n, 0);
      const cpu::Panels L = problem.panels();
      ASSERT_EQ(cpu::cholesky(L), n);
      std::vector<double> x(static_cast<std::size_t>(L.columns()), 0.0), inverse(16 * x.size());
      for (std::int64_t k = first; k < n; ++k) x[static_cast<std::size_t>(k)] = std::sin(static_cast<double>(k + 1));
      std::vector<double> plain = x;
      cpu::solve_lower(L, plain.data());
      cpu::solve_lower_transposed(L, plain.data());
      double largest = 0, least = L.at(0, 0), most = least;
      for (const double value : plain) largest = std::fmax(largest, std::fabs(value));
      for (std::int64_t j = 0; j < n; ++j) {
        least = std::fmin(least, L.at(j, j));
        most = std::fmax(most, L.at(j, j));
      }

      cpu::invert_diagonal_blocks(L, inverse.data());
      cpu::solve_by_blocks(L, inverse.data(), x.data(), first);

      const double bound = 50 * std::numeric_limits<double>::epsilon() * static_cast<double>(n) * (most / least) *
                           (most / least) * largest;
      for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(x[k], plain[k], bound) << n;
    }
  }
}

TEST(GpBits, SolveByBlocksHasTheSameBitsOnEveryIsa) {
  expect_same_on_every_isa([] {
    Problem problem(131, 0);
    const cpu::Panels L = problem.panels();
    EXPECT_EQ(cpu::cholesky(L), 131);
    std::vector<double> x(static_cast<std::size_t>(L.columns()), 0.0), inverse(16 * x.size());
    for (std::size_t k = 0; k < 131; ++k) x[k] = std::sin(static_cast<double>(k));
    cpu::invert_diagonal_blocks(L, inverse.data());
    cpu::solve_by_blocks(L, inverse.data(), x.data());
    return x;
  });
}

TEST_P(GpBitsOnEachIsa, CholeskyNamesTheFirstPivotThatIsNotPositive) {
  for (const std::int64_t bad : {0, 3, 8, 11, 36}) {
    Problem problem(37, 2);
    problem.at(bad, bad) = -1e-3;
    problem.at(36, 36) = std::numeric_limits<double>::quiet_NaN();

    EXPECT_EQ(cpu::cholesky(problem.panels()), bad);
  }
}

TEST_P(GpBitsOnEachIsa, TridiagonalFormDoesNotSeeWhatItsWorkspaceHeld) {
  constexpr std::int64_t n_rows = 3, room = 64 * 64;
  for (std::int64_t n = 1; n <= 41; ++n) {
    std::vector<std::vector<double>> forms;
    for (const double held : {0.0, std::numeric_limits<double>::quiet_NaN()}) {
      Problem problem(n, n_rows);
      cpu::TridiagonalWork work;
      for (cpu::Scratch<double>* scratch : {&work.tiles, &work.vectors, &work.reflectors})
        std::fill_n(scratch->get(room), room, held);
      std::vector<double>& form = forms.emplace_back(static_cast<std::size_t>(cpu::Tridiagonal::doubles(n, n_rows)));
      cpu::tridiagonalise(problem.panels(), {form.data(), n, n_rows}, work);
    }
    EXPECT_TRUE(same_bits(forms[0], forms[1])) << n;
  }
}

TEST_P(GpBitsOnEachIsa, ShiftThatLeavesTheMatrixIndefiniteIsNoticedInItsLaneAlone) {
  Problem problem(21, 0);
  std::vector<double> store(static_cast<std::size_t>(cpu::Tridiagonal::doubles(21, 0)));
  const cpu::Tridiagonal T{store.data(), 21, 0};
  cpu::TridiagonalWork work;
  cpu::tridiagonalise(problem.panels(), T, work);
  std::vector<double> lanes(16 * 21);
  double ratio[8] = {0.1, 0, 1, -0.5, 2, 3, -1e6, 5}, log_det[8];
  bool positive[8];

  cpu::eliminate_lanes(T, ratio, {21, lanes.data(), lanes.data() + 8 * 21}, log_det, positive);

  for (int l = 0; l < 8; ++l) EXPECT_EQ(positive[l], l != 3 && l != 6) << l;
}

TEST_P(GpBitsOnEachIsa, GramMatricesHoldTheScalarKernelFunctions) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr std::int64_t n = 37, d = 3, ld = 40;
  Random random{std::mt19937(1)};
  std::vector<double> X(ld * d, 0.0);
  for (std::size_t i = 0; i < n * d; ++i) X[i / n * ld + i % n] = 3 * random();
  X[2] = nan;
  X[3] = 1e160;
  X[4] = infinite;
  std::vector<double> weight(ld, 1.0);
  for (double& w : weight) w = random();
  std::vector<double> store(static_cast<std::size_t>(cpu::Panels::doubles(n, 0)));
  const cpu::Panels K{store.data(), n, 0};
  for (int kernel = 0; kernel < 8; ++kernel) {
    const KernelFunction f{static_cast<Kernel>(kernel), 0.7, 0.3, 1.5, 3};
    cpu::fill_triangle(f, {X.data(), n, d, ld}, weight.data(), K);
    int differ = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t k = 0; k <= i; ++k) {
        double argument = 0;
        for (std::int64_t j = 0; j < d; ++j) {
          const double a = X[static_cast<std::size_t>(i + j * ld)], b = X[static_cast<std::size_t>(k + j * ld)];
          argument = reads_distance(f.kernel) ? std::fma(a - b, a - b, argument) : std::fma(a, b, argument);
        }
        const double expected =
            evaluate(f, argument) * weight[static_cast<std::size_t>(i)] * weight[static_cast<std::size_t>(k)];
        differ += !(same(K.at(i, k), expected) || (std::isnan(expected) && std::isnan(K.at(i, k))));
      }
    }
    EXPECT_EQ(differ, 0) << "kernel " << kernel;
  }
}

/// 4 roundings of the value, and of what the exponent's own rounding makes of it.
double kernel_tolerance(long double value) {
  constexpr double half_ulp = std::numeric_limits<double>::epsilon() / 2;
  const auto v = static_cast<double>(value);
  return 8 * half_ulp * v * (1 - std::log(v)) + std::numeric_limits<double>::min();
}

TEST(KernelFunctions, EqualTheirFormulasInLongDouble) {
  Random random{std::mt19937(2)};
  for (int i = 0; i < 20000; ++i) {
    const double q = std::pow(random(), 4) * (i % 3 ? 1 : 1e-6);
    const double alpha = i % 5 ? 0.1 + random() : 1e7;
    const long double Q = q, s = std::sqrt(Q), u3 = std::sqrt(3.0L) * s, u5 = std::sqrt(5.0L) * s;
    const long double expected[] = {
        std::exp(-Q / 2), (1 + u3) * std::exp(-u3), (1 + u5 + u5 * u5 / 3) * std::exp(-u5),
        std::exp(-static_cast<long double>(alpha) * std::log1p(Q / (2 * static_cast<long double>(alpha)))),
        std::exp(-s)};
    for (int kernel = 0; kernel < 5; ++kernel) {
      const double value = evaluate({static_cast<Kernel>(kernel), alpha}, q);
      ASSERT_NEAR(value, static_cast<double>(expected[kernel]), kernel_tolerance(expected[kernel]))
          << "kernel " << kernel << " at " << q << ", alpha " << alpha;
    }
  }
}

}  // namespace
}  // namespace kilofold::test
