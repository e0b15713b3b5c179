// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/reference.hpp"
#include "support/runs.hpp"

/// Axes of a study beside hyperparameters, and the parts that an entry's trials fall into.
namespace kilofold {
namespace {

using testing::Cells;
using testing::CellValue;
using testing::differing_cells;
using testing::make_data;
using testing::make_entry;
using testing::make_spec;
using testing::run_study;
using testing::same_bits;

constexpr double none = std::numeric_limits<double>::infinity();

/// An entry whose parts overlap, tie axes and stand beside a published trial; model seeds; both scalings.
Spec parted_study(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.cv.folds = {5, 3};
  spec.fit_on = {FitOn::fold, FitOn::all};
  spec.model_seeds = {0, 9};
  ModelSpec DT = make_entry("DT", "tree", {{"max_depth", {1, 2, 3}}, {"min_samples_leaf", {1, 5}}});
  DT.blocks.push_back(make_entry("", "tree", {{"max_depth", {3, 4}}, {"min_samples_leaf", {5, 7}}}).blocks[0]);
  ParameterBlock tied = make_entry("", "tree", {{"min_samples_split", {2, 9}}}).blocks[0];
  testing::tie(tied, {{"max_depth", {3, 2, none}, {}, {}}, {"min_samples_leaf", {7, 1, 2}, {}, {}}});
  DT.blocks.push_back(tied);
  DT.as_published = PublishedTrial{make_entry("", "tree", {{"min_samples_leaf", {12}}}).blocks[0], {}, {}};
  spec.models = {
      DT, make_entry("Ridge", "linear", {{"alpha", {0, 1, 50}}}),
      make_entry("RF", "forest", {{"n_estimators", {2, 5}}, {"max_depth", {2, none}}, {"max_features", {1}}}),
      make_entry("BDT", "adaboost", {{"n_estimators", {1, 4}}})};
  return spec;
}

TEST(PartedStudy, GivesTheNaivePlansBits) {
  const Dataset data = make_data(97, 4, 9, 4);
  const Spec spec = parted_study(data);

  const Cells naive = run_study(spec, data, {false, {}});

  // DT: 6, 3 more, then (3, 7, 9), (2, 1, 9), (none, 2, 2), (none, 2, 9), and the published one.
  EXPECT_EQ(naive.size(), 2u * 2 * 2 * (14 + 3 + 2 * 4 + 2 * 2));
  EXPECT_EQ(differing_cells(run_study(spec, data), naive), 0);
}

TEST(PartedStudy, GivesEachTrialTheBitsItHasAlone) {
  const Dataset data = make_data(97, 4, 9);
  const Spec spec = parted_study(data);
  const Cells cells = run_study(spec, data);
  const auto ids_of = [&](const Spec& study) {
    const Plan plan = make_plan(lower(study, data), all_rules(), {});
    return trial_table(plan, study, data, model_named("tree").schema, ModelId(0)).id;
  };
  const std::vector<std::string> ids = ids_of(spec);

  Spec alone = make_spec(data);
  alone.models = {make_entry("DT", "tree", {{"max_depth", {4, none}}, {"min_samples_leaf", {2, 7, 12}}})};
  const Cells own = run_study(alone, data);
  const std::vector<std::string> own_ids = ids_of(alone);

  int shared = 0;
  for (std::size_t t = 0; t < own_ids.size(); ++t) {
    const auto found = std::ranges::find(ids, own_ids[t]);
    if (found == ids.end()) continue;
    ++shared;
    EXPECT_TRUE(same_bits(own.at({0, static_cast<std::int64_t>(t), 1}).prediction,
                          cells.at({0, found - ids.begin(), 1}).prediction));
  }
  EXPECT_EQ(shared, 3) << "(4, 7), (none, 2) and (none, 12)";
}

TEST(ModelSeed, ZeroIsWhatAStudyWithoutSeedsComputesAndOthersDiffer) {
  const Dataset data = make_data(80, 3, 2);
  Spec spec = make_spec(data);
  spec.models = {make_entry("RF", "forest", {{"n_estimators", {3}}}),
                 make_entry("BDT", "adaboost", {{"n_estimators", {3}}})};
  const Cells plain = run_study(spec, data);
  spec.model_seeds = {5, 0, 4294967295};
  const Cells seeded = run_study(spec, data);

  for (int model : {0, 1}) {
    EXPECT_TRUE(same_bits(seeded.at({model, 1, 0}), plain.at({model, 0, 0})));
    EXPECT_FALSE(same_bits(seeded.at({model, 0, 0}).prediction, plain.at({model, 0, 0}).prediction));
    EXPECT_FALSE(same_bits(seeded.at({model, 0, 0}).prediction, seeded.at({model, 2, 0}).prediction));
  }
}

/// Held-out predictions of plain refits, fold by fold.
std::vector<double> refitted(const Dataset& data, const Split& split, double alpha) {
  std::vector<double> predicted(data.y.size());
  for (std::int32_t fold = 0; fold < split.n_folds; ++fold) {
    const RowSet rows = row_set(split, fold);
    const std::vector<double> values = reference_linear(data.X.view(), data.y, rows.train, rows.held_out, rows.train,
                                                        Scaling::zscore, Scaling::zscore, alpha);
    for (std::size_t i = 0; i < values.size(); ++i) predicted[static_cast<std::size_t>(rows.held_out[i])] = values[i];
  }
  return predicted;
}

Dataset grouped_data() {
  Dataset data = make_data(41, 3, 8);
  for (std::int32_t i = 0; i < 41; ++i) {
    data.group.push_back(i * i % 11);
    data.fold.push_back(i % 3);
  }
  for (int g = 0; g < 11; ++g) data.group_name.push_back("g" + std::to_string(g));
  data.fold_name = {"first", "second", "third"};
  data.source.groups = ColumnName{"batch", "", "", {}};
  data.source.folds = ColumnName{"part", "", "", {}};
  return data;
}

class EverySplitter : public ::testing::TestWithParam<Splitting> {};

TEST_P(EverySplitter, HoldsOutItsOwnFolds) {
  const Dataset data = grouped_data();
  Spec spec = make_spec(data);
  spec.cv.splitting = GetParam();
  spec.cv.folds = {4};
  spec.cv.seeds = {3};
  spec.models = {make_entry("Ridge", "linear", {{"alpha", {0.5}}})};
  complete(spec, data);

  const CellValue cell = run_study(spec, data).at({0, 0, 0});

  constexpr double bound = 1e-12;  // 50 eps cond(X) sd(y) with cond(X) < 10 and sd(y) < 2
  const std::vector<double> expected = refitted(data, split(data, GetParam(), spec.cv.folds[0], 3), 0.5);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(cell.prediction[i], expected[i], bound);
  const bool alone = GetParam().splitter == Splitter::leave_one_out;
  EXPECT_EQ(std::isnan(cell.fold_metric[0]), alone) << "a fold of one row has no metrics";
  EXPECT_TRUE(std::isfinite(cell.metric[0]));
}

INSTANTIATE_TEST_SUITE_P(Splitters, EverySplitter,
                         ::testing::Values(Splitting{Splitter::kfold, true}, Splitting{Splitter::kfold, false},
                                           Splitting{Splitter::group_kfold, true},
                                           Splitting{Splitter::group_kfold, false},
                                           Splitting{Splitter::leave_one_out, true}, Splitting{Splitter::file, true}),
                         [](const auto& row) {
                           return std::string(name(row.param.splitter)) + (row.param.shuffle ? "" : "_unshuffled");
                         });

}  // namespace
}  // namespace kilofold
