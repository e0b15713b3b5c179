// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "kilofold/core/kernel_functions.hpp"
#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::make_data;
using testing::make_entry;
using testing::make_spec;

/// Whole small studies on the first GPU, against the CPU. Skipped without a GPU, unless KILOFOLD_REQUIRE_CUDA says that
/// there must be one; a study whose ops the module lacks is skipped too.
class CudaSweep : public ::testing::TestWithParam<bool> {  // sharing
 protected:
  void SetUp() override {
    const auto found = open_cuda(0, Flavour::canonical);
    if (const auto* device = std::get_if<Device>(&found)) {
      backend_ = device->backend;
      return;
    }
    if (std::getenv("KILOFOLD_REQUIRE_CUDA") != nullptr) FAIL() << std::get<std::string>(found);
    GTEST_SKIP() << std::get<std::string>(found);
  }

  void expect_same_bits(const ModelSpec& entry, FitOn fit_on = FitOn::fold, double memory = 0.8) const {
    const Dataset data = make_data(131, 4, 9, 6);
    Spec spec = make_spec(data);
    spec.fit_on = {fit_on};
    spec.models = {entry};
    expect_same_bits(make_plan(lower(spec, data), all_rules(), {GetParam(), {}}), data, memory);
  }

  void expect_same_bits(const Plan& plan, const Dataset& data, double memory = 0.8) const {
    for (const PlanNode& node : plan.nodes)
      if (!offers(*backend_, node.node.op)) GTEST_SKIP() << "the module has no " << name(node.node.op);
    ExecuteOptions options;
    options.memory = memory;
    EXPECT_EQ(testing::differing_cells(testing::run_plan(plan, data, options, nullptr, *backend_),
                                       testing::run_plan(plan, data)),
              0);
  }

  const Backend* backend_ = nullptr;
};

TEST_P(CudaSweep, GaussianProcessesHaveTheCpusBits) {
  expect_same_bits(make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2}}, {"noise_variance", {1e-3, 1e-2, 0.1}}}));
}

TEST_P(CudaSweep, NoiseLanesOfEitherReducedFormHaveTheCpusBits) {
  if (!GetParam()) GTEST_SKIP() << "nothing is reduced where nothing is shared";
  const Dataset data = make_data(700, 4, 9);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.5, 2}}, {"noise_variance", {1e-4, 1e-3, 1e-2, 0.1}}})};
  for (const char* const rule : {"noise_shift", "band_shift"}) {
    SCOPED_TRACE(rule);
    expect_same_bits(testing::plan_by({rule}, spec, data), data);
  }
}

TEST_P(CudaSweep, RowsThatRepeatHaveTheCpusBits) {
  const Dataset data = make_data(262, 2, 9, 6);  // some seven rows a setting
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.5, 2}}, {"noise_variance", {1e-2}}})};
  const std::vector<std::string> rules{"replicate_collapse"};
  const Plan plan =
      GetParam() ? testing::plan_by(rules, spec, data) : make_plan(lower(spec, data), all_rules(), {false, {}});
  expect_same_bits(plan, data);
}

TEST_P(CudaSweep, TilesComputedWhileTheLastOnesResultsComeDownHaveTheCpusBits) {
  const ModelSpec entry =
      make_entry("GPR", "gpr", {{"length_scale", {0.3, 0.5, 1, 2, 3}}, {"noise_variance", {1e-3, 1e-2, 0.1}}});
  for (const FitOn fit_on : {FitOn::fold, FitOn::all}) expect_same_bits(entry, fit_on, 1e-6);
}

TEST_P(CudaSweep, GaussianProcessesOnAllRowsHaveTheCpusBits) {
  expect_same_bits(make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2}}}), FitOn::all);
}

TEST_P(CudaSweep, TunedGaussianProcessesHaveTheCpusBits) {
  expect_same_bits(make_entry("GPR", "gpr", {{"optimizer", {1}}}));
  const auto rational_quadratic = static_cast<double>(static_cast<int>(Kernel::rational_quadratic));
  expect_same_bits(
      make_entry("GPR", "gpr", {{"kernel", {rational_quadratic}}, {"optimizer", {2}}, {"n_restarts_optimizer", {1}}}));
}

TEST_P(CudaSweep, KernelRidgeHasTheCpusBits) {
  for (const double kernel : {0.0, 1.0, 2.0}) {  // linear, rbf, poly
    for (const FitOn fit_on : {FitOn::fold, FitOn::all}) {
      expect_same_bits(make_entry("KRR", "kernel_ridge",
                                  {{"kernel", {kernel}}, {"alpha", {1e-3, 0.1, 1}}, {"gamma", {gamma_scale, 0.3}}}),
                       fit_on);
    }
  }
}

TEST_P(CudaSweep, SupportVectorsHaveTheCpusBits) {
  expect_same_bits(make_entry("SVR", "svr", {{"C", {1, 100}}, {"epsilon", {0, 0.1}}}));
}

TEST_P(CudaSweep, TreesHaveTheCpusBits) {
  expect_same_bits(make_entry("DT", "tree", {{"max_depth", {1, 3, 8}}, {"min_samples_leaf", {1, 5}}}));
}

TEST_P(CudaSweep, ForestsHaveTheCpusBits) {
  expect_same_bits(make_entry("RF", "forest", {{"n_estimators", {2, 5}}, {"max_features", {2}}}));
}

TEST_P(CudaSweep, ChainsOfTreesHaveTheCpusBits) {
  expect_same_bits(make_entry("BDT", "adaboost", {{"n_estimators", {1, 5}}}));
}

TEST_P(CudaSweep, LinearModelsHaveTheCpusBits) {
  expect_same_bits(make_entry("Ridge", "linear", {{"alpha", {0, 1e-3, 1}}}));
}

INSTANTIATE_TEST_SUITE_P(Plans, CudaSweep, ::testing::Bool(),
                         [](const auto& sharing) { return std::string(sharing.param ? "shared" : "naive"); });

}  // namespace
}  // namespace kilofold
