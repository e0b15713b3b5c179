// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "equivalence/gp_sweep.hpp"
#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::differing_cells;
using testing::gp_study;
using testing::GpCase;
using testing::GpConditions;
using testing::make_data;
using testing::plan_by;
using testing::run_plan;
using testing::run_study;
using testing::sd_of;
using testing::worst_ratio;

/// The planner takes the band for thousands of rows; here it is taken for 72 training rows, two panels of reflections
/// and a rest. With levels about 60 of them differ, one panel and a rest.
class BandShift : public ::testing::TestWithParam<GpCase> {
 protected:
  const Dataset data = make_data(90, 3, 5, GetParam().levels);
  const Spec spec = gp_study(data, GetParam());
  const std::vector<std::string> rules = GetParam().levels > 0
                                             ? std::vector<std::string>{"replicate_collapse", "band_shift"}
                                             : std::vector<std::string>{"band_shift"};
  const Plan plan = plan_by(rules, spec, data);
};

TEST_P(BandShift, AgreesWithTheNaivePlanWithinTheBoundAndABillionthWouldBeSeen) {
  const GpConditions conditions(data, GetParam(), spec);
  const Cells naive = run_study(spec, data, {false, {}});
  const Cells shared = run_plan(plan, data);
  EXPECT_LE(worst_ratio(naive, shared, conditions, sd_of(data.y)), 1.0);

  const testing::Planted found = testing::plant_billionths(shared, naive, conditions, sd_of(data.y));
  EXPECT_GT(found.planted, 0);
  EXPECT_EQ(found.caught, found.planted);
}

TEST_P(BandShift, ThreadsBatchesAndShardsDoNotChangeABit) {
  const Cells plain = run_plan(plan, data);
  for (const std::int64_t units : {1, 64}) {
    ExecuteOptions options;
    options.units_per_batch = units;
    options.threads = units == 1 ? 3 : 1;
    EXPECT_EQ(differing_cells(run_plan(plan, data, options), plain), 0) << units;
  }
  Cells joined;
  ExecuteOptions options;
  options.shard_count = 3;
  for (options.shard_index = 0; options.shard_index < 3; ++options.shard_index)
    joined.merge(run_plan(plan, data, options));
  EXPECT_EQ(differing_cells(joined, plain), 0);
}

INSTANTIATE_TEST_SUITE_P(Studies, BandShift,
                         ::testing::Values(GpCase{Kernel::matern52, Mean::zero, FitOn::fold, 0},
                                           GpCase{Kernel::matern32, Mean::linear, FitOn::all, 0},
                                           GpCase{Kernel::exponential, Mean::constant, FitOn::fold, 5}),
                         testing::gp_case_name);

}  // namespace
}  // namespace kilofold
