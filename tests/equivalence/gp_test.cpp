// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cpu/isa.hpp"
#include "kilofold/core/kernel_functions.hpp"
#include "support/condition.hpp"
#include "support/runs.hpp"

namespace kilofold {
namespace {

using testing::Cells;
using testing::CellValue;
using testing::differing_cells;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;

constexpr double eps = std::numeric_limits<double>::epsilon();
constexpr std::int64_t n_samples = 48;
constexpr int n_folds = 5;
const std::vector<std::string> gp_rules = {"replicate_collapse", "noise_shift", "fold_block_inverse"};
const std::vector<double> lengths = {0.7, 3};
const std::vector<double> noises = {1e-6, 1e-3, 0.1};
const std::vector<double> signals = {0.5, 2};

struct Case {
  Kernel kernel;
  Mean mean;
  FitOn fit_on;
  int levels;  // of the features: 0 = no two rows are equal
};

Spec study(const Dataset& data, const Case& c) {
  Spec spec = make_spec(data);
  spec.cv.folds = {n_folds};
  spec.fit_on = {c.fit_on};
  spec.models = {make_entry("GPR", "gpr",
                            {{"kernel", {static_cast<double>(static_cast<int>(c.kernel))}},
                             {"mean", {static_cast<double>(static_cast<int>(c.mean))}},
                             {"length_scale", lengths},
                             {"noise_variance", noises},
                             {"signal_variance", signals}})};
  return spec;
}

/// Largest condition number of K + (s / v) I over the folds of a seed, for one length scale, K over standardised rows.
class Conditions {
 public:
  Conditions(const Dataset& data, const Case& c, const Spec& spec) {
    for (const std::int64_t seed : spec.cv.seeds) {
      const Split split = kfold(n_samples, n_folds, seed);
      for (double length : lengths) {
        std::vector<std::pair<double, double>>& folds = range_.emplace_back();
        for (int fold = 0; fold < n_folds; ++fold)
          folds.push_back(testing::extreme_eigenvalues(kernel_matrix(data, row_set(split, fold).train, c, length)));
      }
    }
  }

  double largest(std::size_t seed, std::size_t length, double ratio) const {
    double worst = 1;
    for (const auto& [low, high] : range_[seed * lengths.size() + length])
      worst = std::max(worst, (high + ratio) / (std::max(low, 0.0) + ratio));
    return worst;
  }

 private:
  static Matrix<double> kernel_matrix(const Dataset& data, const std::vector<std::int32_t>& rows, const Case& c,
                                      double length) {
    const auto n = static_cast<std::int64_t>(rows.size());
    Matrix<double> q(n, n);
    for (std::int64_t f = 0; f < data.n_features(); ++f) {
      double mean = 0, square = 0;
      for (std::int32_t row : rows) mean += data.X(row, f) / static_cast<double>(n);
      for (std::int32_t row : rows) square += std::pow(data.X(row, f) - mean, 2) / static_cast<double>(n);
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
          q(i, j) +=
              std::pow(data.X(rows[static_cast<std::size_t>(i)], f) - data.X(rows[static_cast<std::size_t>(j)], f), 2) /
              (square * length * length);
    }
    KernelFunction function;
    function.kernel = c.kernel;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) q(i, j) = evaluate(function, q(i, j));
    return q;
  }

