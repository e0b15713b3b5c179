// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kilofold/core/kernel_functions.hpp"
#include "reference/reference_gp.hpp"
#include "reference/reference_scaling.hpp"
#include "reference/reference_svr.hpp"
#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::differing_cells;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::plan_by;
using testing::run_plan;
using testing::run_study;

constexpr std::int64_t n_samples = 40;
constexpr int n_folds = 4;
const std::vector<std::string> gp_rules = {"replicate_collapse", "noise_shift", "fold_block_inverse"};
const std::vector<double> alphas = {1e-4, 0.03, 2};
const std::vector<double> gammas = {gamma_scale, 0.3};

struct Case {
  Kernel kernel;
  FitOn fit_on;
  int levels;         // of the features: 0 = no two rows are equal
  double offset = 0;  // of the target, whose sd is about 1
};

double category_of(Kernel kernel) { return kernel == Kernel::linear ? 0 : kernel == Kernel::rbf ? 1 : 2; }

Spec study(const Dataset& data, const Case& c) {
  Spec spec = make_spec(data);
  spec.cv.folds = {n_folds};
  spec.fit_on = {c.fit_on};
  spec.models = {
      make_entry("KRR", "kernel_ridge",
                 {{"kernel", {category_of(c.kernel)}}, {"alpha", alphas}, {"gamma", gammas}, {"degree", {2}}})};
  return spec;
}

/// Of one trial and seed: the reference's predictions, and how far ours may be from them.
struct Plain {
  std::vector<double> prediction;
  double bound = 0;
};

Plain plain_fit(const Dataset& data, const Case& c, double alpha, double gamma, std::int64_t seed) {
  Plain plain{std::vector<double>(n_samples), 0};
  std::vector<std::int32_t> every_row(n_samples);
  std::iota(every_row.begin(), every_row.end(), 0);
  for (int fold = 0; fold < n_folds; ++fold) {
    const RowSet rows = row_set(kfold(n_samples, n_folds, seed), fold);
    const std::vector<std::int32_t>& scaled_on = c.fit_on == FitOn::all ? every_row : rows.train;
    ReferenceGp model;
    model.kernel = c.kernel;
    model.length_scale = {1};
    model.coef0 = 1;
    model.degree = 2;
    model.gamma =
        gamma == gamma_scale ? reference_gamma_scale(data.X.view(), rows.train, scaled_on, Scaling::zscore) : gamma;
    model.noise_variance = alpha;
    model.noise_floor = NoiseFloor::none;
    if (c.fit_on == FitOn::all) model.least_size = root_mean_square(data.y);
    const ReferenceGpFit fit = reference_gp(data.X.view(), data.y, rows.train, rows.held_out, scaled_on, model);
    for (std::size_t i = 0; i < rows.held_out.size(); ++i)
      plain.prediction[static_cast<std::size_t>(rows.held_out[i])] = fit.mean[i];
    plain.bound = std::max(plain.bound, fit.bound);
  }
  return plain;
}

class KernelRidge : public ::testing::TestWithParam<Case> {};

