// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "kilofold/core/metrics.hpp"
#include "report/fold_gap.hpp"
#include "report/study_losses.hpp"
#include "scratch.hpp"

namespace kilofold::report {
namespace {

constexpr std::int64_t n = 12;
constexpr double exact = 1e-14;  // of numbers near 1 that take some ten roundings

/// Two entries of two trials, two seeds, three folds; rows 2 i and 2 i + 1 are a group. `grouped` folds keep them
/// together.
StudyHeader header(bool grouped) {
  StudyHeader study;
  study.spec.text = "spec: 1\n";
  study.spec.cv.seeds = {0, 1};
  study.spec.cv.folds = {3};
  study.data.source.features = {{"x", "", "", {}}};
  study.data.source.target = {"load", "", "mg", {}};
  study.data.source.groups = ColumnName{"pair", "", "", {}};
  study.data.sha256 = std::string(64, 'c');
  study.data.X = Matrix<double>(n, 1);
  for (std::int32_t i = 0; i < n; ++i) {
    study.data.X(i, 0) = i;
    study.data.y.push_back(i % 5);
    study.data.group.push_back(i / 2);
    if (i % 2 == 0) study.data.group_name.push_back("g" + std::to_string(i / 2));
  }
  for (std::int32_t seed = 0; seed < 2; ++seed) {
    Split& split = study.splits.emplace_back(Split{3, seed, {}});
    for (std::int32_t i = 0; i < n; ++i) split.fold.push_back((grouped ? i / 2 + seed : i + seed) % 3);
  }
  for (const char* name : {"A", "B"}) {
    TrialTable& table = study.models.emplace_back();
    table.model_name = name;
    table.model = "tree";
    table.id = {std::string(15, '0') + name + "1", std::string(15, '0') + name + "2"};
    for (std::string& id : table.id) id = id.substr(1);
    table.n_folds = {3, 3};
    table.numerics = "1";
    table.columns = {{"max_depth", "", true, {1, 2}, {}}, {"cv.folds", "", true, {3, 3}, {}}};
  }
  study.canonical = R"({"cv":{},"data":{"sha256":")" + study.data.sha256 + R"("},"models":[],"scaling":{},"spec":"1"})";
  return study;
}

/// How far off a prediction is: entry A's last trial errs by 1 or 2, B's by 3, other trials by 9.
double error_of(const StudyHeader& study, std::int32_t model, std::int64_t trial, std::int32_t fold) {
  if (trial + 1 < std::ssize(study.models[static_cast<std::size_t>(model)].id)) return 9;
  return model == 1 ? 3 : 1 + fold % 2;
}

/// Each error times `factor`.
CellBlock cells(const StudyHeader& study, std::int32_t model, double factor) {
  CellBlock block;
  block.model = ModelId(model);
  const std::int64_t n_trials = std::ssize(study.models[static_cast<std::size_t>(model)].id);
  for (std::int64_t trial = 0; trial < n_trials; ++trial)
    for (std::int32_t seed = 0; seed < 2; ++seed) {
      const Split& split = study.splits[static_cast<std::size_t>(seed)];
      std::vector<double> prediction;
      for (std::size_t i = 0; i < n; ++i)
        prediction.push_back(study.data.y[i] + factor * error_of(study, model, trial, split.fold[i]));
      const Metrics pooled = score(study.data.y, prediction);
      block.trial.push_back(trial);
      block.seed.push_back(seed);
      block.prediction.insert(block.prediction.end(), prediction.begin(), prediction.end());
      block.metric.insert(block.metric.end(), {pooled.mae, pooled.rmse, pooled.r2, pooled.r2_eq13});
      for (std::int32_t fold = 0; fold < 3; ++fold) {
        const double error = factor * error_of(study, model, trial, fold);
        block.fold_metric.insert(block.fold_metric.end(), {error, error, 0.5});
        block.status.push_back(0);
      }
    }
  return block;
}

/// The study in a file of its own.
class Stored {
 public:
  Stored(bool grouped, double factor) : Stored(header(grouped), factor) {}
  Stored(const StudyHeader& study, double factor, bool with_fold_metrics = true) {
    Store store(scratch_.file(), study);
    std::vector<CellBlock> blocks = {cells(study, 0, factor), cells(study, 1, factor)};
    if (!with_fold_metrics)
      for (CellBlock& block : blocks) std::ranges::fill(block.fold_metric, std::nan(""));
    store.commit(blocks);
    store.merge();
    reader_.emplace(scratch_.file());
  }
  const StudyReader& reader() const { return *reader_; }

