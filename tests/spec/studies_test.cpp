// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "spec/stand_ins.hpp"

namespace kilofold {
namespace {

Spec read(const std::string& name) {
  return read_spec("tests/spec/studies/" + name + ".yaml", test::schemas_with_stand_ins());
}

/// Trials of each entry: blocks as written, and the published one unless a block holds it.
std::vector<std::int64_t> trials(const Spec& spec) {
  std::vector<std::int64_t> counts;
  for (const ModelSpec& model : spec.models) {
    counts.push_back(0);
    for (const ParameterBlock& block : model.blocks) {
      std::int64_t product = 1;
      for (const ParameterFactor& factor : block.factors) product *= factor.size();
      counts.back() += product;
    }
  }
  return counts;
}

TEST(Studies, ElectrodePaperReadsWhole) {
  const Spec spec = read("electrode_paper");

  EXPECT_EQ(trials(spec), (std::vector<std::int64_t>{0, 48, 60, 0, 36, 0, 180, 2304, 2304}));
  const ModelSpec& DT = spec.models[1];
  EXPECT_EQ(DT.as_published->block.axis("min_samples_leaf").values, std::vector{12.0});
  const ModelSpec& SVR = spec.models[6];
  EXPECT_EQ(SVR.as_published->block.axis("C").text, std::vector<std::string>{"iqr"});
  const ModelSpec& GPR = spec.models[7];
  EXPECT_EQ(GPR.blocks[0].axis("length_scale").width, 4);
  EXPECT_FALSE(GPR.tune);
  EXPECT_EQ(spec.models[8].name, "GPR.tuned");
  EXPECT_TRUE(spec.models[8].is_tuned() && !spec.models[8].as_published);
  EXPECT_EQ(spec.models[8].tune->by, "log_marginal_likelihood");
  EXPECT_EQ(GPR.as_published->tune->search, "lbfgs");
  ASSERT_EQ(spec.importance.size(), 3u);
  EXPECT_EQ(spec.importance[0].schemes, (std::vector<std::string>{"mid", "miq"}));
  EXPECT_EQ(spec.importance[0].estimators, (std::vector<std::string>{"mi", "f"}));
  EXPECT_EQ(spec.plots.size(), 7u);
  ASSERT_EQ(spec.reference.results.size(), 7u);
  EXPECT_EQ(spec.reference.results[6].name, "GPR");
  EXPECT_EQ(spec.reference.results[6].metrics[1], (std::pair<std::string, double>{"rmse", 1.089}));
}

TEST(Studies, Seeds1000HasFoldCountsAndScalingRowsAsAxes) {
  const Spec spec = read("seeds_1000");

  EXPECT_EQ(spec.cv.folds, (std::vector<std::int32_t>{5, 10}));
  EXPECT_EQ(spec.cv.seeds.size(), 1000u);
  EXPECT_EQ(spec.fit_on, (std::vector<FitOn>{FitOn::fold, FitOn::all}));
  EXPECT_EQ(spec.model_seeds, std::vector<std::uint32_t>{0});
  EXPECT_EQ(trials(spec), (std::vector<std::int64_t>(7, 1)));
  EXPECT_EQ(spec.models[6].blocks[0].axis("length_scale").values, (std::vector<double>{1, 2, 2, 4}));
}

TEST(Studies, Cluster1e5HasAHundredThousandTrials) {
  const Spec spec = read("cluster_1e5");

  EXPECT_EQ(trials(spec), (std::vector<std::int64_t>{2401 * 25, 40 * 20 * 50}));
  EXPECT_EQ(spec.output.predictions, "best");
  EXPECT_EQ(spec.output.keep, 100);
  EXPECT_EQ(spec.run.memory, 0.85);
  EXPECT_EQ(spec.fit_on, std::vector<FitOn>{FitOn::all});
}

TEST(Studies, BenchmarkSweepReadsWhole) {
  EXPECT_EQ(trials(read("benchmark_sweep")), (std::vector<std::int64_t>{256, 800, 80, 42, 4}));
}

TEST(Studies, GrammarReadsEveryForm) {
  const Spec spec = read("grammar");

  // Of the six combinations of the last entry, (1, 1) is 1 and (1, 2) stands before them; a second block has two.
  EXPECT_EQ(trials(spec), (std::vector<std::int64_t>{5 * 4 + 1, 3 * 2, 3 * 2, 5, 5, 7, 1 + 1 + 4 + 2}));
  EXPECT_EQ(spec.cv.splitting, (Splitting{Splitter::group_kfold, false}));
  EXPECT_EQ(spec.feature_scaling, Scaling::minmax);
  EXPECT_EQ(spec.model_seeds, (std::vector<std::uint32_t>{1, 5, 7, 9}));
  EXPECT_FALSE(spec.jitter);
  EXPECT_EQ(spec.flavour, Flavour::vendor);
  EXPECT_EQ(spec.models[4].tune->inner_folds, 3);
  EXPECT_EQ(spec.importance[0].per, "fold");
  EXPECT_EQ(spec.importance[2].neighbors, (std::vector<std::int32_t>{5, 10, 20, 30}));
  EXPECT_EQ(spec.data.groups->label, "Batch");
}

TEST(Complete, KnowsTheFoldsOfLeaveOneOutAndRefusesMoreThanThereAre) {
  Dataset data;
  data.X = Matrix<double>(6, 1);
  data.group_name = {"a", "b", "c"};
  Spec spec;
  spec.cv.splitting.splitter = Splitter::leave_one_out;
  spec.cv.folds.clear();
  complete(spec, data);
  EXPECT_EQ(spec.cv.folds, std::vector<std::int32_t>{6});

  spec.cv.splitting.splitter = Splitter::group_kfold;
  spec.cv.folds = {3, 4};
  try {
    complete(spec, data);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    ASSERT_EQ(error.problems().size(), 1u);
    EXPECT_EQ(error.problems()[0].message, "cv.folds: 4 folds need at least 4 groups,  has 3");
  }
}

/// What `complete` refuses of folds of six rows in three groups.
std::string refusal_of_folds(Splitter splitter, std::int32_t folds, const std::vector<std::int64_t>& seeds) {
  Dataset data;
  data.X = Matrix<double>(6, 1);
  data.group_name = {"a", "b", "c"};
  Spec spec;
  spec.data.file = "six.csv";
  spec.cv.splitting.splitter = splitter;
  spec.cv.folds = {2, folds};
  spec.cv.folds_place.line = 7;
  spec.cv.seeds = seeds;
  try {
    complete(spec, data);
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().size(), 1u);
    EXPECT_EQ(error.problems()[0].place.line, 7);
    return error.problems()[0].message + "; " + error.problems()[0].hint;
  }
  return "";
}

TEST(Complete, RefusesSeedsThatRepeatTheOnlyFoldsThereAre) {
  EXPECT_EQ(refusal_of_folds(Splitter::kfold, 6, {0, 1}),
            "cv.folds: six.csv has 6 rows, so there is one way to make 6 folds; "
            "write one seed, or ask for fewer folds");
  EXPECT_EQ(refusal_of_folds(Splitter::group_kfold, 3, {0, 1}),
            "cv.folds: six.csv has 3 groups, so there is one way to make 3 folds; "
            "write one seed, or ask for fewer folds");
  EXPECT_EQ(refusal_of_folds(Splitter::kfold, 6, {1}), "");
  EXPECT_EQ(refusal_of_folds(Splitter::kfold, 5, {0, 1}), "");
}

/// What `complete` refuses, in one entry that is tuned on inner folds.
std::string refusal_of_inner_folds(std::int64_t n_rows, Splitter splitter, std::int32_t inner_folds) {
  Dataset data;
  data.X = Matrix<double>(n_rows, 1);
  Spec spec;
  spec.cv.splitting.splitter = splitter;
  spec.cv.folds = {3};
  spec.cv.seeds = {0};
  spec.models.emplace_back().tune = TuneSpec{"rmse", "grid", inner_folds, 1, {}, {}};
  try {
    complete(spec, data);
  } catch (const InputError& error) {
    return error.problems().at(0).message;
  }
  return "";
}

TEST(Complete, RefusesMoreInnerFoldsThanTheSmallestTrainingSetHasRows) {
  EXPECT_EQ(refusal_of_inner_folds(7, Splitter::kfold, 4), "");
  EXPECT_EQ(refusal_of_inner_folds(7, Splitter::kfold, 5),
            "tune.inner_folds: 5 inner folds of a training set are too many, at most 4");
  EXPECT_EQ(refusal_of_inner_folds(7, Splitter::leave_one_out, 6), "");
  EXPECT_EQ(refusal_of_inner_folds(7, Splitter::leave_one_out, 7),
            "tune.inner_folds: 7 inner folds of a training set are too many, at most 6");
}

TEST(Complete, RefusesToSplitMoreFoldsAgainThanARowSetCanName) {
  EXPECT_EQ(refusal_of_inner_folds(RowSetName::most_folds, Splitter::leave_one_out, 5), "");
  EXPECT_EQ(refusal_of_inner_folds(RowSetName::most_folds + 1, Splitter::leave_one_out, 5),
            "tune: at most 4095 folds can be split again");
}

}  // namespace
}  // namespace kilofold
