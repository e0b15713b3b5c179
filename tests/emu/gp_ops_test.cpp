// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "cuda/dev.hpp"
#include "emu/gp_equal.hpp"
#include "kilofold/core/kernel_functions.hpp"

/// The ops of cuda/ against those of src/cpu/: equal bits, whatever the order of the threads.
namespace kilofold::test {
namespace {

TEST(CudaFactor, AndPosteriorEqualTheCpuInEveryBit) {
  for (const std::int32_t n : {2, 9, 49}) {
    const Table table = random_table(n, {0, 0}, static_cast<std::uint32_t>(n));
    for (const Kernel kernel : kernels) {
      SCOPED_TRACE(std::to_string(n) + " rows, kernel " + std::to_string(static_cast<int>(kernel)));
      const auto mean = static_cast<Mean>(static_cast<int>(kernel) % 3);
      expect_equal(table, {every_kth(n, 2, 0), every_kth(n, 3, 1)}, model_of(kernel, mean), Route::cholesky);
    }
  }
}

TEST(CudaFactor, EqualsTheCpuWhereTheMatrixTakesSeveralTilesInSharedMemoryOrNot) {
  for (const std::int32_t n : {131, 230}) {
    const Table table = random_table(n, {0, 3}, 5);
    expect_equal(table, {every_kth(n, 4, 1)}, model_of(Kernel::matern52, Mean::linear), Route::cholesky);
  }
}

TEST(CudaKernels, EqualTheCpuWhereverTheirFactorsLie) {
  const Table table = random_table(131, {0, 3}, 5);
  const GpModel model = model_of(Kernel::matern52, Mean::linear);
  on_each_shared_memory([&] {
    expect_equal(table, {every_kth(131, 4, 1), every_kth(131, 2, 0)}, model, Route::cholesky);
    expect_equal(table, {every_kth(131, 4, 1), every_kth(131, 9, 1)}, model, Route::fold_inverse);
  });
}

TEST(CudaFactor, OfCollapsedRowsEqualsTheCpu) {
  const Table table = replicated_table(60, 2, 3);
  for (const Mean mean : {Mean::zero, Mean::constant, Mean::linear}) {
    GpModel model = model_of(Kernel::squared_exponential, mean);
    model.replicates = Replicates::collapse;
    expect_equal(table, {every_kth(60, 3, 0), every_kth(60, 5, 1)}, model, Route::cholesky);
  }
}

TEST(CudaKernels, OfKernelRidgeEqualTheCpuByEveryRoute) {
  const Table plain = random_table(37, {0, 0, 3}, 7), replicated = replicated_table(40, 3, 3);
  for (const Kernel kernel : ridge_kernels) {
    for (const double gamma : {gamma_scale, -3.0, 0.3}) {
      SCOPED_TRACE("kernel " + std::to_string(static_cast<int>(kernel)) + ", gamma " + std::to_string(gamma));
      GpModel model = ridge_model_of(kernel, gamma);
      expect_equal(plain, {every_kth(37, 3, 0), every_kth(37, 4, 1)}, model, Route::cholesky);
      expect_equal(plain, {every_kth(37, 3, 0)}, model, Route::tridiagonal);
      expect_equal(plain, {every_kth(37, 3, 0), every_kth(37, 3, 1), every_kth(37, 3, 2)}, model, Route::fold_inverse);
      model.replicates = Replicates::collapse;
      expect_equal(replicated, {every_kth(40, 3, 0)}, model, Route::cholesky);
      expect_equal(replicated, {every_kth(40, 3, 1)}, model, Route::tridiagonal);
    }
  }
}

TEST(CudaKernels, RefuseLikeTheCpuWhatIsNoGammaOrDegree) {
  GpModel model = ridge_model_of(Kernel::polynomial, 0.3);
  model.backend = &emu::backend();
  const Table table = random_table(9, {0}, 1);
  const auto refusal = [&] {
    Backend refusing = emu::backend();
    refusing.factor = [](const FactorArgs* args) {
      EXPECT_NE(emu::backend().factor(args), 0);
      std::fill(args->status, args->status + args->n_items, static_cast<std::int32_t>(FitStatus::not_finite));
      return 0;
    };
    GpModel refused = model;
    refused.backend = &refusing;
    refused.noise = refused.signal = {1};
    gp(table, {every_kth(9, 3, 0)}, refused, Route::cholesky);
    return std::string(emu::backend().last_error());
  };
  model.gamma = -6;
  EXPECT_EQ(refusal(), "factor: gamma must be a finite number above 0, or a word");
  model.gamma = 1;
  model.degree = 2.5;
  EXPECT_EQ(refusal(), "factor: degree must be a whole number in [1, 100]");
}

TEST(CudaFactor, SaysLikeTheCpuWhatFails) {
  const Table table = replicated_table(40, 2, 1);
  GpModel model = model_of(Kernel::squared_exponential, Mean::linear);
  model.noise = {0, 0.01};
  model.length_scale = {1e4, 1e4};
  expect_equal(table, {every_kth(40, 3, 0)}, model, Route::cholesky);  // the noise's floor

  Matrix<double> X(6, 2);
  for (std::int64_t i = 0; i < 6; ++i) X(i, 0) = X(i, 1) = i == 2 ? 1e200 : static_cast<double>(i);
  model.length_scale = {1, 1};
  expect_equal({X, {1, 2, 3, 4, 5, 6}}, {every_kth(6, 3, 0)}, model, Route::cholesky);  // not finite
}

TEST(CudaFactor, DoesNotDependOnNeighboursInTheCall) {
  const Table table = random_table(47, {0, 0}, 9);
  GpModel model = model_of(Kernel::matern32, Mean::constant);
  model.backend = &emu::backend();
  const std::vector<Rows> items{every_kth(47, 3, 0), every_kth(47, 5, 1), every_kth(47, 2, 1)};
  const GpAnswers together = gp(table, items, model, Route::cholesky);
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(differing({together[i]}, gp(table, {items[i]}, model, Route::cholesky)), 0);
  }
}

TEST(CudaFolds, EqualTheCpuInEveryBit) {
  for (const std::int32_t n : {6, 9, 37}) {
    const Table table = random_table(n, {0, 0}, static_cast<std::uint32_t>(n));
    for (const Kernel kernel : kernels) {
      SCOPED_TRACE(std::to_string(n) + " rows, kernel " + std::to_string(static_cast<int>(kernel)));
      const auto mean = static_cast<Mean>((static_cast<int>(kernel) + n) % 3);
      expect_equal(table, {every_kth(n, 3, 0), every_kth(n, 3, 1), every_kth(n, 3, 2)}, model_of(kernel, mean),
                   Route::fold_inverse);
    }
  }
}

TEST(CudaFolds, EqualTheCpuOnSeveralTilesAndWhereAFoldLosesAColumnOfTheBasis) {
  const Table table = random_table(131, {0, 3}, 5);
  expect_equal(table, {every_kth(131, 4, 1), every_kth(131, 4, 2)}, model_of(Kernel::matern52, Mean::linear),
               Route::fold_inverse);
  Matrix<double> X(12, 2);
  std::vector<double> y;
  for (std::int64_t i = 0; i < 12; ++i) {
    X(i, 0) = std::sin(static_cast<double>(3 * i));
    X(i, 1) = i % 3 == 1 ? static_cast<double>(i) : 2.0;  // constant outside fold 1
    y.push_back(std::cos(static_cast<double>(i)));
  }
  expect_equal({X, y}, {every_kth(12, 3, 0), every_kth(12, 3, 1)}, model_of(Kernel::exponential, Mean::linear),
               Route::fold_inverse);
}

struct StandardizeCase {
  Scaling features, target;
  FitOn fit_on;
  Replicates replicates;
};

/// Numbers of the replicate sets of some rows, by first appearance.
std::vector<std::int32_t> replicate_sets(const Table& table, const std::vector<std::int32_t>& rows) {
  std::map<std::vector<double>, std::int32_t> sets;
  std::vector<std::int32_t> numbers;
  for (const std::int32_t row : rows) {
    std::vector<double> features;
    for (std::int64_t f = 0; f < table.X().cols(); ++f) features.push_back(table.X()(row, f));
    numbers.push_back(sets.try_emplace(features, static_cast<std::int32_t>(sets.size())).first->second);
  }
  return numbers;
}

std::vector<double> zeros(std::int64_t n) { return std::vector<double>(static_cast<std::size_t>(n)); }

/// All that `standardize` writes of one item, one array after another.
std::vector<double> standardized(const Backend& backend, const Table& table, const std::vector<Rows>& item,
                                 const StandardizeCase& c) {
  const TableView view = table.view();
  const std::vector<std::int32_t> replicate = replicate_sets(table, item[0].train);
  RowSetView rows = views(item)[0];
  rows.replicate = replicate.data();
  rows.n_unique = 1 + *std::max_element(replicate.begin(), replicate.end());
  const std::int64_t n = rows.n_train, m = rows.n_held_out, d = view.d;
  std::vector<double> X = zeros(n * d), out = zeros(m * d), y = zeros(n), count = zeros(n), unit = zeros(2 * d + 3);
  std::int32_t status = -1;
  const StandardizeArgs args{.table = &view,
                             .n_items = 1,
                             .rows = &rows,
                             .features = c.features,
                             .target = c.target,
                             .fit_on = c.fit_on,
                             .replicates = c.replicates,
                             .ld_train = n,
                             .ld_held_out = m,
                             .X_train = {X.data(), 0},
                             .X_held_out = {out.data(), 0},
                             .y_train = {y.data(), 0},
                             .count = {count.data(), 0},
                             .within = {&unit.back(), 0},
                             .centre = {unit.data(), 0},
                             .scale = {unit.data() + d + 1, 0},
                             .status = &status};
  EXPECT_EQ(backend.standardize(&args), 0) << backend.last_error();
  const std::int64_t used = c.replicates == Replicates::collapse ? rows.n_unique : n;
  for (std::int64_t f = 0; f < d; ++f) out.insert(out.end(), X.begin() + f * n, X.begin() + f * n + used);
  out.insert(out.end(), y.begin(), y.begin() + used);
  out.insert(out.end(), count.begin(), count.begin() + used);
  out.insert(out.end(), unit.begin(), unit.end());
  out.push_back(status);
  return out;
}

TEST(CudaStandardize, EqualsTheCpuInEveryBit) {
  for (const std::int32_t n : {3, 10, 37, 131}) {
    for (const Table& table : {random_table(n, {0, 3, 1}, static_cast<std::uint32_t>(n)), replicated_table(n, 3, 7)}) {
      for (int i = 0; i < 16; ++i) {
        const StandardizeCase c{static_cast<Scaling>(i % 4), static_cast<Scaling>((i + 1) % 3),
                                static_cast<FitOn>(i / 4 % 2), static_cast<Replicates>(i / 8)};
        const std::vector<Rows> rows{every_kth(n, 3, 1)};
        const std::vector<double> expected = standardized(cpu_backend(), table, rows, c);
        in_each_order(
            [&] { EXPECT_TRUE(same(standardized(emu::backend(), table, rows, c), expected)) << n << ", case " << i; });
      }
    }
  }
}

TEST(CudaStandardize, KeepsTheSignOfAZeroAndSaysWhatIsNotFinite) {
  for (const std::vector<double>& x :
       {std::vector<double>{-0.0, 0.0, 5, 1}, {0.0, -0.0, 5, 1}, {1e200, -1e200, 5, 1}}) {
    Matrix<double> X(4, 1);
    std::copy(x.begin(), x.end(), X.data());
    const Table table(X, {1, 2, 3, 4});
    for (const Scaling scaling : {Scaling::zscore, Scaling::minmax, Scaling::center}) {
      for (const std::int32_t fold : {2, 3}) {
        const StandardizeCase c{scaling, scaling, FitOn::fold, Replicates::keep};
        EXPECT_TRUE(same(standardized(emu::backend(), table, {every_kth(4, 4, fold)}, c),
                         standardized(cpu_backend(), table, {every_kth(4, 4, fold)}, c)));
      }
    }
  }
}

/// Every call to the device fails once, in a thread whose stream and memory are not made yet.
TEST(CudaMachine, EveryFailureOfTheDeviceIsReturnedAndNamed) {
  const Table table = random_table(9, {0}, 1);
  const StandardizeCase c{Scaling::zscore, Scaling::zscore, FitOn::fold, Replicates::keep};
  Backend failing = emu::backend();
  failing.standardize = [](const StandardizeArgs* args) {
    EXPECT_NE(emu::backend().standardize(args), 0);
    return 0;
  };
  std::vector<std::string> said;
  for (int call = 0; call < 7; ++call) {
    std::thread([&] {
      dev::calls_until_failure = call;
      standardized(failing, table, {every_kth(9, 3, 0)}, c);
      said.emplace_back(emu::backend().last_error());
      standardized(emu::backend(), table, {every_kth(9, 3, 0)}, c);  // it works again
    }).join();
  }
  const std::vector<std::string> calls{"cudaStreamCreate",         "cudaMalloc",      "cudaHostAlloc",
                                       "cudaMemcpy to the device", "cudaEventCreate", "cudaEventRecord",
                                       "standardize_items"};
  ASSERT_EQ(said.size(), calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(said[i], "standardize: " + calls[i] + ": planted failure");
}

TEST(CudaMachine, BrokenContractIsRefusedWithItsReason) {
  const StandardizeArgs args{};
  EXPECT_NE(emu::backend().standardize(&args), 0);
  EXPECT_STREQ(emu::backend().last_error(), "standardize: the table must have rows and features");
}

}  // namespace
}  // namespace kilofold::test