 private:
  Scratch scratch_;
  std::optional<StudyReader> reader_;
};

TEST(CompareModels, TestsFoldByFoldWithTheShareOfHeldOutRows) {
  const Stored stored(false, 1);

  const Comparison comparison = compare_models(stored.reader());

  ASSERT_EQ(comparison.pairs.size(), 1u);
  EXPECT_EQ(comparison.contenders[0].name, "A");
  // folds 0, 1, 2 err by 1, 2, 1 against 3: differences -2, -1, -2, twice; mean -5/3, variance 4/15
  const CorrectedT& test = *comparison.pairs[0].test;
  EXPECT_NEAR(test.mean, -5.0 / 3, exact);
  EXPECT_NEAR(test.scale, std::sqrt((1.0 / 6 + 1.0 / 2) * 4 / 15), exact);
  EXPECT_EQ(test.degrees, 5);
  EXPECT_EQ(comparison.pairs[0].wins, 2);
  EXPECT_EQ(comparison.settled_after, 1);
}

TEST(CompareModels, TakesTheMeanShareOfUnequalFolds) {
  StudyHeader study = header(false);
  for (Split& split : study.splits) split.fold = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2};
  const Stored stored(study, 1);

  const Comparison comparison = compare_models(stored.reader());

  // 6 test rows a 6 in training, 4 a 8, 2 a 10: 1.7 / 3 on average
  EXPECT_NEAR(comparison.pairs[0].test->scale, std::sqrt((1.0 / 6 + 1.7 / 3) * 4 / 15), exact);
}

TEST(CompareModels, RanksAndCorrectsWhereFoldsHaveNoMetrics) {
  const Stored stored(header(false), 1, false);

  const Comparison comparison = compare_models(stored.reader());

  EXPECT_FALSE(comparison.pairs[0].test);
  EXPECT_EQ(comparison.pairs[0].wins, 2);
  EXPECT_EQ(comparison.contenders[1].rank, (std::vector<double>{2, 2}));
  EXPECT_TRUE(comparison.contenders[0].corrected);
  const std::string text = comparison_text(comparison);
  EXPECT_NE(text.find("not tested: folds have no rmse of their own, metrics are pooled only"), std::string::npos);
  EXPECT_EQ(text.find("t-test"), std::string::npos) << "explains what is not there: " << text;
}

/// One trial an entry: nothing was chosen.
StudyHeader without_grids() {
  StudyHeader study = header(false);
  for (TrialTable& table : study.models) {
    table.id.resize(1);
    table.n_folds.resize(1);
    for (TrialColumn& column : table.columns) column.number.resize(1);
  }
  return study;
}

TEST(CompareModels, CorrectsNothingWhereThereIsOneTrial) {
  const Stored stored(without_grids(), 1);

  const Comparison comparison = compare_models(stored.reader());

  for (const Contender& contender : comparison.contenders) {
    EXPECT_NEAR(contender.corrected->rmse, contender.mean, exact) << contender.name;
    EXPECT_EQ(contender.corrected->error, 0);
  }
  EXPECT_LT(comparison.contenders[0].corrected->low, std::sqrt(2.0));
  EXPECT_GT(comparison.contenders[0].corrected->high, std::sqrt(2.0));
}

TEST(CompareModels, DrawsWholeGroups) {
  const Stored grouped(without_grids(), 1);
  StudyHeader study = without_grids();
  study.data.source.groups.reset();
  study.data.group.clear();
  study.data.group_name.clear();
  const Stored single(study, 1);

  const Comparison by_group = compare_models(grouped.reader()), by_row = compare_models(single.reader());

  const std::vector<std::int64_t> trial = {0};
  const std::vector<double> loss = squared_errors(grouped.reader(), ModelId(0), trial);
  EXPECT_EQ(by_group.contenders[0].corrected->low, best_of_many(loss, 1, header(false).data.group, make_draws(6)).low);
  EXPECT_NE(by_group.contenders[0].corrected->low, by_row.contenders[0].corrected->low);
  EXPECT_NE(comparison_text(by_group).find("draws of whole groups"), std::string::npos);
  EXPECT_NE(comparison_text(by_row).find("draws of rows"), std::string::npos);
}

TEST(CompareModels, CorrectsNothingWhereAllRowsAreOneGroup) {
  StudyHeader study = header(false);
  std::ranges::fill(study.data.group, 0);
  study.data.group_name = {"g0"};
  const Stored stored(study, 1);

  const Comparison comparison = compare_models(stored.reader());

  EXPECT_EQ(comparison.contenders[0].why_not_corrected, "all rows are one group");
}

TEST(CompareModels, CallsOnePercentOfTheTargetsSpreadEqual) {
  const Stored stored(false, 1);

  const Comparison comparison = compare_models(stored.reader());

  // targets 0 1 2 3 4 0 1 2 3 4 0 1: mean 21/12, mean square 61/12
  EXPECT_NEAR(comparison.rope, 0.01 * std::sqrt(61.0 / 12 - 21.0 / 12 * 21.0 / 12), exact);
  const Posterior expected = correlated_t(*comparison.pairs[0].test, comparison.rope);
  EXPECT_EQ(comparison.pairs[0].posterior.within, expected.within);
}

TEST(CompareModels, SaysWhatShareOfRowsHasItsGroupInTraining) {
  const Stored random(false, 1), grouped(true, 1);

  EXPECT_EQ(compare_models(random.reader()).shared_groups, 1);
  EXPECT_EQ(compare_models(grouped.reader()).shared_groups, 0);
  EXPECT_NE(render_comparison(random.reader()).find("100.0 % of held-out rows have a row of their group in training"),
            std::string::npos);
  EXPECT_EQ(render_comparison(grouped.reader()).find("of their group"), std::string::npos);
}

TEST(CompareFolds, SetsTheSameTrialUnderBothFoldsSideBySide) {
  const Stored random(false, 1), grouped(true, 2);

  const FoldGap gap = compare_folds(random.reader(), grouped.reader());

  ASSERT_EQ(gap.models.size(), 2u);
  EXPECT_EQ(gap.n_groups, 6);
  EXPECT_EQ(gap.shared_in_first, 1);
  EXPECT_EQ(gap.shared_in_second, 0);
  // a third of A's rows errs by 2, the others by 1: mean square 2; twice that under the second's folds
  EXPECT_EQ(gap.models[0].trial, "max_depth = 2");
  EXPECT_NEAR(gap.models[0].gap.first, std::sqrt(2.0), exact);
  EXPECT_NEAR(gap.models[0].gap.second, std::sqrt(8.0), exact);
  EXPECT_NEAR(gap.models[0].gap.difference, std::sqrt(2.0), exact);
  EXPECT_NEAR(gap.models[0].own_best, std::sqrt(8.0), exact);
  // all of B's rows err alike, so every draw gives one gap
  EXPECT_NEAR(gap.models[1].gap.low, 3, exact);
  EXPECT_NEAR(gap.models[1].gap.high, 3, exact);
}

TEST(CompareFolds, WritesNoBlanksBehindAModelOfOneTrial) {
  FoldGap gap;
  gap.models.emplace_back().name = "LR";

  EXPECT_EQ(fold_gap_text(gap).find(" \n"), std::string::npos) << fold_gap_text(gap);
}

TEST(CompareFolds, RefusesFilesOfOtherTables) {
  const Stored stored(false, 1);
  const Scratch scratch;
  StudyHeader study = header(true);
  study.data.sha256 = std::string(64, 'd');
  study.canonical = R"({"cv":{},"data":{"sha256":")" + study.data.sha256 + R"("},"models":[],"scaling":{},"spec":"1"})";
  Store store(scratch.file(), study);
  const CellBlock block = cells(study, 0, 1);
  store.commit({&block, 1});

  EXPECT_THROW(compare_folds(stored.reader(), StudyReader(scratch.file())), InputError);
}

TEST(MakeDraws, AreOfTheirSizeAndTheSameEveryTime) {
  const std::vector<std::int32_t> draws = make_draws(7);

  EXPECT_EQ(draws.size(), 7000u);
  EXPECT_EQ(draws, make_draws(7));
  EXPECT_EQ(*std::ranges::min_element(draws), 0);
  EXPECT_EQ(*std::ranges::max_element(draws), 6);
}

}  // namespace
}  // namespace kilofold::report
