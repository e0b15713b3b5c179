// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "reference/reference.hpp"
#include "reference/reference_tree.hpp"
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

constexpr double none = std::numeric_limits<double>::infinity();
constexpr std::int64_t n_samples = 60;
constexpr int n_folds = 5;
constexpr int inner_folds = 3;

/// A grid and, as the second entry, what is chosen from it.
Spec study(const Dataset& data, ModelSpec grid, const std::string& by) {
  Spec spec = make_spec(data);
  ModelSpec tuned = grid;
  tuned.name += ".tuned";
  tuned.tune = TuneSpec{by, "grid", inner_folds, 1, {}, {}};
  spec.models = {std::move(grid), std::move(tuned)};
  return spec;
}

ModelSpec process_grid() {
  return make_entry("GPR", "gpr",
                    {{"kernel", {0, 2}}, {"length_scale", {0.5, 1, 4}}, {"noise_variance", {1e-3, 0.05, 0.5}}});
}
ModelSpec tree_grid() {
  return make_entry("DT", "tree", {{"max_depth", {1, 2, 4, none}}, {"min_samples_leaf", {1, 4, 9}}});
}
ModelSpec ridge_grid() { return make_entry("LR", "linear", {{"alpha", {0, 0.5, 5, 50}}}); }

constexpr std::size_t process_diagnostics = 4;  // of gpr; the first is the likelihood

float diagnostic(const CellValue& cell, std::size_t d, int fold) {
  return cell.diagnostic[d * n_folds + static_cast<std::size_t>(fold)];
}

TEST(TuningByLikelihood, TakesOfEveryFoldTheFitOfLargestLikelihoodBitForBit) {
  const Dataset data = make_data(n_samples, 3, 5);
  const Spec spec = study(data, process_grid(), "log_marginal_likelihood");
  const Cells cells = run_study(spec, data);
  const std::int64_t n_trials = 2 * 3 * 3;
  ASSERT_EQ(cells.size(), static_cast<std::size_t>(2 * (n_trials + 1)));

  for (std::int32_t seed : {0, 1})
    for (int fold = 0; fold < n_folds; ++fold) {
      std::int64_t best = 0;
      for (std::int64_t t = 1; t < n_trials; ++t)
        if (diagnostic(cells.at({0, t, seed}), 0, fold) > diagnostic(cells.at({0, best, seed}), 0, fold)) best = t;
      const CellValue& expected = cells.at({0, best, seed});
      const CellValue& tuned = cells.at({1, 0, seed});

      EXPECT_EQ(diagnostic(tuned, process_diagnostics, fold), diagnostic(expected, 0, fold));
      EXPECT_EQ(diagnostic(tuned, process_diagnostics + 1, fold), best < n_trials / 2 ? 0 : 2) << "kernel";
      for (std::int32_t row : row_set(kfold(n_samples, n_folds, seed), fold).held_out) {
        EXPECT_EQ(tuned.prediction[static_cast<std::size_t>(row)], expected.prediction[static_cast<std::size_t>(row)]);
        EXPECT_EQ(tuned.sd[static_cast<std::size_t>(row)], expected.sd[static_cast<std::size_t>(row)]);
      }
    }
}

/// Nested cross-validation as anyone would write it: predictions of every row.
template <class Refit>
std::vector<double> nested(const Dataset& data, std::int64_t seed, std::size_t n_candidates, const Refit& refit) {
  std::vector<double> prediction(n_samples);
  for (int fold = 0; fold < n_folds; ++fold) {
    const RowSet outer = row_set(kfold(n_samples, n_folds, seed), fold);
    const Split inner = kfold(std::ssize(outer.train), inner_folds, seed);
    std::size_t best = 0;
    double least = none;
    for (std::size_t c = 0; c < n_candidates; ++c) {
      double squares = 0;
      for (int j = 0; j < inner_folds; ++j) {
        RowSet rows;
        for (std::size_t i = 0; i < outer.train.size(); ++i)
          (inner.fold[i] == j ? rows.held_out : rows.train).push_back(outer.train[i]);
        const std::vector<double> values = refit(c, rows);
        for (std::size_t i = 0; i < values.size(); ++i)
          squares += std::pow(values[i] - data.y[static_cast<std::size_t>(rows.held_out[i])], 2);
      }
      if (squares < least * (1 - 1e-12)) best = c, least = squares;
    }
    const std::vector<double> values = refit(best, outer);
    for (std::size_t i = 0; i < values.size(); ++i) prediction[static_cast<std::size_t>(outer.held_out[i])] = values[i];
  }
  return prediction;
}

template <class Refit> void expect_nested(const ModelSpec& grid, std::size_t n_candidates, const Refit& refit) {
  const Dataset data = make_data(n_samples, 3, 5);
  const Cells cells = run_study(study(data, grid, "rmse"), data);
  for (std::int32_t seed : {0, 1}) {
    const std::vector<double> expected =
        nested(data, seed, n_candidates, [&](std::size_t c, const RowSet& rows) { return refit(data, c, rows); });
    for (std::size_t i = 0; i < n_samples; ++i)
      EXPECT_NEAR(cells.at({1, 0, seed}).prediction[i], expected[i], 1e-10) << "a fold's choice moves it by far more";
  }
}

TEST(TuningByInnerFolds, ChoosesTheTreeThatPlainLoopsChoose) {
  expect_nested(tree_grid(), 12, [](const Dataset& data, std::size_t c, const RowSet& rows) {
    const double depths[] = {1, 2, 4, none};
    const std::int64_t leaves[] = {1, 4, 9};
    ReferenceTreeLimits limits;
    limits.max_depth = depths[c / 3];
    limits.min_samples_leaf = leaves[c % 3];
    return reference_tree(data.X.view(), data.y, rows.train, rows.held_out, limits);
  });
}

