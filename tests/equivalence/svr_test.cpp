// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/isa.hpp"
#include "support/runs.hpp"
#include "support/sanitizer.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::differing_cells;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;

/// Every kernel, words and numbers; C and epsilon in no order.
Spec svr_study(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.cv.folds = {5, 3};
  spec.models = {make_entry("RBF", "svr",
                            {{"C", {10, 0.1, 1000, 1, -1}}, {"epsilon", {0.1, 0, -1, 0.5}}, {"gamma", {-1, 0.05, 2}}}),
                 make_entry("Linear and poly", "svr",
                            {{"kernel", {1, 2}}, {"C", {100, 0.5}}, {"epsilon", {0.2, 0.01}}, {"coef0", {0, 1}}})};
  return spec;
}

/// Under the sanitizers, which look at accesses and not at sizes, a plain plan of 131 rows would take half a minute.
constexpr std::int64_t n_rows = testing::slowdown > 1 ? 53 : 131;

class SvrSameBits : public ::testing::TestWithParam<int> {  // levels of the features: 0 = continuous
 protected:
  const Dataset data = make_data(n_rows, 4, 9, GetParam());
  const Spec spec = svr_study(data);
  const Cells naive = run_study(spec, data, {false, {}});
};

TEST_P(SvrSameBits, SharedPlanGivesTheNaivePlansBits) {
  EXPECT_EQ(static_cast<std::int64_t>(naive.size()), 2 * 2 * (60 + 16));
  EXPECT_EQ(differing_cells(run_study(spec, data), naive), 0);
}

TEST_P(SvrSameBits, WithoutTheRuleTheBitsAreTheSame) {
  EXPECT_EQ(differing_cells(run_study(spec, data, {true, {"svr_path"}}), naive), 0);
}

TEST_P(SvrSameBits, ThreadsAndBatchesDoNotChangeABit) {
  for (const std::int64_t units : {1, 7}) {
    ExecuteOptions options;
    options.threads = 2;
    options.units_per_batch = units;
    EXPECT_EQ(differing_cells(run_study(spec, data, {}, options), naive), 0);
  }
}

TEST_P(SvrSameBits, InstructionSetDoesNotChangeABit) {
  for (const std::string& isa : cpu::available_isas()) {
    cpu::force_isa(isa);
    EXPECT_EQ(differing_cells(run_study(spec, data), naive), 0) << isa;
  }
  cpu::force_isa("");
}

TEST_P(SvrSameBits, EveryFitEndsOptimal) {
  for (const auto& [key, value] : naive)
    for (const std::int32_t status : value.status)
      EXPECT_TRUE(status == -1 || status == static_cast<std::int32_t>(FitStatus::ok) ||
                  status == static_cast<std::int32_t>(FitStatus::converged_degenerate));
}

TEST_P(SvrSameBits, CellsComputedLaterHaveTheSameBits) {
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  Cells missing;
  ExecuteHooks hooks;
  hooks.is_done = [](ModelId, std::int64_t trial, std::int32_t) { return trial % 3 != 0; };
  hooks.on_cells = [&missing](std::vector<CellBlock> blocks) { testing::collect(missing, blocks); };

  execute(plan, data, cpu_backend(), {}, hooks);

  EXPECT_FALSE(missing.empty());
  for (const auto& [key, value] : missing) EXPECT_TRUE(testing::same_bits(value, naive.at(key)));
}

ExecuteOptions with_fit_time(double seconds) {
  ExecuteOptions options;
  options.fit_time_limit = seconds;
  return options;
}

TEST(SvrTimeLimit, FailsTheFitsThatReachItAndNoOther) {
  const Dataset data = make_data(53, 4, 9);
  Spec spec = svr_study(data);
  spec.models.push_back(make_entry("DT", "tree", {{"max_depth", {1, 3}}}));
  Executed executed;
  const Cells without = run_study(spec, data), limited = run_study(spec, data, {}, with_fit_time(1e-9), &executed);

  std::int64_t n_timed_out = 0;
  for (const auto& [key, cell] : limited) {
    if (std::get<0>(key) == 2) {
      EXPECT_TRUE(testing::same_bits(cell, without.at(key)));
      continue;
    }
    n_timed_out += std::ranges::count(cell.status, static_cast<std::int32_t>(FitStatus::time_limit));
    const std::vector<double>& expected = without.at(key).prediction;
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_TRUE(std::isnan(cell.prediction[i]) || cell.prediction[i] == expected[i]);
  }
  EXPECT_GT(n_timed_out, 1000) << "of 1216: where the states of one C answer the next, that takes no step";
  EXPECT_EQ(executed.failed_fits, n_timed_out);
}

// Which candidate wins must not depend on which inner fits the machine had time for.
TEST(SvrTimeLimit, LeavesATunedChoiceOpen) {
  const Dataset data = make_data(53, 4, 9);
  Spec spec = make_spec(data);
  spec.models = {make_entry("Tuned", "svr", {{"C", {1, 10}}})};
  spec.models.front().tune = TuneSpec{"rmse", "grid", 3, 1, {}, {}};

  for (const auto& [key, cell] : run_study(spec, data, {}, with_fit_time(1e-9))) {
    EXPECT_EQ(std::ranges::count(cell.status, static_cast<std::int32_t>(FitStatus::time_limit)), 5);
    for (const double value : cell.prediction) EXPECT_TRUE(std::isnan(value));
    for (const float value : cell.diagnostic) EXPECT_TRUE(std::isnan(value));
  }
}

TEST(SvrMaxIter, IsPartOfTheTrialAndKeepsTheBitsOfEveryPlan) {
  const Dataset data = make_data(53, 4, 9);
  Spec spec = make_spec(data);
  const double none = std::numeric_limits<double>::infinity();
  spec.models = {make_entry("SVR", "svr", {{"C", {1, 100, 1e4}}, {"epsilon", {0.1, 0.01}}, {"max_iter", {20, none}}})};
  const Cells shared = run_study(spec, data);

  EXPECT_EQ(differing_cells(run_study(spec, data, {false, {}}), shared), 0);
  std::int64_t n_stopped = 0;
  for (const auto& [key, cell] : shared)
    n_stopped += std::ranges::count(cell.status, static_cast<std::int32_t>(FitStatus::iteration_limit));
  EXPECT_GT(n_stopped, 0);
  EXPECT_LE(n_stopped, 2 * 5 * 6) << "trials without a limit end";
}

INSTANTIATE_TEST_SUITE_P(Levels, SvrSameBits, ::testing::Values(0, 4), [](const auto& level) {
  return level.param == 0 ? std::string("continuous") : "levels" + std::to_string(level.param);
});

}  // namespace
}  // namespace kilofold
