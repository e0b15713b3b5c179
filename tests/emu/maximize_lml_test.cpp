// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <utility>

#include "cuda/dev.hpp"
#include "emu/gp_equal.hpp"
#include "kilofold/core/fit_status.hpp"

/// `maximize_lml` on the emulated device: the CPU's bits, step by step, or the searches would part.
namespace kilofold::test {
namespace {

bool alike(const GpTuned& a, const GpTuned& b) {
  return same(a.theta, b.theta) && same(a.log_marginal_likelihood, b.log_marginal_likelihood) &&
         same(a.gradient_norm, b.gradient_norm) && a.iterations == b.iterations && a.status == b.status;
}

/// Both backends find the same; returns what.
std::vector<GpTuned> expect_alike(const Table& table, const std::vector<Rows>& items, GpModel model,
                                  const GpSearch& search) {
  std::vector<GpTuned> expected = tuned(table, items, model, search);
  model.backend = &emu::backend();
  in_each_order([&] {
    const std::vector<GpTuned> found = tuned(table, items, model, search);
    for (std::size_t i = 0; i < items.size(); ++i) EXPECT_TRUE(alike(found[i], expected[i])) << "item " << i;
  });
  return expected;
}

std::int32_t code(FitStatus status) { return static_cast<std::int32_t>(status); }

TEST(CudaMaximizeLml, EqualsTheCpuInEveryBit) {
  for (const std::int32_t n : {2, 19}) {
    const Table table = random_table(n, {0, 0}, static_cast<std::uint32_t>(n));
    for (const Kernel kernel : kernels) {
      SCOPED_TRACE(std::to_string(n) + " rows, kernel " + std::to_string(static_cast<int>(kernel)));
      const auto mean = static_cast<Mean>(static_cast<int>(kernel) % 3);
      const GpSearch search{.per_feature = mean == Mean::zero, .n_restarts = kernel == Kernel::matern52 ? 1.0 : 0.0};
      expect_alike(table, {every_kth(n, 2, 0), every_kth(n, 3, 1)}, model_of(kernel, mean), search);
    }
  }
}

TEST(CudaMaximizeLml, EqualsTheCpuWhereTheMatrixTakesSeveralTiles) {
  const Table table = random_table(90, {0, 3}, 5);
  const std::vector<GpTuned> found = expect_alike(
      table, {every_kth(90, 5, 1)}, model_of(Kernel::rational_quadratic, Mean::linear), {.per_feature = true});
  EXPECT_GT(found[0].iterations, 3);
}

TEST(CudaMaximizeLml, OfCollapsedRowsEqualsTheCpu) {
  const Table table = replicated_table(60, 2, 3);
  for (const Mean mean : {Mean::zero, Mean::linear}) {
    GpModel model = model_of(Kernel::squared_exponential, mean);
    model.replicates = Replicates::collapse;
    expect_alike(table, {every_kth(60, 3, 0)}, model, {});
  }
}

TEST(CudaMaximizeLml, SaysLikeTheCpuWhatFails) {
  Matrix<double> X(6, 2);
  for (std::int64_t i = 0; i < 6; ++i) X(i, 0) = X(i, 1) = i == 2 ? 1e200 : static_cast<double>(i);
  const GpModel model = model_of(Kernel::squared_exponential, Mean::constant);
  const std::vector<GpTuned> found =
      expect_alike({X, {1, 2, 3, 4, 5, 6}}, {every_kth(6, 3, 0), every_kth(6, 3, 2)}, model, {});
  EXPECT_EQ(found[0].status, code(FitStatus::not_finite));
  EXPECT_EQ(found[0].iterations, 0);
}

/// The call to the device that fails in the next search.
thread_local int failing_call = 0;

TEST(CudaMaximizeLml, EveryFailureOfTheDeviceIsReturnedAndTheNextCallWorks) {
  const Table table = random_table(5, {0}, 1);
  GpModel model = model_of(Kernel::rational_quadratic, Mean::constant);
  model.length_scale = {1};
  const std::vector<Rows> items{every_kth(5, 3, 0)};
  const std::vector<GpTuned> expected = tuned(table, items, model, {});
  Backend failing = emu::backend();
  failing.maximize_lml = [](const MaximizeLmlArgs* args) {
    dev::calls_until_failure = failing_call;
    EXPECT_NE(emu::backend().maximize_lml(args), 0);
    dev::calls_until_failure = -1;
    return 0;
  };
  std::set<std::string> said;
  for (failing_call = 0; failing_call < 36; ++failing_call) {  // three steps of the search
    model.backend = &failing;
    tuned(table, items, model, {});
    said.insert(emu::backend().last_error());
    model.backend = &emu::backend();
    EXPECT_TRUE(alike(tuned(table, items, model, {})[0], expected[0]));
  }
  for (const char* call : {"choose_bases", "factor_likelihoods", "invert_likelihoods", "sum_pairs", "gather_sums",
                           "cudaMemcpy to the device", "cudaMemcpy from the device", "cudaStreamSynchronize"})
    EXPECT_TRUE(said.contains(std::string("maximize_lml: ") + call + ": planted failure")) << call;
}

/// What the next searches ask of the device.
thread_local int calls_to_the_device = 0;

TEST(CudaMaximizeLml, StartsOfOneTrainingSetRunSideBySide) {
  const Table table = random_table(19, {0}, 4);
  GpModel model = model_of(Kernel::squared_exponential, Mean::constant);
  model.length_scale = {1};
  Backend counting = emu::backend();
  counting.maximize_lml = [](const MaximizeLmlArgs* args) {
    constexpr int never = 1 << 30;
    dev::calls_until_failure = never;
    const int result = emu::backend().maximize_lml(args);
    calls_to_the_device = never - std::exchange(dev::calls_until_failure, -1);
    return result;
  };
  model.backend = &counting;
  const auto calls_with = [&](double n_restarts) {
    tuned(table, {every_kth(19, 3, 0)}, model, {.n_restarts = n_restarts});
    return calls_to_the_device;
  };
  const int one = calls_with(0), six = calls_with(5);
  EXPECT_LT(six, 4 * one) << "a step of six searches is the calls of one, and the longest takes three times its steps";
}

TEST(CudaMaximizeLml, DoesNotDependOnNeighboursInTheCall) {
  const Table table = random_table(31, {0, 0}, 9);
  GpModel model = model_of(Kernel::matern32, Mean::constant);
  model.backend = &emu::backend();
  const std::vector<Rows> items{every_kth(31, 3, 0), every_kth(31, 5, 1), every_kth(31, 2, 1)};
  const std::vector<GpTuned> together = tuned(table, items, model, {});
  for (std::size_t i = 0; i < items.size(); ++i)
    EXPECT_TRUE(alike(together[i], tuned(table, {items[i]}, model, {})[0])) << "item " << i;
}

}  // namespace
}  // namespace kilofold::test
