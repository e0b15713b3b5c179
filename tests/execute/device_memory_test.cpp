// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "support/fake_device.hpp"
#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::differing_cells;
using testing::fake_backend;
using testing::fake_device;
using testing::FakeDevice;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::reset_fake_device;

constexpr double none = std::numeric_limits<double>::infinity();

/// Every op but `invert` and `fold_posterior`, which need features scaled on the whole table.
Spec every_model(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.models = {make_entry("Ridge", "linear", {{"alpha", {0, 1e-3, 1, 100}}}),
                 make_entry("DT", "tree", {{"max_depth", {1, 3, none}}, {"min_samples_leaf", {1, 5}}}),
                 make_entry("RF", "forest", {{"n_estimators", {2, 5}}, {"max_features", {1, none}}}),
                 make_entry("BDT", "adaboost", {{"n_estimators", {1, 4}}, {"loss", {0, 1}}}),
                 make_entry("GPR", "gpr", {{"length_scale", {0.3, 0.5, 1, 2, 3, 4}}, {"noise_variance", {1e-3, 1e-1}}}),
                 make_entry("SVR", "svr", {{"C", {1, 100}}, {"epsilon", {0, 0.1}}})};
  return spec;
}

struct Ran {
  Cells cells;
  Executed executed;
};

Ran run_on(const Backend& backend, const Spec& spec, const Dataset& data, const Switches& switches = {},
           const ExecuteOptions& options = {}) {
  const Plan plan = make_plan(lower(spec, data), all_rules(), switches);
  Ran ran;
  ExecuteHooks hooks;
  hooks.on_cells = [&ran](std::vector<CellBlock> blocks) { testing::collect(ran.cells, blocks); };
  ran.executed = execute(plan, data, backend, options, hooks);
  return ran;
}

class DeviceMemory : public ::testing::TestWithParam<std::tuple<bool, bool>> {  // sharing, copies in the background
 protected:
  Switches switches() const { return {std::get<0>(GetParam()), {}}; }
  FakeDevice kind() const { return {.streams = std::get<1>(GetParam())}; }

  const Dataset data = make_data(61, 3, 9, 6);
  const Spec spec = every_model(data);
};

TEST_P(DeviceMemory, HostCodeNeverTouchesItAndTheBitsAreTheCpus) {
  const Cells cpu = run_on(cpu_backend(), spec, data, switches()).cells;
  Spec on_all_rows = spec;
  on_all_rows.fit_on = {FitOn::all};
  const Cells cpu_on_all_rows = run_on(cpu_backend(), on_all_rows, data, switches()).cells;
  reset_fake_device(kind());

  const Ran fake = run_on(fake_backend(), spec, data, switches());

  EXPECT_TRUE(fake.executed.complete);
  EXPECT_EQ(differing_cells(fake.cells, cpu), 0);
  EXPECT_EQ(differing_cells(run_on(fake_backend(), on_all_rows, data, switches()).cells, cpu_on_all_rows), 0);
  EXPECT_FALSE(fake_device().used_by_two_at_a_time) << "one thread feeds a device";
}

TEST_P(DeviceMemory, TilesAreHalvedUntilTheyFit) {
  const Cells cpu = run_on(cpu_backend(), spec, data, switches()).cells;
  reset_fake_device(kind());
  run_on(fake_backend(), spec, data, switches());
  const std::size_t wanted = fake_device().most_used;

  for (const std::size_t share : {3, 8}) {
    FakeDevice small = kind();
    small.memory = wanted / share;
    reset_fake_device(small);
    const Ran fake = run_on(fake_backend(), spec, data, switches());
    EXPECT_TRUE(fake.executed.complete);
    EXPECT_EQ(differing_cells(fake.cells, cpu), 0) << share;
    EXPECT_GT(fake_device().n_refused, 0) << share;
    EXPECT_LE(fake_device().most_used, wanted / share);
    EXPECT_FALSE(fake_device().released_too_early);
  }
}

TEST_P(DeviceMemory, AnOpThatRunsOutOfMemoryIsTriedAgainOnHalves) {
  const Cells cpu = run_on(cpu_backend(), spec, data, switches()).cells;
  reset_fake_device(kind());
  run_on(fake_backend(), spec, data, switches());
  const std::int64_t n_ops = fake_device().n_ops;

  for (std::int64_t op = 1; op <= n_ops; ++op) {
    FakeDevice failing = kind();
    failing.failing_op = op;
    failing.failure = out_of_memory;
    reset_fake_device(failing);
    const Ran fake = run_on(fake_backend(), spec, data, switches());
    EXPECT_TRUE(fake.executed.complete) << op;
    EXPECT_EQ(differing_cells(fake.cells, cpu), 0) << op;
    EXPECT_FALSE(fake_device().released_too_early) << op;
  }
}

INSTANTIATE_TEST_SUITE_P(Plans, DeviceMemory, ::testing::Combine(::testing::Bool(), ::testing::Bool()),
                         [](const auto& kind) {
                           return std::string(std::get<0>(kind.param) ? "shared" : "naive") +
                                  (std::get<1>(kind.param) ? "Streaming" : "");
                         });

/// Trees of many seeds, a batch a seed.
Spec many_seeds(const Dataset& data, std::int64_t n_seeds) {
  Spec spec = make_spec(data);
  spec.cv.seeds.clear();
  for (std::int64_t seed = 1; seed <= n_seeds; ++seed) spec.cv.seeds.push_back(seed);
  spec.models = {make_entry("DT", "tree", {{"max_depth", {1, 3, none}}})};
  return spec;
}