TEST_P(KernelRidge, UnderEveryCompositionOfRulesAgreesWithThePlainRefit) {
  Dataset data = make_data(n_samples, 3, 5, GetParam().levels);
  for (double& y : data.y) y += GetParam().offset;
  const Spec spec = study(data, GetParam());
  std::map<std::pair<std::int64_t, std::int32_t>, Plain> plain;
  for (std::size_t t = 0; t < alphas.size() * gammas.size(); ++t)
    for (std::int32_t seed : {0, 1})
      plain[{static_cast<std::int64_t>(t), seed}] =
          plain_fit(data, GetParam(), alphas[t / gammas.size()], gammas[t % gammas.size()], seed);

  const auto expect_plain = [&](const Cells& cells, const std::string& rules) {
    ASSERT_EQ(cells.size(), plain.size()) << rules;
    for (const auto& [key, cell] : cells) {
      const Plain& expected = plain.at({std::get<1>(key), std::get<2>(key)});
      EXPECT_TRUE(std::ranges::all_of(cell.status, [](std::int32_t status) { return status <= 0; }));
      for (std::size_t i = 0; i < n_samples; ++i)
        ASSERT_NEAR(cell.prediction[i], expected.prediction[i], expected.bound) << std::get<1>(key) << " " << rules;
    }
  };
  for (unsigned off = 0; off < 9; ++off) {
    Switches switches{off < 8, {}};
    for (std::size_t r = 0; r < gp_rules.size(); ++r)
      if ((off >> r) & 1U) switches.disabled_rules.push_back(gp_rules[r]);
    expect_plain(run_study(spec, data, switches), "off " + std::to_string(off));
  }
  expect_plain(run_plan(plan_by({"band_shift"}, spec, data), data), "band_shift");
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  const char* const names[] = {"Linear", "Rbf", "Poly"};
  return std::string(names[static_cast<int>(category_of(info.param.kernel))]) +
         (info.param.fit_on == FitOn::all ? "ScaledOnAll" : "ScaledPerFold") +
         (info.param.levels > 0 ? "Replicates" : "") + (info.param.offset != 0 ? "FarFromZero" : "");
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (Kernel kernel : {Kernel::linear, Kernel::rbf, Kernel::polynomial})
    for (FitOn fit_on : {FitOn::fold, FitOn::all})
      for (int levels : {0, 3})
        for (double offset : {0.0, 1e9}) all.push_back({kernel, fit_on, levels, offset});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Studies, KernelRidge, ::testing::ValuesIn(cases()), case_name);

TEST(KernelRidgeWithoutPenalty, IsNotRaisedAndFailsWhereTheMatrixIsSingular) {
  const Dataset data = make_data(n_samples, 3, 5);
  Spec spec = make_spec(data);
  spec.models = {make_entry("KRR", "kernel_ridge", {{"alpha", {0}}})};  // linear: K has rank 3

  for (const auto& [key, cell] : run_study(spec, data))
    for (const std::int32_t status : cell.status)
      EXPECT_EQ(status, static_cast<std::int32_t>(FitStatus::not_positive_definite));
}

/// Kernel matrices close to the identity, so that any noise will do.
Spec tiny_noise(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.01}}, {"noise_variance", {1e-20, 1e-3}}})};
  return spec;
}

TEST(JitterNone, KeepsTheNoiseAsWritten) {
  const Dataset data = make_data(n_samples, 3, 5);
  Spec spec = tiny_noise(data);
  const Cells raised = run_study(spec, data);
  spec.jitter = false;
  const Cells kept = run_study(spec, data);

  const auto status_of = [](const Cells& cells, std::int64_t trial) { return cells.at({0, trial, 0}).status.front(); };
  EXPECT_EQ(status_of(raised, 0), static_cast<std::int32_t>(FitStatus::jittered));
  EXPECT_EQ(status_of(kept, 0), static_cast<std::int32_t>(FitStatus::ok));
  EXPECT_TRUE(testing::same_bits(raised.at({0, 1, 0}), kept.at({0, 1, 0}))) << "a noise above the floor";
}

TEST(JitterNone, AddsNothingToEqualRowsEither) {
  const Dataset data = make_data(n_samples, 3, 5, 2);  // 8 distinct rows at most: singular to rounding
  Spec spec = tiny_noise(data);
  spec.jitter = false;

  for (const Switches& switches : {Switches{true, {}}, Switches{true, gp_rules}})
    for (const auto& [key, cell] : run_study(spec, data, switches)) {
      for (const std::int32_t status : cell.status) EXPECT_NE(status, static_cast<std::int32_t>(FitStatus::jittered));
      const std::size_t k = cell.status.size();  // the diagnostic after the likelihood
      for (std::size_t fold = 0; fold < k; ++fold) EXPECT_EQ(cell.diagnostic[k + fold], 0);
    }
}

}  // namespace
}  // namespace kilofold