TEST(TuningByInnerFolds, ChoosesThePenaltyThatPlainLoopsChoose) {
  expect_nested(ridge_grid(), 4, [](const Dataset& data, std::size_t c, const RowSet& rows) {
    const double alphas[] = {0, 0.5, 5, 50};
    return reference_linear(data.X.view(), data.y, rows.train, rows.held_out, rows.train, Scaling::zscore,
                            Scaling::zscore, alphas[c]);
  });
}

struct Case {
  const char* name;
  ModelSpec (*grid)();
  const char* by;
};

ModelSpec forest_grid() { return make_entry("RF", "forest", {{"n_estimators", {2, 4}}, {"max_depth", {1, 3}}}); }

class Tuning : public ::testing::TestWithParam<Case> {
 protected:
  const Dataset data = make_data(n_samples, 3, 5);
  const Spec spec = study(data, GetParam().grid(), GetParam().by);
};

TEST_P(Tuning, HeldOutRowsDoNotChangeABitOfWhatIsChosen) {
  const Cells plain = run_study(spec, data);
  for (int fold = 0; fold < n_folds; ++fold) {
    Dataset other = data;
    const std::vector<std::int32_t> held_out = row_set(kfold(n_samples, n_folds, 0), fold).held_out;
    for (std::int32_t row : held_out) {
      other.y[static_cast<std::size_t>(row)] = 100 - other.y[static_cast<std::size_t>(row)];
      for (std::int64_t f = 0; f < 3; ++f) other.X(row, f) = 2 - 3 * other.X(row, f);
    }
    const Cells moved = run_study(spec, other);
    const CellValue &a = plain.at({1, 0, 0}), &b = moved.at({1, 0, 0});
    for (std::size_t d = 0; d < a.diagnostic.size() / n_folds; ++d)
      EXPECT_EQ(diagnostic(a, d, fold), diagnostic(b, d, fold)) << d;
    EXPECT_FALSE(testing::same_bits(a.diagnostic, b.diagnostic)) << "the other folds train on them";
  }
}

TEST_P(Tuning, ThreadsBatchesShardsAndSharingDoNotChangeABit) {
  const std::vector<std::string> rounding = {"replicate_collapse", "noise_shift", "band_shift", "fold_block_inverse"};
  const Switches bitwise{true, rounding};
  const Cells plain = run_study(spec, data, bitwise);
  ExecuteOptions options;
  options.threads = 3;
  options.units_per_batch = 1;
  Cells shards;
  options.shard_count = 2;
  for (options.shard_index = 0; options.shard_index < 2; ++options.shard_index)
    shards.merge(run_study(spec, data, bitwise, options));

  EXPECT_EQ(differing_cells(shards, plain), 0);
  EXPECT_EQ(differing_cells(run_study(spec, data, {false, {}}), plain), 0);
}

TEST_P(Tuning, GoesOnWhereItsGridIsThereAlready) {
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  const Cells whole = run_study(spec, data);
  Cells rest;
  ExecuteHooks hooks;
  hooks.is_done = [](ModelId model, std::int64_t, std::int32_t seed) { return model.value == 0 || seed == 0; };
  hooks.on_cells = [&](std::vector<CellBlock> blocks) { testing::collect(rest, blocks); };

  execute(plan, data, cpu_backend(), {}, hooks);

  ASSERT_EQ(rest.size(), 1U);
  EXPECT_TRUE(testing::same_bits(rest.at({1, 0, 1}), whole.at({1, 0, 1})));
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Models, Tuning,
                         ::testing::Values(Case{"GprByLikelihood", process_grid, "log_marginal_likelihood"},
                                           Case{"GprByRmse", process_grid, "rmse"}, Case{"Tree", tree_grid, "mae"},
                                           Case{"Forest", forest_grid, "rmse"}, Case{"Ridge", ridge_grid, "r2"}),
                         case_name);

TEST(TuningOfFailingFits, TakesOneThatWorks) {
  const Dataset data = make_data(n_samples, 3, 5);
  const Spec spec = study(data, make_entry("KRR", "kernel_ridge", {{"alpha", {0, 1}}}), "rmse");  // 0: K has rank 3

  const Cells cells = run_study(spec, data);

  for (std::int32_t seed : {0, 1})
    for (int fold = 0; fold < n_folds; ++fold) {
      EXPECT_EQ(cells.at({1, 0, seed}).status[static_cast<std::size_t>(fold)], 0);
      EXPECT_EQ(diagnostic(cells.at({1, 0, seed}), 1, fold), 1) << "tuned_alpha";
    }
}

TEST(TunedTrials, AreOneAFoldCountScalingAndModelSeed) {
  const Dataset data = make_data(n_samples, 3, 5);
  Spec spec = study(data, forest_grid(), "rmse");
  spec.cv.folds = {3, 4};
  spec.model_seeds = {0, 7};
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  const TrialTable table = trial_table(plan, spec, data, model_named("forest").schema, ModelId(1));

  EXPECT_EQ(table.n_folds, (std::vector<std::int32_t>{3, 3, 4, 4}));
  EXPECT_EQ(table.columns.back().number, (std::vector<double>{0, 7, 0, 7}));
  EXPECT_EQ(std::set<std::string>(table.id.begin(), table.id.end()).size(), 4U);
  EXPECT_EQ(plan.n_trials, 4 * 4 + 4);
  EXPECT_EQ(run_study(spec, data).size(), static_cast<std::size_t>(2 * (4 * 4 + 4)));
}

}  // namespace
}  // namespace kilofold
