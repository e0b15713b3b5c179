// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

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

/// One seed, so that all that shares work is one unit; long enough to be shared out.
Spec one_seed(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.cv.seeds = {7};
  spec.models = {make_entry("RF", "forest", {{"n_estimators", {5, 60}}, {"min_samples_leaf", {1, 3}}}),
                 make_entry("DT", "tree", {{"max_depth", {2, none}}}),
                 make_entry("GPR", "gpr", {{"length_scale", {0.5, 2}}, {"noise_variance", {0.01, 0.1, 1}}}),
                 make_entry("SVR", "svr", {{"C", {0.1, 1, 10}}, {"epsilon", {0.01, 0.1}}})};
  return spec;
}

/// Threads that have come to grow trees; each waits for a second one, a while.
struct Meeting {
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::thread::id> threads;

  void join() {
    std::unique_lock lock(mutex);
    threads.insert(std::this_thread::get_id());
    changed.notify_all();
    changed.wait_for(lock, std::chrono::seconds(10), [this] { return threads.size() >= 2; });
  }
};
Meeting* meeting = nullptr;

TEST(Shares, AUnitThatStandsAloneIsWorkForSeveralThreads) {
  const Dataset data = make_data(300, 4, 9);
  Spec spec = make_spec(data);
  spec.cv.seeds = {7};
  spec.models = {make_entry("RF", "forest", {{"n_estimators", {60}}})};
  Backend backend = cpu_backend();
  backend.grow_trees = [](const GrowTreesArgs* args) {
    meeting->join();
    return cpu_backend().grow_trees(args);
  };
  Meeting threads;
  meeting = &threads;
  ExecuteOptions options;
  options.threads = 2;

  const Cells cells = run_study(spec, data, {}, options, nullptr, backend);

  EXPECT_EQ(threads.threads.size(), 2U);
  EXPECT_EQ(cells.size(), 1U);
}

TEST(Shares, OfAnySizeGiveTheBitsOfOneThread) {
  const Dataset data = make_data(200, 4, 9);
  const Spec spec = one_seed(data);
  ExecuteOptions options;
  options.threads = 1;
  Executed alone, shared;
  const Cells expected = run_study(spec, data, {}, options, &alone);
  for (const std::int32_t threads : {2, 16, 3, 4, 5}) {
    if (testing::slowdown > 1 && threads != 2 && threads != 16) continue;
    options.threads = threads;
    EXPECT_EQ(differing_cells(run_study(spec, data, {}, options, &shared), expected), 0) << threads;
    EXPECT_TRUE(shared.complete);
    EXPECT_EQ(shared.cells, alone.cells);
    EXPECT_EQ(shared.fits, alone.fits);
  }
}

TEST(Shares, CountFailedFitsOnce) {
  Dataset data = make_data(400, 2, 3);
  for (std::int64_t i = 0; i < 200; ++i)
    for (std::int64_t f = 0; f < 2; ++f) data.X(2 * i + 1, f) = data.X(2 * i, f);
  Spec spec = make_spec(data);
  spec.cv.seeds = {7};
  spec.jitter = false;
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {1, 2}}, {"noise_variance", {0, 0.1}}})};
  ExecuteOptions options;
  options.threads = 1;
  Executed alone, shared;
  const Cells expected = run_study(spec, data, {true, {"replicate_collapse"}}, options, &alone);
  options.threads = 5;

  EXPECT_EQ(differing_cells(run_study(spec, data, {true, {"replicate_collapse"}}, options, &shared), expected), 0);

  EXPECT_GT(alone.failed_fits, 0);
  EXPECT_EQ(shared.failed_fits, alone.failed_fits);
}

TEST(Shares, StoppedInTheMiddleHandOverWholeCellsOnly) {
  const Dataset data = make_data(200, 4, 9);
  Spec spec = one_seed(data);
  spec.models.resize(1);
  for (std::int64_t seed = 8; seed < 12; ++seed) spec.cv.seeds.push_back(seed);
  const Cells all = run_study(spec, data);
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  ExecuteOptions options;
  options.threads = 2;
  options.units_per_batch = 1;
  int cut = 0;
  for (int calls = 1; calls < 12; ++calls) {
    static std::atomic<int> left;
    static std::atomic<bool> stop;
    left = calls;
    stop = false;
    Backend backend = cpu_backend();
    backend.read_trees = [](const ReadTreesArgs* args) {
      if (--left == 0) stop = true;
      return cpu_backend().read_trees(args);
    };
    Cells cells;
    ExecuteHooks hooks;
    hooks.stop = &stop;
    hooks.on_cells = [&cells](std::vector<CellBlock> blocks) { testing::collect(cells, blocks); };

    const Executed done = execute(plan, data, backend, options, hooks);

    EXPECT_EQ(done.complete, cells.size() == all.size()) << calls;
    cut += done.complete ? 0 : 1;
    EXPECT_EQ(done.cells, static_cast<std::int64_t>(cells.size()));
    for (const auto& [key, value] : cells) EXPECT_TRUE(testing::same_bits(value, all.at(key))) << calls;
  }
  EXPECT_GT(cut, 3);
}

}  // namespace
}  // namespace kilofold
