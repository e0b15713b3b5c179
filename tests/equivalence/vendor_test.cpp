// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "support/vendor.hpp"

#include "equivalence/gp_sweep.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::GpCase;
using testing::GpConditions;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;
using testing::sd_of;
using testing::worst_ratio;

constexpr std::int32_t not_positive_definite = static_cast<std::int32_t>(FitStatus::not_positive_definite);

class VendorSweep : public testing::NeedsVendor<::testing::TestWithParam<GpCase>> {
 protected:
  const Dataset data = make_data(testing::gp_samples, 3, 5, GetParam().levels);
  const Spec spec = testing::gp_study(data, GetParam());
};

TEST_P(VendorSweep, AgreesWithTheCanonicalNumbersWithinTheBound) {
  const GpConditions conditions(data, GetParam(), spec);
  const Cells canonical = run_study(spec, data, {false, {}});
  for (const bool sharing : {false, true}) {
    const Cells cells = run_study(spec, data, {sharing, {}}, {}, nullptr, *vendor);
    ASSERT_EQ(cells.size(), canonical.size());
    EXPECT_LE(worst_ratio(canonical, cells, conditions, sd_of(data.y)), 1.0) << "sharing: " << sharing;
    const testing::Planted found = testing::plant_billionths(cells, canonical, conditions, sd_of(data.y));
    EXPECT_GT(found.planted, 0);
    EXPECT_EQ(found.caught, found.planted);
  }
}

INSTANTIATE_TEST_SUITE_P(Studies, VendorSweep, ::testing::ValuesIn(testing::gp_cases()), testing::gp_case_name);

/// Single studies in both flavours.
class Vendor : public testing::NeedsVendor<::testing::Test> {
 protected:
  Cells run(const Spec& spec, const Switches& switches = {}, const ExecuteOptions& options = {}) const {
    return run_study(spec, data, switches, options, nullptr, *vendor);
  }
  void expect_equal_statuses(const Spec& spec) const {
    for (const bool sharing : {false, true}) {
      const Cells ours = run_study(spec, data, {sharing, {}}), theirs = run(spec, {sharing, {}});
      for (const auto& [key, value] : ours) EXPECT_EQ(theirs.at(key).status, value.status) << std::get<1>(key);
    }
  }

  const Dataset data = make_data(testing::gp_samples, 3, 5);
};

TEST_F(Vendor, GivesTheSameBitsForAnyThreadsAndBatches) {
  const Spec spec = testing::gp_study(data, {Kernel::matern52, Mean::linear, FitOn::all, 0});
  const Cells once = run(spec);
  EXPECT_GT(differing_cells(once, run_study(spec, data)), 0) << "as if the library had not been called";
  for (const std::int64_t units : {1, 3, 64}) {
    ExecuteOptions options;
    options.units_per_batch = units;
    options.threads = 8;
    EXPECT_EQ(differing_cells(run(spec, {}, options), once), 0) << units;
  }
}

TEST_F(Vendor, RaisesTheSameNoises) {
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2}}, {"noise_variance", {1e-16, 0.01, 1}}})};
  expect_equal_statuses(spec);
  EXPECT_EQ(run(spec).at({0, 0, 0}).status.front(), static_cast<std::int32_t>(FitStatus::jittered));
}

TEST_F(Vendor, FindsTheSameMatricesNotPositiveDefinite) {
  Spec spec = make_spec(data);
  // Rank 3 of 38: what is left after three pivots is rounding, and one of 35 roundings is not above zero.
  spec.models = {make_entry("KR", "kernel_ridge", {{"kernel", {0}}, {"alpha", {1e-300, 1}}})};
  expect_equal_statuses(spec);
  EXPECT_EQ(run(spec, {false, {}}).at({0, 0, 0}).status.front(), not_positive_definite);
}

TEST_F(Vendor, FindsHyperparametersOfTheSameLikelihood) {
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"optimizer", {1, 2}}, {"length_scale", {1}}, {"noise_variance", {0.1}}})};
  const Cells ours = run_study(spec, data), theirs = run(spec);
  // Both searches end where the gradient is below 1e-5: in a valley of curvature above 1e-3, within 1e-7 of its ground.
  // Likelihoods are kept as float32.
  constexpr float tolerance = 1e-7F + 0x1p-23F * 1e3F;
  for (const auto& [key, value] : ours) {
    EXPECT_EQ(theirs.at(key).status, value.status);
    for (std::size_t fold = 0; fold < testing::gp_folds; ++fold)
      EXPECT_NEAR(theirs.at(key).diagnostic[fold], value.diagnostic[fold], tolerance) << std::get<1>(key);
  }
}

}  // namespace
}  // namespace kilofold
