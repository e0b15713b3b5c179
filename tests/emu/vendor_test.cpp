// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "emu/backend.hpp"
#include "emu/each_order.hpp"
#include "equivalence/gp_sweep.hpp"

/// The flavour vendor on the emulated device, whose library is plain loops in another order of operations.
namespace kilofold::testing {
namespace {

using test::at_each_pace;
using test::in_each_order;

Cells run_vendor(const Spec& spec, const Dataset& data, const Switches& switches = {}) {
  return run_study(spec, data, switches, {}, nullptr, emu::vendor_backend());
}

/// Every kernel once, with the means, row sets and replicates shared out among them.
std::vector<GpCase> emulated_cases() {
  std::vector<GpCase> few;
  for (const GpCase& c : gp_cases()) {
    const auto number = static_cast<int>(few.size());
    if (!few.empty() && c.kernel == few.back().kernel) continue;
    few.push_back(
        {c.kernel, static_cast<Mean>(number % 3), number % 2 == 0 ? FitOn::all : FitOn::fold, number % 4 < 2 ? 0 : 3});
  }
  return few;
}

class CudaVendorSweep : public ::testing::TestWithParam<GpCase> {};

TEST_P(CudaVendorSweep, AgreesWithTheCanonicalNumbersWithinTheBound) {
  const Dataset data = make_data(gp_samples, 3, 5, GetParam().levels);
  const Spec spec = gp_study(data, GetParam());
  const GpConditions conditions(data, GetParam(), spec);
  const Cells canonical = run_study(spec, data, {false, {}});
  for (const bool sharing : {false, true}) {
    const Cells cells = run_vendor(spec, data, {sharing, {"noise_shift"}});
    EXPECT_LE(worst_ratio(canonical, cells, conditions, sd_of(data.y)), 1.0) << "sharing: " << sharing;
    EXPECT_GT(differing_cells(canonical, cells), 0) << "as if the library had not been called";
    const Planted found = plant_billionths(cells, canonical, conditions, sd_of(data.y));
    EXPECT_GT(found.planted, 0);
    EXPECT_EQ(found.caught, found.planted);
  }
}

INSTANTIATE_TEST_SUITE_P(Studies, CudaVendorSweep, ::testing::ValuesIn(emulated_cases()), gp_case_name);

TEST(CudaVendor, GivesTheSameBitsInEachOrderOfThreadsAndAtEachPaceOfStreams) {
  const Dataset data = make_data(24, 2, 5);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.7, 3}}, {"noise_variance", {1e-3}}})};
  for (const FitOn fit_on : {FitOn::fold, FitOn::all}) {
    spec.fit_on = {fit_on};
    const Cells once = run_vendor(spec, data);
    in_each_order([&] { EXPECT_EQ(differing_cells(run_vendor(spec, data), once), 0); });
    at_each_pace([&] { EXPECT_EQ(differing_cells(run_vendor(spec, data), once), 0); });
  }
}

TEST(CudaVendor, FindsTheSameMatricesNotPositiveDefinite) {
  const Dataset data = make_data(30, 3, 5);
  Spec spec = make_spec(data);
  // Rank 3: what is left after three pivots is rounding, and one of the others is not above zero.
  spec.models = {make_entry("KR", "kernel_ridge", {{"kernel", {0}}, {"alpha", {1e-300, 1}}})};
  const Cells canonical = run_study(spec, data, {false, {}}), vendor = run_vendor(spec, data, {false, {}});
  ASSERT_EQ(vendor.size(), canonical.size());
  for (const auto& [key, value] : canonical) EXPECT_EQ(vendor.at(key).status, value.status) << std::get<1>(key);
  EXPECT_EQ(vendor.at({0, 0, 0}).status.front(), static_cast<std::int32_t>(FitStatus::not_positive_definite));
}

TEST(CudaVendor, SaysWhichInputsAreNotFinite) {
  Dataset data = make_data(20, 2, 5);
  for (std::int64_t i = 0; i < 20; ++i) data.X(i, 0) *= i == 3 ? 1e200 : 1;
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {1}}, {"noise_variance", {0.1}}})};
  for (const FitOn fit_on : {FitOn::fold, FitOn::all}) {
    spec.fit_on = {fit_on};
    const Cells canonical = run_study(spec, data), vendor = run_vendor(spec, data);
    int not_finite = 0;
    for (const auto& [key, value] : canonical) {
      EXPECT_EQ(vendor.at(key).status, value.status);
      not_finite +=
          static_cast<int>(std::ranges::count(value.status, static_cast<std::int32_t>(FitStatus::not_finite)));
    }
    EXPECT_GT(not_finite, 0);
  }
}

TEST(CudaVendor, FindsHyperparametersOfTheSameLikelihood) {
  const Dataset data = make_data(20, 2, 5);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"optimizer", {1, 2}}, {"length_scale", {1}}, {"noise_variance", {0.1}}})};
  const Cells canonical = run_study(spec, data), vendor = run_vendor(spec, data);
  // Both searches end where the gradient is below 1e-5: in a valley of curvature above 1e-3, within 1e-7 of its ground.
  // Likelihoods are kept as float32, and lie below 1000.
  constexpr float tolerance = 1e-7F + 0x1p-23F * 1e3F;
  const auto folds = static_cast<std::size_t>(spec.cv.folds.front());
  for (const auto& [key, value] : canonical) {
    EXPECT_EQ(vendor.at(key).status, value.status);
    for (std::size_t fold = 0; fold < folds; ++fold)
      EXPECT_NEAR(vendor.at(key).diagnostic[fold], value.diagnostic[fold], tolerance);
  }
}

}  // namespace
}  // namespace kilofold::testing
