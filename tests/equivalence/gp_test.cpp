// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cpu/isa.hpp"
#include "equivalence/gp_sweep.hpp"
#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::differing_cells;
using testing::gp_folds;
using testing::gp_lengths;
using testing::gp_noises;
using testing::gp_samples;
using testing::gp_signals;
using testing::gp_study;
using testing::GpCase;
using testing::GpConditions;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;
using testing::sd_of;
using testing::worst_ratio;

const std::vector<std::string> gp_rules = {"replicate_collapse", "noise_shift", "fold_block_inverse"};

std::vector<std::string> without(const std::vector<std::string>& all, unsigned kept) {
  std::vector<std::string> off;
  for (std::size_t r = 0; r < all.size(); ++r)
    if (((kept >> r) & 1U) == 0) off.push_back(all[r]);
  return off;
}

class GpRules : public ::testing::TestWithParam<GpCase> {};

TEST_P(GpRules, EveryCompositionAgreesWithTheNaivePlanWithinTheBound) {
  const Dataset data = make_data(gp_samples, 3, 5, GetParam().levels);
  const Spec spec = gp_study(data, GetParam());
  const GpConditions conditions(data, GetParam(), spec);
  const Cells naive = run_study(spec, data, {false, {}});
  ASSERT_EQ(naive.size(), gp_lengths.size() * gp_noises.size() * gp_signals.size() * spec.cv.seeds.size());
  for (unsigned kept = 0; kept < 8; ++kept) {
    const Cells shared = run_study(spec, data, {true, without(gp_rules, kept)});
    EXPECT_LE(worst_ratio(naive, shared, conditions, sd_of(data.y)), 1.0) << "rules kept: " << kept;
  }
}

TEST_P(GpRules, SharingWithoutRulesGivesTheNaivePlansBits) {
  const Dataset data = make_data(gp_samples, 3, 5, GetParam().levels);
  const Spec spec = gp_study(data, GetParam());
  EXPECT_EQ(differing_cells(run_study(spec, data, {false, {}}), run_study(spec, data, {true, gp_rules})), 0);
}

TEST_P(GpRules, PlantedErrorOfABillionthIsCaught) {
  const Dataset data = make_data(gp_samples, 3, 5, GetParam().levels);
  const Spec spec = gp_study(data, GetParam());
  const GpConditions conditions(data, GetParam(), spec);
  const testing::Planted found =
      testing::plant_billionths(run_study(spec, data), run_study(spec, data, {false, {}}), conditions, sd_of(data.y));
  EXPECT_GT(found.planted, 0);
  EXPECT_EQ(found.caught, found.planted);
}

INSTANTIATE_TEST_SUITE_P(Studies, GpRules, ::testing::ValuesIn(testing::gp_cases()), testing::gp_case_name);

TEST(TunedGp, FurtherStartsNeverLowerTheLikelihoodAndNoiseIsNotSignal) {
  const Dataset data = make_data(40, 2, 8);
  Spec spec = testing::make_spec(data);
  spec.models = {testing::make_entry(
      "GPR", "gpr",
      {{"optimizer", {1}}, {"length_scale", {1}}, {"noise_variance", {0.1}}, {"n_restarts_optimizer", {0, 4}}})};
  const Cells cells = run_study(spec, data);
  constexpr std::size_t k = 5;  // diagnostics: likelihood, jitter, noise and signal variance of every fold

  for (std::size_t fold = 0; fold < k; ++fold) {
    const std::vector<float>& once = cells.at({0, 0, 0}).diagnostic;
    const std::vector<float>& often = cells.at({0, 1, 0}).diagnostic;
    EXPECT_GE(often[fold], once[fold]);
    EXPECT_LT(often[2 * k + fold], 0.5F * often[3 * k + fold]) << "the target is smooth";
  }
}

TEST(TunedGp, KeepsTheRatiosOfLengthScalesUnlessEachIsFound) {
  const Dataset data = make_data(40, 2, 8);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"optimizer", {1, 2}}})};
  testing::tie(spec.models.front().blocks.front(), {{"length_scale", {1.5, 0.5}, {}, {}, 2}});
  const Cells cells = run_study(spec, data);
  constexpr std::size_t k = 5;  // diagnostics of every fold: four others, then the length scales
  const auto ratio = [&](std::int64_t trial, std::size_t fold) {
    const std::vector<float>& diagnostic = cells.at({0, trial, 0}).diagnostic;
    return diagnostic[4 * k + fold] / diagnostic[5 * k + fold];
  };

  for (std::size_t fold = 0; fold < k; ++fold) {
    EXPECT_NEAR(ratio(0, fold), 3, 3 * 0x1p-22) << "two roundings to float and their quotient's";
    EXPECT_GT(std::fabs(ratio(1, fold) - 3), 0.1);
  }
}

TEST(GpStatuses, StayWithTheTrialThatEarnsThem) {
  const Dataset data = make_data(gp_samples, 3, 5);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2}}, {"noise_variance", {1e-16, 0.01, 0.1, 1}}})};
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  ASSERT_EQ(plan.groups.front().fired, std::vector<std::string>{"noise_shift"}) << "one item answers four trials";

  for (const auto& [key, cell] : run_study(spec, data)) {
    const FitStatus expected = std::get<1>(key) % 4 == 0 ? FitStatus::jittered : FitStatus::ok;
    EXPECT_EQ(cell.status, std::vector(gp_folds, static_cast<std::int32_t>(expected))) << std::get<1>(key);
  }
}

/// What does not change a bit: everything but the rules.
class GpBits : public ::testing::TestWithParam<int> {
 protected:
  const Dataset data = make_data(gp_samples, 3, 8, GetParam());
  Spec spec = gp_study(data, {Kernel::matern52, Mean::constant, FitOn::fold, GetParam()});
  const Cells plain = run_study(spec, data);
};

TEST_P(GpBits, ThreadsAndBatchesDoNotChangeABit) {
  for (std::int64_t units : {1, 3, 64}) {
    ExecuteOptions options;
    options.units_per_batch = units;
    options.threads = static_cast<std::int32_t>(units % 3 + 1);
    EXPECT_EQ(differing_cells(run_study(spec, data, {}, options), plain), 0) << units;
  }
}

TEST_P(GpBits, InstructionSetDoesNotChangeABit) {
  for (const std::string& isa : cpu::available_isas()) {
    cpu::force_isa(isa);
    EXPECT_EQ(differing_cells(run_study(spec, data), plain), 0) << isa;
  }
  cpu::force_isa("");
}

INSTANTIATE_TEST_SUITE_P(Data, GpBits, ::testing::Values(0, 3));

}  // namespace
}  // namespace kilofold
