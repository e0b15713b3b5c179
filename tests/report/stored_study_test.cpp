// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "example_study.hpp"
#include "kilofold/report.hpp"
#include "scratch.hpp"

namespace kilofold {
namespace {

constexpr ModelId tree(0);
constexpr std::int64_t n_trials = 3;
constexpr std::int64_t n_samples = 37;

/// One tree entry, three depths of which the middle one errs least, two seeds.
StudyHeader header() {
  StudyHeader study;
  study.spec.text = "spec: 1\n";
  study.spec.cv.seeds = {4, 9};
  study.spec.cv.folds = {2};
  study.data.source.features = {{"x", "", "", {}}};
  study.data.source.target = {"load", "Mass <loading>", "mg/cm2", {}};
  study.data.sha256 = std::string(64, 'b');
  study.data.X = Matrix<double>(n_samples, 1);
  for (std::int64_t i = 0; i < n_samples; ++i) {
    study.data.X(i, 0) = report::wander(i, 0.3);
    study.data.y.push_back(10 * report::wander(i, 0.6180339887498949));
  }
  for (const std::int64_t seed : study.spec.cv.seeds) study.splits.push_back(kfold(n_samples, 2, seed));
  TrialTable table;
  table.model_name = "DT";
  table.model = "tree";
  table.id = {"00000000000000a1", "00000000000000a2", "00000000000000a3"};
  table.n_folds = {2, 2, 2};
  table.numerics = "1";
  table.columns = {{"max_depth", "depth limit", true, {3, 5, NAN}, {}},
                   {"min_samples_leaf", "", true, {4, 4, 4}, {}},
                   {"cv.folds", "", true, {2, 2, 2}, {}}};
  study.models = {table};
  study.canonical = R"({"cv":{"folds":[2],"seeds":[4,9],"splitter":"kfold"},"data":{"features":["x"],"sha256":")" +
                    study.data.sha256 + R"(","target":"load"},"models":[],"scaling":{},"spec":"1"})";
  study.provenance = {{"title", "a & b"},          {"description", "Synthetic."}, {"data_file", "data/a.csv"},
                      {"metrics", "rmse r2_eq13"}, {"version", "0.1.0"},          {"host", "node017"}};
  return study;
}

CellBlock cells(const StudyHeader& study, const std::vector<std::int64_t>& trials) {
  CellBlock block;
  block.model = tree;
  for (const std::int64_t trial : trials) {
    for (std::int32_t seed = 0; seed < 2; ++seed) {
      const double error = (trial == 1 ? 1.0 : 2.0) + 0.1 * seed;
      std::vector<double> prediction = study.data.y;
      for (std::int64_t i = 0; i < n_samples; ++i)
        prediction[static_cast<std::size_t>(i)] += i % 2 == 0 ? error : -error;
      const Metrics metrics = score(study.data.y, prediction);
      block.trial.push_back(trial);
      block.seed.push_back(seed);
      block.prediction.insert(block.prediction.end(), prediction.begin(), prediction.end());
      block.metric.insert(block.metric.end(), {metrics.mae, metrics.rmse, metrics.r2, metrics.r2_eq13});
      block.fold_metric.insert(block.fold_metric.end(), 2 * 3, 1.0);
      block.status.insert(block.status.end(), {0, trial == 2 ? 3 : 0});
    }
  }
  return block;
}

TEST(StoredStudy, IsSummarizedFromTheFileAlone) {
  const Scratch scratch;
  const StudyHeader study = header();
  Store store(scratch.file(), study);
  const CellBlock block = cells(study, {0, 1, 2});
  store.commit({&block, 1});
  store.merge();

  const StudyReader reader(scratch.file());
  const report::StudySummary summary = report::summarize(reader);

  EXPECT_EQ(best_trial(reader, tree), 1);
  EXPECT_EQ(summary.name, "a & b");
  EXPECT_EQ(summary.description, "Synthetic.");
  EXPECT_EQ(summary.data_sha256, study.data.sha256);
  EXPECT_EQ(summary.metrics, (std::vector<std::size_t>{report::rmse, report::r2_eq13}));
  EXPECT_EQ(summary.n_fits, 3 * 2 * 2);
  EXPECT_EQ(summary.folds, std::vector<std::int32_t>{2});
  EXPECT_TRUE(summary.finished());
  const report::ModelSummary& model = summary.models.at(0);
  EXPECT_EQ(model.n_finished, n_trials);
  EXPECT_EQ(model.n_failed(), 2);
  ASSERT_TRUE(model.best);
  ASSERT_EQ(model.best->varied.size(), 1u);
  EXPECT_EQ(model.best->varied[0].name, "max_depth");
  EXPECT_EQ(model.best->varied[0].value, "5");
  EXPECT_EQ(model.best->fixed.size(), 2u);
  EXPECT_EQ(model.best->prediction[0], study.data.y[0] + 1.0) << "of the first seed";
}

TEST(StoredStudy, RendersAsPageAndTable) {
  const Scratch scratch;
  const StudyHeader study = header();
  Store store(scratch.file(), study);
  const CellBlock block = cells(study, {0, 2});
  store.commit({&block, 1});

  const StudyReader reader(scratch.file());
  const std::string page = render_html(reader);
  const std::string table = render_text(reader);

  EXPECT_NE(page.find("<h1>a &amp; b</h1>"), std::string::npos);
  EXPECT_NE(page.find("Unfinished: 4 of 6 cells."), std::string::npos);
  EXPECT_NE(page.find("<dt>host</dt><dd>node017</dd>"), std::string::npos);
  EXPECT_NE(page.find("true Mass &lt;loading&gt; (mg/cm2)"), std::string::npos);
  EXPECT_NE(table.find("max_depth = 3 (best of 2)"), std::string::npos) << table;
}

TEST(StoredStudy, PrintsNoUnitOfAPlainNumber) {
  const Scratch scratch;
  StudyHeader study = header();
  study.data.source.target.units = "1";
  Store store(scratch.file(), study);
  const CellBlock block = cells(study, {0, 1, 2});
  store.commit({&block, 1});

  const std::string page = render_html(StudyReader(scratch.file()));

  EXPECT_EQ(page.find("(1)"), std::string::npos);
  EXPECT_EQ(page.find("class=\"unit\">1<"), std::string::npos);
}

TEST(StoredStudy, SaysItsFoldsOnTheTerminal) {
  const Scratch scratch;
  const StudyHeader study = header();
  Store store(scratch.file(), study);
  const CellBlock block = cells(study, {0, 1, 2});
  store.commit({&block, 1});
  const StudyReader reader(scratch.file());

  EXPECT_EQ(render_folds(reader),
            "folds: kfold, 2 folds, shuffled by 2 seeds (4, 9); features zscore, fitted on the training rows; target "
            "zscore\n");
  EXPECT_NE(render_text(reader).find(render_folds(reader)), std::string::npos);
}

TEST(StoredStudy, HasNoBestTrialBeforeOneIsFinished) {
  const Scratch scratch;
  const StudyHeader study = header();
  Store store(scratch.file(), study);
  CellBlock block = cells(study, {1});
  block.trial.pop_back();
  block.seed.pop_back();
  for (std::vector<double>* values : {&block.prediction, &block.metric, &block.fold_metric})
    values->resize(values->size() / 2);
  block.status.resize(2);
  store.commit({&block, 1});

  EXPECT_EQ(best_trial(StudyReader(scratch.file()), tree), std::nullopt);
}

}  // namespace
}  // namespace kilofold
