// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <random>

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

constexpr double none = std::numeric_limits<double>::infinity();

/// Both models, several entries that share work, two fold counts: every route through plan and executor.
Spec mixed_study(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.cv.folds = {5, 3};
  spec.cv.seeds = {0, 1, 42};
  spec.models = {
      make_entry("LR", "linear", {}),
      make_entry("Ridge", "linear", {{"alpha", {0, 1e-3, 1, 100}}}),
      make_entry("DT", "tree", {{"max_depth", {1, 2, 3, 5, 8, none}}, {"min_samples_leaf", {1, 2, 5}}}),
      make_entry("DT2", "tree", {{"max_depth", {4, none}}, {"min_samples_split", {2, 10}}}),
      make_entry("RF", "forest",
                 {{"n_estimators", {1, 3, 8}},
                  {"max_depth", {2, none}},
                  {"max_features", {1, 3, none}},
                  {"min_samples_leaf", {3, 1}}}),
      make_entry("BDT", "adaboost", {{"n_estimators", {1, 4, 9}}, {"max_depth", {2, none}}, {"loss", {0, 1, 2}}}),
      make_entry(
          "WeightedBDT", "adaboost",
          {{"n_estimators", {1, 5}}, {"min_samples_leaf", {1, 3}}, {"resample", {1}}, {"max_leaf_nodes", {5, none}}}),
      make_entry("GB", "gradient_boosting", {{"n_estimators", {2, 7}}, {"learning_rate", {0.1, 1}}, {"init", {0, 1}}}),
      make_entry("Pruned", "tree",
                 {{"max_depth", {3, none}},
                  {"max_leaf_nodes", {5, none}},
                  {"min_impurity_decrease", {0, 0.01}},
                  {"ccp_alpha", {0, 0.01}}}),
      make_entry("PrunedRF", "forest",
                 {{"n_estimators", {2, 5}},
                  {"max_leaf_nodes", {4, none}},
                  {"ccp_alpha", {0, 0.01}},
                  {"min_samples_leaf", {1, 4}}}),
      make_entry("PrunedGB", "gradient_boosting", {{"n_estimators", {2, 7}}, {"max_leaf_nodes", {4, none}}})};
  return spec;
}

/// Under the sanitizers, which look at accesses and not at sizes, a few rows do.
constexpr std::int64_t n_rows = testing::slowdown > 1 ? 53 : 131;

class SameBits : public ::testing::TestWithParam<int> {  // levels of the features: 0 = continuous
 protected:
  const Dataset data = make_data(n_rows, 4, 9, GetParam());
  const Spec spec = mixed_study(data);
  const Cells naive = run_study(spec, data, {false, {}});
};

TEST_P(SameBits, SharedPlanGivesTheNaivePlansBits) {
  EXPECT_EQ(static_cast<std::int64_t>(naive.size()), 2 * 3 * (1 + 4 + 18 + 4 + 36 + 18 + 8 + 8 + 16 + 16 + 4));
  EXPECT_EQ(differing_cells(run_study(spec, data), naive), 0);
}

TEST_P(SameBits, EachRuleAloneGivesTheNaivePlansBits) {
  for (const Rule& rule : all_rules())
    if (rule.sameness == Sameness::bitwise) {
      EXPECT_EQ(differing_cells(run_study(spec, data, {true, {rule.name}}), naive), 0) << "without " << rule.name;
    }
}

TEST_P(SameBits, ThreadsDoNotChangeABit) {
  for (int threads : {1, 2, 3}) {
    ExecuteOptions options;
    options.threads = threads;
    EXPECT_EQ(differing_cells(run_study(spec, data, {}, options), naive), 0) << threads;
  }
}

TEST_P(SameBits, BatchSizeDoesNotChangeABit) {
  for (std::int64_t units : {1, 7, 64}) {
    ExecuteOptions options;
    options.units_per_batch = units;
    EXPECT_EQ(differing_cells(run_study(spec, data, {}, options), naive), 0) << units;
  }
}

TEST_P(SameBits, InstructionSetDoesNotChangeABit) {
  for (const std::string& isa : cpu::available_isas()) {
    cpu::force_isa(isa);
    EXPECT_STREQ(cpu::isa(), isa.c_str());
    EXPECT_EQ(differing_cells(run_study(spec, data), naive), 0) << isa;
  }
  cpu::force_isa("");
}

TEST_P(SameBits, ShardsTogetherGiveTheWholeStudy) {
  Cells joined;
  for (int shard = 0; shard < 3; ++shard) {
    ExecuteOptions options;
    options.shard_index = shard;
    options.shard_count = 3;
    joined.merge(run_study(spec, data, {}, options));
  }
  EXPECT_EQ(differing_cells(joined, naive), 0);
}

TEST_P(SameBits, ExecutedItemsAreThePlannedOnesWhereNothingIsUpstreamOfTheAnchor) {
  Executed executed;
  run_study(spec, data, {}, {}, &executed);
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  EXPECT_TRUE(executed.complete);
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) EXPECT_EQ(executed.items[n], plan.nodes[n].items) << n;
}

INSTANTIATE_TEST_SUITE_P(Levels, SameBits, ::testing::Values(0, 4), [](const auto& level) {
  return level.param == 0 ? std::string("continuous") : "levels" + std::to_string(level.param);
});

