// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "emu/backend.hpp"
#include "emu/each_order.hpp"
#include "kilofold/backend/cuda_ops.hpp"
#include "kilofold/core/kernel_functions.hpp"
#include "support/runs.hpp"

/// Whole sweeps on the emulated CUDA backend against the CPU.
namespace kilofold::testing {
namespace {

/// Bits of a study of one entry on both backends, its plan by these switches; it must hold `op` and so many trials.
void expect_equal(const ModelSpec& entry, std::size_t n_trials, int levels, const Switches& switches, Op op,
                  FitOn fit_on = FitOn::fold) {
  const Dataset data = make_data(24, 2, 5, levels);
  Spec spec = make_spec(data);
  spec.cv.folds = {3};
  spec.fit_on = {fit_on};
  spec.models = {entry};
  const Plan plan = make_plan(lower(spec, data), all_rules(), switches);
  ASSERT_TRUE(std::ranges::any_of(plan.nodes, [op](const PlanNode& node) { return node.node.op == op; }));
  ExecuteOptions options;
  options.threads = 2;
  const Cells expected = run_study(spec, data, switches);
  ASSERT_EQ(expected.size(), n_trials * spec.cv.seeds.size());
  test::in_each_order([&] {
    EXPECT_EQ(differing_cells(run_study(spec, data, switches, options, nullptr, emu::backend()), expected), 0);
  });
}

/// The same of Gaussian processes of given hyperparameters.
void expect_equal(int levels, const Switches& switches, Op op, FitOn fit_on = FitOn::fold,
                  const std::vector<double>& noises = {1e-3, 0.1}) {
  const ModelSpec entry = make_entry("GPR", "gpr",
                                     {{"kernel", {static_cast<double>(static_cast<int>(Kernel::matern52))}},
                                      {"mean", {static_cast<double>(static_cast<int>(Mean::constant))}},
                                      {"length_scale", {0.7, 3}},
                                      {"noise_variance", noises},
                                      {"signal_variance", {0.5, 2}}});
  expect_equal(entry, 4 * noises.size(), levels, switches, op, fit_on);
}

TEST(CudaSweep, NaivePlanGivesTheCpusBits) { expect_equal(0, {false, {}}, Op::factor); }

TEST(CudaSweep, SharedFactorsGiveTheCpusBits) {
  expect_equal(0, {true, {"replicate_collapse", "noise_shift", "fold_block_inverse"}}, Op::factor);
}

TEST(CudaSweep, NoiseLanesOfOneReductionGiveTheCpusBits) {
  const std::vector<double> noises{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3, 1, 3};
  for (const int levels : {0, 3}) expect_equal(levels, {true, {"fold_block_inverse"}}, Op::reduce, FitOn::fold, noises);
}

/// The planner takes the band for larger matrices; here it is taken for 40 training rows, or about 32 that differ.
TEST(CudaSweep, NoiseLanesOfOneBandGiveTheCpusBits) {
  const auto number = [](auto word) { return std::vector<double>{static_cast<double>(static_cast<int>(word))}; };
  const std::vector<double> noises{1e-5, 1e-3, 0.1};
  for (const int levels : {0, 6}) {
    const Dataset data = make_data(60, 2, 5, levels);
    Spec spec = make_spec(data);
    spec.cv.folds = {3};
    spec.models = {
        make_entry("GPR", "gpr",
                   {{"kernel", number(Kernel::matern52)},
                    {"mean", number(Mean::linear)},
                    {"length_scale", {0.7, 3}},
                    {"noise_variance", noises},
                    {"signal_variance", {0.5, 2}}}),
        make_entry("KRR", "kernel_ridge", {{"kernel", {1}}, {"alpha", noises}, {"gamma", {gamma_scale, 0.3}}})};
    const std::vector<std::string> rules = levels > 0 ? std::vector<std::string>{"replicate_collapse", "band_shift"}
                                                      : std::vector<std::string>{"band_shift"};
    const Plan plan = plan_by(rules, spec, data);
    const Cells expected = run_plan(plan, data);
    ASSERT_EQ(expected.size(), 18 * spec.cv.seeds.size());
    ExecuteOptions options;
    options.threads = 2;
    test::in_each_order(
        [&] { EXPECT_EQ(differing_cells(run_plan(plan, data, options, nullptr, emu::backend()), expected), 0); });
  }
}

TEST(CudaSweep, CollapsedRowsGiveTheCpusBits) {
  expect_equal(3, {true, {"noise_shift", "fold_block_inverse"}}, Op::factor);
}

TEST(CudaSweep, SharedPlansGiveTheCpusBits) {
  for (const int levels : {0, 3}) {
    for (const FitOn fit_on : {FitOn::fold, FitOn::all}) expect_equal(levels, {true, {}}, Op::standardize, fit_on);
  }
}

TEST(CudaSweep, FoldsOfOneInverseGiveTheCpusBits) {
  expect_equal(0, {true, {"noise_shift"}}, Op::fold_posterior, FitOn::all);
}

TEST(CudaSweep, HyperparametersFoundInEveryTrainingSetAreTheCpusBits) {
  const auto kernel = [](Kernel k) { return std::vector<double>{static_cast<double>(static_cast<int>(k))}; };
  const ModelSpec together = make_entry("GPR", "gpr",
                                        {{"kernel", kernel(Kernel::matern52)},
                                         {"mean", {static_cast<double>(static_cast<int>(Mean::constant))}},
                                         {"optimizer", {1}},
                                         {"length_scale", {0.7}}});
  const ModelSpec apart =
      make_entry("GPR", "gpr", {{"kernel", kernel(Kernel::rational_quadratic)}, {"optimizer", {2}}});
  for (const bool sharing : {false, true}) {
    expect_equal(together, 1, sharing ? 3 : 0, {sharing, {}}, Op::maximize_lml);  // replicates collapse where shared
    expect_equal(apart, 1, 0, {sharing, {}}, Op::maximize_lml, FitOn::all);
  }
}

TEST(CudaBackend, OffersTheOpsThatPlansAreToldOf) {
  for (int i = 0; i <= static_cast<int>(Op::least_squares); ++i) {
    const Op op = static_cast<Op>(i);
    EXPECT_EQ(offers(emu::backend(), op), std::ranges::find(cuda_ops, name(op)) != cuda_ops.end()) << name(op);
  }
}

TEST(CudaSweep, KernelRidgeGivesTheCpusBits) {
  for (const double kernel : {0.0, 1.0, 2.0}) {
    const ModelSpec entry = make_entry("KRR", "kernel_ridge",
                                       {{"kernel", {kernel}},
                                        {"alpha", {1e-3, 1e-2, 0.03, 0.1, 0.3, 1, 3, 10}},
                                        {"gamma", {gamma_scale, 0.3}},
                                        {"degree", {2}}});
    for (const int levels : {0, 3}) {
      expect_equal(entry, 16, levels, {false, {}}, Op::factor);
      expect_equal(entry, 16, levels, {true, {"fold_block_inverse"}}, Op::reduce);
    }
    const ModelSpec fixed =
        make_entry("KRR", "kernel_ridge", {{"kernel", {kernel}}, {"alpha", {0.1}}, {"gamma", {0.3}}, {"degree", {2}}});
    expect_equal(fixed, 1, 0, {true, {"noise_shift"}}, Op::fold_posterior, FitOn::all);
  }
}

}  // namespace
}  // namespace kilofold::testing
