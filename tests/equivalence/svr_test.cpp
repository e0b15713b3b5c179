// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

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

INSTANTIATE_TEST_SUITE_P(Levels, SvrSameBits, ::testing::Values(0, 4), [](const auto& level) {
  return level.param == 0 ? std::string("continuous") : "levels" + std::to_string(level.param);
});

}  // namespace
}  // namespace kilofold