TEST(Execute, SkipsUnitsWhoseCellsAreAllDone) {
  const Dataset data = make_data(60, 3, 2);
  Spec spec = make_spec(data);
  spec.models = {make_entry("DT", "tree", {{"max_depth", {1, 2, 3}}, {"min_samples_leaf", {1, 5}}})};
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  Cells cells;
  ExecuteHooks hooks;
  hooks.is_done = [](ModelId, std::int64_t, std::int32_t seed) { return seed == 0; };
  hooks.on_cells = [&cells](std::vector<CellBlock> blocks) { testing::collect(cells, blocks); };

  const Executed executed = execute(plan, data, cpu_backend(), {}, hooks);

  EXPECT_TRUE(executed.complete);
  EXPECT_EQ(cells.size(), 6U);
  for (const auto& [key, value] : cells) EXPECT_EQ(std::get<2>(key), 1);
}

TEST(Execute, ComputesOnlyTheMissingCellsOfAUnitAndTheyHaveTheSameBits) {
  const Dataset data = make_data(60, 3, 2);
  Spec spec = make_spec(data);
  spec.models = {make_entry("DT", "tree", {{"max_depth", {1, 2, 3, none}}})};
  const Cells all = run_study(spec, data);
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  Cells missing;
  ExecuteHooks hooks;
  hooks.is_done = [](ModelId, std::int64_t trial, std::int32_t) { return trial % 2 == 0; };
  hooks.on_cells = [&missing](std::vector<CellBlock> blocks) { testing::collect(missing, blocks); };

  execute(plan, data, cpu_backend(), {}, hooks);

  EXPECT_EQ(missing.size(), all.size() / 2);
  for (const auto& [key, value] : missing) {
    EXPECT_EQ(std::get<1>(key) % 2, 1);
    EXPECT_TRUE(testing::same_bits(value, all.at(key)));
  }
}

TEST(Execute, AUnitWithMoreLanesThanATileHoldsGivesTheSameBits) {
  const Dataset data = make_data(2000, 2, 2);  // 64 MiB of predictions: 4,194 cells a tile
  Spec spec = make_spec(data);
  spec.cv.folds = {2};
  spec.cv.seeds = {0};
  std::vector<double> alphas;
  for (int i = 0; i < 4500; ++i) alphas.push_back(i * 1e-2);
  spec.models = {make_entry("Ridge", "linear", {{"alpha", alphas}})};
  Executed executed;
  const Cells many = run_study(spec, data, {}, {}, &executed);
  spec.models = {make_entry("Ridge", "linear", {{"alpha", {alphas.front(), alphas.back()}}})};
  const Cells few = run_study(spec, data);

  EXPECT_EQ(many.size(), alphas.size());
  EXPECT_EQ(executed.items.back(), 4) << "two tiles of two folds";
  EXPECT_TRUE(testing::same_bits(many.at({0, 0, 0}), few.at({0, 0, 0})));
  EXPECT_TRUE(testing::same_bits(many.at({0, 4499, 0}), few.at({0, 1, 0})));
}

TEST(Execute, StopsEarlyAtTheLimitAndSaysSo) {
  const Dataset data = make_data(60, 3, 2);
  Spec spec = make_spec(data);
  for (std::int64_t seed = 2; seed < 200; ++seed) spec.cv.seeds.push_back(seed);
  spec.models = {make_entry("DT", "tree", {})};
  ExecuteOptions options;
  options.threads = 1;
  options.limit = 10;
  options.units_per_batch = 3;
  Executed executed;
  const Cells cells = run_study(spec, data, {}, options, &executed);
  EXPECT_FALSE(executed.complete);
  EXPECT_EQ(cells.size(), 12U);
}

TEST(Execute, StopFlagHandsOverWhatIsWhole) {
  const Dataset data = make_data(60, 3, 2);
  Spec spec = make_spec(data);
  for (std::int64_t seed = 2; seed < 2000; ++seed) spec.cv.seeds.push_back(seed);
  spec.models = {make_entry("DT", "tree", {{"max_depth", {1, 2, 3}}})};
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  std::atomic<bool> stop = false;
  Cells cells;
  ExecuteHooks hooks;
  hooks.stop = &stop;
  hooks.on_cells = [&](std::vector<CellBlock> blocks) {
    testing::collect(cells, blocks);
    stop = true;
  };

  const Executed executed = execute(plan, data, cpu_backend(), {}, hooks);

  EXPECT_FALSE(executed.complete);
  EXPECT_EQ(static_cast<std::int64_t>(cells.size()), executed.cells);
  EXPECT_LT(cells.size(), 6000U);
  EXPECT_EQ(cells.size() % 3, 0U) << "whole units only";
}

TEST(Execute, AFailureInACallbackReachesTheCaller) {
  const Dataset data = make_data(60, 3, 2);
  Spec spec = make_spec(data);
  spec.models = {make_entry("DT", "tree", {})};
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  ExecuteHooks hooks;
  hooks.on_cells = [](std::vector<CellBlock>) { throw MachineError("disk full"); };
  EXPECT_THROW(execute(plan, data, cpu_backend(), {}, hooks), MachineError);
}

}  // namespace
}  // namespace kilofold