  std::vector<std::vector<std::pair<double, double>>> range_;
};

double sd_of(const std::vector<double>& y) {
  double mean = 0, square = 0;
  for (double v : y) mean += v / static_cast<double>(y.size());
  for (double v : y) square += (v - mean) * (v - mean) / static_cast<double>(y.size());
  return std::sqrt(square);
}

/// Largest difference of two runs in units of the promise, 50 eps cond(A) sd(y).
double worst_ratio(const Cells& a, const Cells& b, const Conditions& conditions, double sd_y) {
  double worst = 0;
  for (const auto& [key, value] : a) {
    const auto& [model, trial, seed] = key;
    const auto t = static_cast<std::size_t>(trial);
    const std::size_t per_length = noises.size() * signals.size();
    const double ratio = noises[t / signals.size() % noises.size()] / signals[t % signals.size()];
    const double cond = conditions.largest(static_cast<std::size_t>(seed), t / per_length, ratio);
    const double bound = 50 * eps * cond * sd_y;
    const CellValue& other = b.at(key);
    for (std::size_t i = 0; i < value.prediction.size(); ++i) {
      worst = std::max(worst, std::abs(value.prediction[i] - other.prediction[i]) / bound);
      worst = std::max(worst, std::abs(value.sd[i] - other.sd[i]) / bound);
    }
    if (value.status != other.status) return std::numeric_limits<double>::infinity();
  }
  return worst;
}

std::vector<std::string> without(const std::vector<std::string>& all, unsigned kept) {
  std::vector<std::string> off;
  for (std::size_t r = 0; r < all.size(); ++r)
    if (((kept >> r) & 1U) == 0) off.push_back(all[r]);
  return off;
}

class GpRules : public ::testing::TestWithParam<Case> {};

TEST_P(GpRules, EveryCompositionAgreesWithTheNaivePlanWithinTheBound) {
  const Dataset data = make_data(n_samples, 3, 5, GetParam().levels);
  const Spec spec = study(data, GetParam());
  const Conditions conditions(data, GetParam(), spec);
  const Cells naive = run_study(spec, data, {false, {}});
  ASSERT_EQ(naive.size(), lengths.size() * noises.size() * signals.size() * spec.cv.seeds.size());
  for (unsigned kept = 0; kept < 8; ++kept) {
    const Cells shared = run_study(spec, data, {true, without(gp_rules, kept)});
    EXPECT_LE(worst_ratio(naive, shared, conditions, sd_of(data.y)), 1.0) << "rules kept: " << kept;
  }
}

TEST_P(GpRules, SharingWithoutRulesGivesTheNaivePlansBits) {
  const Dataset data = make_data(n_samples, 3, 5, GetParam().levels);
  const Spec spec = study(data, GetParam());
  EXPECT_EQ(differing_cells(run_study(spec, data, {false, {}}), run_study(spec, data, {true, gp_rules})), 0);
}

TEST_P(GpRules, PlantedErrorOfABillionthIsCaught) {
  const Dataset data = make_data(n_samples, 3, 5, GetParam().levels);
  const Spec spec = study(data, GetParam());
  const Conditions conditions(data, GetParam(), spec);
  Cells naive = run_study(spec, data, {false, {}});
  Cells shared = run_study(spec, data);
  const double sd_y = sd_of(data.y);
  int planted = 0;
  for (auto& [key, value] : shared) {
    const auto t = static_cast<std::size_t>(std::get<1>(key));
    const double ratio = noises[t / signals.size() % noises.size()] / signals[t % signals.size()];
    if (conditions.largest(static_cast<std::size_t>(std::get<2>(key)), t / (noises.size() * signals.size()), ratio) >
        1e5 / 2)
      continue;
    CellValue whole = value;
    value.prediction[7] += 1e-9 * sd_y;
    EXPECT_GT(worst_ratio({{key, value}}, naive, conditions, sd_y), 1.0) << t;
    value = whole;
    ++planted;
  }
  EXPECT_GT(planted, 0);
}

std::vector<Case> cases() {
  std::vector<Case> all;
#ifdef __SANITIZE_ADDRESS__  // minutes there; the kernels differ in one function, which has tests of its own
  const std::vector<Kernel> kernels = {Kernel::squared_exponential, Kernel::rational_quadratic};
#else
  const std::vector<Kernel> kernels = {Kernel::squared_exponential, Kernel::matern32, Kernel::matern52,
                                       Kernel::rational_quadratic, Kernel::exponential};
#endif
  for (Kernel kernel : kernels)
    for (Mean mean : {Mean::zero, Mean::constant, Mean::linear})
      for (FitOn fit_on : {FitOn::fold, FitOn::all})
        for (int levels : {0, 3}) all.push_back({kernel, mean, fit_on, levels});
  return all;
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  const char* const kernels[] = {"SquaredExponential", "Matern32", "Matern52", "RationalQuadratic", "Exponential"};
  const char* const means[] = {"Zero", "Constant", "Linear"};
  const Case& c = info.param;
  return std::string(kernels[static_cast<int>(c.kernel)]) + means[static_cast<int>(c.mean)] +
         (c.fit_on == FitOn::all ? "ScaledOnAll" : "ScaledPerFold") + (c.levels > 0 ? "Replicates" : "");
}

INSTANTIATE_TEST_SUITE_P(Studies, GpRules, ::testing::ValuesIn(cases()), case_name);

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
  const Dataset data = make_data(n_samples, 3, 5);
  Spec spec = make_spec(data);
  spec.models = {make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2}}, {"noise_variance", {1e-16, 0.01, 0.1, 1}}})};
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  ASSERT_EQ(plan.groups.front().fired, std::vector<std::string>{"noise_shift"}) << "one item answers four trials";

  for (const auto& [key, cell] : run_study(spec, data)) {
    const FitStatus expected = std::get<1>(key) % 4 == 0 ? FitStatus::jittered : FitStatus::ok;
    EXPECT_EQ(cell.status, std::vector(n_folds, static_cast<std::int32_t>(expected))) << std::get<1>(key);
  }
}

/// What does not change a bit: everything but the rules.
class GpBits : public ::testing::TestWithParam<int> {
 protected:
  const Dataset data = make_data(n_samples, 3, 8, GetParam());
  Spec spec = study(data, {Kernel::matern52, Mean::constant, FitOn::fold, GetParam()});
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
