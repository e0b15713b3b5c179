// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "reference/reference_ensembles.hpp"
#include "support/runs.hpp"

/// Whole studies of ensembles against plain ensembles, fold by fold: random numbers, limits and lanes among them.
namespace kilofold {
namespace {

using testing::Cells;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;

constexpr double none = std::numeric_limits<double>::infinity();
constexpr double bound = 1e-13;  // targets below 5; some 30 roundings of them, of chains and of members' sums
constexpr double weighted_bound = bound + 10 * 0x1p-41;  // half a unit of their range, to which weights leave 40 bits

using PlainEnsemble = std::function<std::vector<double>(const ReferenceSample& sample)>;

/// One trial's cells of both fold seeds against plain fits.
void expect_equal(const Spec& spec, const Dataset& data, const Cells& cells, std::int64_t trial,
                  std::uint32_t model_seed, const PlainEnsemble& plain, double most = bound) {
  for (std::int32_t seed = 0; seed < 2; ++seed) {
    const std::vector<double>& stored = cells.at({0, trial, seed}).prediction;
    const auto value = static_cast<std::uint32_t>(spec.cv.seeds[static_cast<std::size_t>(seed)]);
    const Split folds = split(data, spec.cv.splitting, spec.cv.folds[0], value);
    for (std::int32_t fold = 0; fold < folds.n_folds; ++fold) {
      const RowSet rows = row_set(folds, fold);
      const MemberRandom random{model_seed, value, static_cast<std::uint32_t>(fold), 0};
      const std::vector<double> expected = plain({data.X.view(), data.y, rows.train, rows.held_out, random});
      for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(stored[static_cast<std::size_t>(rows.held_out[i])], expected[i], most)
            << "trial " << trial << " seed " << seed << " fold " << fold;
    }
  }
}

TEST(PlainEnsembles, ForestsWithTheirFeaturesDepthsAndMembers) {
  const Dataset data = make_data(53, 4, 6, 7);
  Spec spec = make_spec(data);
  spec.model_seeds = {11};
  spec.models = {
      make_entry("RF", "forest", {{"n_estimators", {1, 5}}, {"max_depth", {2, none}}, {"max_features", {2}}})};
  const Cells cells = run_study(spec, data);

  std::int64_t trial = 0;
  for (const std::uint32_t members : {1U, 5U})
    for (const double depth : {2.0, none})
      expect_equal(spec, data, cells, trial++, 11, [&](const ReferenceSample& sample) {
        ReferenceTreeLimits limits;
        limits.max_depth = depth;
        limits.max_features = 2;
        return reference_forest(sample, members, limits);
      });
}

TEST(PlainEnsembles, ForestsUnderLimitsOnLeaves) {
  const Dataset data = make_data(53, 3, 5);
  Spec spec = make_spec(data);
  spec.models = {
      make_entry("RF", "forest", {{"n_estimators", {3}}, {"max_leaf_nodes", {4, none}}, {"ccp_alpha", {0, 0.02}}})};
  const Cells cells = run_study(spec, data);

  std::int64_t trial = 0;
  for (const double leaves : {4.0, none})
    for (const double alpha : {0.0, 0.02})
      expect_equal(spec, data, cells, trial++, 0, [&](const ReferenceSample& sample) {
        ReferenceTreeLimits limits;
        limits.max_leaf_nodes = leaves;
        limits.ccp_alpha = alpha;
        return reference_forest(sample, 3, limits);
      });
}

TEST(PlainEnsembles, AdaBoostByEveryLoss) {
  const Dataset data = make_data(53, 3, 4);
  Spec spec = make_spec(data);
  spec.models = {
      make_entry("BDT", "adaboost",
                 {{"n_estimators", {1, 6}}, {"max_depth", {2}}, {"learning_rate", {0.5}}, {"loss", {0, 1, 2}}})};
  const Cells cells = run_study(spec, data);

  std::int64_t trial = 0;
  for (const std::uint32_t members : {1U, 6U})
    for (const int loss : {0, 1, 2})
      expect_equal(spec, data, cells, trial++, 0, [&](const ReferenceSample& sample) {
        ReferenceTreeLimits limits;
        limits.max_depth = 2;
        return reference_adaboost(sample, members, 0.5, static_cast<ReferenceLoss>(loss), limits);
      });
}

TEST(PlainEnsembles, AdaBoostKeepsAFirstMemberThatErrsByHalfOrMore) {
  Dataset data = make_data(40, 2, 4, 1);  // equal rows: a tree is one leaf
  for (std::size_t i = 0; i < data.y.size(); ++i) data.y[i] = static_cast<double>(i % 2);
  Spec spec = make_spec(data);
  spec.models = {make_entry("BDT", "adaboost", {{"n_estimators", {1, 6}}})};
  const Cells cells = run_study(spec, data);

  for (std::int64_t trial = 0; trial < 2; ++trial)
    expect_equal(spec, data, cells, trial, 0, [&](const ReferenceSample& sample) {
      return reference_adaboost(sample, 1, 1, ReferenceLoss::linear, {});
    });
}

TEST(PlainEnsembles, AdaBoostOnWeightedRows) {
  for (const int levels : {0, 5}) {
    const Dataset data = make_data(61, 3, 8, levels);
    Spec spec = make_spec(data);
    spec.models = {make_entry("BDT", "adaboost",
                              {{"n_estimators", {1, 7}},
                               {"max_depth", {4}},
                               {"min_samples_split", {2, 9}},
                               {"min_samples_leaf", {1, 4}},
                               {"loss", {0, 1, 2}},
                               {"resample", {1}}})};
    const Cells cells = run_study(spec, data);

    std::int64_t trial = 0;
    for (const std::uint32_t members : {1U, 7U})
      for (const std::int64_t split : {2, 9})
        for (const std::int64_t leaf : {1, 4})
          for (const int loss : {0, 1, 2})
            expect_equal(
                spec, data, cells, trial++, 0,
                [&](const ReferenceSample& sample) {
                  ReferenceTreeLimits limits;
                  limits.max_depth = 4;
                  limits.min_samples_split = split;
                  limits.min_samples_leaf = leaf;
                  return reference_weighted_adaboost(sample, members, 1, static_cast<ReferenceLoss>(loss), limits);
                },
                weighted_bound);
  }
}

TEST(PlainEnsembles, GradientBoostingFromMeanAndZero) {
  const Dataset data = make_data(53, 3, 3, 6);
  Spec spec = make_spec(data);
  spec.models = {
      make_entry("GB", "gradient_boosting",
                 {{"n_estimators", {2, 8}}, {"max_depth", {3}}, {"learning_rate", {0.3, 1}}, {"init", {0, 1}}})};
  const Cells cells = run_study(spec, data);

  std::int64_t trial = 0;
  for (const std::uint32_t members : {2U, 8U})
    for (const double rate : {0.3, 1.0})
      for (const int start : {0, 1})
        expect_equal(spec, data, cells, trial++, 0, [&](const ReferenceSample& sample) {
          ReferenceTreeLimits limits;
          limits.max_depth = 3;
          return reference_gradient_boosting(sample, members, rate, static_cast<ReferenceStart>(start), limits);
        });
}

}  // namespace
}  // namespace kilofold