TEST(Device, HasItsNextTileBeforeTheLastResultsAreWaitedFor) {
  const Dataset data = make_data(61, 3, 9);
  const Spec spec = many_seeds(data, 40);
  const Cells cpu = run_on(cpu_backend(), spec, data).cells;
  reset_fake_device({.memory = std::size_t{1} << 20});
  ExecuteOptions options;
  options.memory = 0.1;

  const Ran ran = run_on(fake_backend(), spec, data, {}, options);

  EXPECT_EQ(differing_cells(ran.cells, cpu), 0);
  EXPECT_GE(fake_device().n_ops, 6) << "three tiles";
  EXPECT_EQ(fake_device().n_ops_beside_copies, fake_device().n_ops - 2) << "all ops but those of the first tile";
  EXPECT_FALSE(fake_device().released_too_early);
}

TEST(Device, TakesTheWholeStudyInFewCallsWhereMemoryAllows) {
  const Dataset data = make_data(61, 3, 9);
  Spec spec = make_spec(data);
  for (std::int64_t seed = 2; seed < 100; ++seed) spec.cv.seeds.push_back(seed);
  spec.models = {make_entry("DT", "tree", {{"max_depth", {1, 3, none}}})};
  reset_fake_device({});

  const Ran ran = run_on(fake_backend(), spec, data);

  EXPECT_EQ(ran.executed.cells, 300);
  EXPECT_EQ(fake_device().n_ops, 2) << "one grow_trees, one read_trees";
  EXPECT_LE(fake_device().n_uploads, 6) << "five of the table, one of all row lists";
  EXPECT_LE(fake_device().n_downloads, 3) << "predictions, statuses, members";
}

TEST(Device, ALimitIsKeptThoughBatchesAreTakenTogether) {
  const Dataset data = make_data(61, 3, 9);
  Spec spec = make_spec(data);
  for (std::int64_t seed = 2; seed < 200; ++seed) spec.cv.seeds.push_back(seed);
  spec.models = {make_entry("DT", "tree", {})};
  reset_fake_device({});
  ExecuteOptions options;
  options.limit = 10;
  options.units_per_batch = 3;

  const Ran ran = run_on(fake_backend(), spec, data, {}, options);

  EXPECT_FALSE(ran.executed.complete);
  EXPECT_EQ(ran.cells.size(), 12U);
}

TEST(Device, TooSmallForOneCellIsAFailureOfTheMachine) {
  const Dataset data = make_data(61, 3, 9);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {})};
  reset_fake_device({.memory = std::size_t{32} << 10});

  EXPECT_THROW(run_on(fake_backend(), spec, data), MachineError);
}

TEST(Device, WhatWasWholeWhenItWasLostIsHandedOver) {
  const Dataset data = make_data(61, 3, 9);
  const Spec spec = every_model(data);
  const Cells cpu = run_on(cpu_backend(), spec, data).cells;
  reset_fake_device({});
  run_on(fake_backend(), spec, data);
  const std::int64_t n_ops = fake_device().n_ops;
  const int last_model = static_cast<int>(spec.models.size()) - 1;
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  reset_fake_device({.failing_op = n_ops});
  Cells before;
  ExecuteHooks hooks;
  hooks.on_cells = [&before](std::vector<CellBlock> blocks) { testing::collect(before, blocks); };

  try {
    execute(plan, data, fake_backend(), {}, hooks);
    ADD_FAILURE() << "the device was lost";
  } catch (const MachineError& error) {
    EXPECT_NE(std::string(error.what()).find("the fake device fails at op"), std::string::npos) << error.what();
  }
  const auto in_the_last_call = [&](const auto& cell) { return std::get<0>(cell.first) == last_model; };
  EXPECT_EQ(std::ssize(before), std::ranges::count_if(cpu, std::not_fn(in_the_last_call)));
  EXPECT_EQ(std::ranges::count_if(before, in_the_last_call), 0);

  Cells joined = before;  // and the study goes on with it
  hooks.is_done = [&before](ModelId model, std::int64_t trial, std::int32_t seed) {
    return before.contains({model.value, trial, seed});
  };
  hooks.on_cells = [&joined](std::vector<CellBlock> blocks) { testing::collect(joined, blocks); };
  EXPECT_TRUE(execute(plan, data, cpu_backend(), {}, hooks).complete);
  EXPECT_EQ(differing_cells(joined, cpu), 0);
}

TEST(Device, ThatIsNotThereIsAFailureOfTheMachine) {
  const Dataset data = make_data(20, 2, 9);
  Spec spec = make_spec(data);
  spec.models = {make_entry("DT", "tree", {})};
  reset_fake_device({});
  ExecuteOptions options;
  options.device = 1;
  EXPECT_EQ(run_on(fake_backend(), spec, data, {}, options).executed.cells, 2);
  EXPECT_EQ(fake_device().selected, 1);
  options.device = 2;
  EXPECT_THROW(run_on(fake_backend(), spec, data, {}, options), MachineError);
}

TEST(FakeDevice, DiesWhereHostCodeFollowsADevicePointer) {
  reset_fake_device({});
  auto* const memory = static_cast<volatile double*>(fake_backend().allocate(sizeof(double)));
  EXPECT_DEATH(*memory = 1, "");
}

}  // namespace
}  // namespace kilofold
