// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/feature_scores.hpp"
#include "kilofold/core/feature_mean.hpp"
#include "kilofold/importance.hpp"
#include "support/program.hpp"
#include "support/studies.hpp"

namespace kilofold::testing {
namespace {

ImportanceSpec entry(const std::string& method, const std::string& per = "table") {
  ImportanceSpec spec;
  spec.method = method;
  spec.per = per;
  return spec;
}

TEST(FeatureScoreTables, HoldEveryCombinationOnce) {
  const Dataset data = make_data(40, 3, 1);
  Spec spec = make_spec(data);
  ImportanceSpec mrmr = entry("mrmr");
  mrmr.schemes = {"mid", "miq"};
  mrmr.estimators = {"mi", "f"};
  ImportanceSpec relief = entry("rrelieff");
  relief.neighbors = {5, 10};
  ImportanceSpec coarse = entry("ftest");
  coarse.bins = 4;
  spec.importance = {mrmr, relief, entry("ftest"), coarse, entry("ftest")};

  std::vector<std::string> names;
  for (const FeatureScoreTable& table : cli::feature_scores(spec, data, {})) names.push_back(table.name);

  EXPECT_EQ(names, (std::vector<std::string>{"mrmr_mid_mi", "mrmr_mid_f", "mrmr_miq_mi", "mrmr_miq_f", "rrelieff_k5",
                                             "rrelieff_k10", "ftest", "ftest_bins4"}));
}

TEST(FeatureScoreTables, AreWhatTheLibraryGives) {
  const Dataset data = make_data(40, 3, 1);
  Spec spec = make_spec(data);
  spec.importance = {entry("mrmr")};

  const FeatureScoreTable table = cli::feature_scores(spec, data, {}).at(0);
  const MrmrScores direct = mrmr(all_rows(data));

  EXPECT_EQ(table.score, direct.score);
  for (std::size_t place = 0; place < 3; ++place)
    EXPECT_EQ(table.rank[static_cast<std::size_t>(direct.ranking[place])], static_cast<std::int32_t>(place) + 1);
}

TEST(FeatureScoreTables, GiveNoRankToAScoreThatDoesNotExist) {
  Dataset data = make_data(40, 3, 1);
  for (std::int64_t row = 0; row < 40; ++row) data.X(row, 1) = 2;
  Spec spec = make_spec(data);
  spec.importance = {entry("ftest"), entry("mrmr")};

  for (const FeatureScoreTable& table : cli::feature_scores(spec, data, {})) {
    EXPECT_TRUE(std::isnan(table.score[1])) << table.name;
    EXPECT_EQ(table.rank[1], -1) << table.name;
    EXPECT_EQ(table.rank[0] + table.rank[2], 1 + 2) << table.name;
  }
}

TEST(FeatureScoreTables, SayHowManyNeighboursTheRowsHave) {
  const Dataset data = make_data(12, 3, 1);
  Spec spec = make_spec(data);
  spec.importance = {entry("rrelieff"), entry("rrelieff", "fold")};
  spec.importance[0].neighbors = {11, 12};

  std::vector<std::string> names;
  for (const FeatureScoreTable& table : cli::feature_scores(spec, data, std::vector<Split>{kfold(12, 4, 0)}))
    names.push_back(table.long_name);

  EXPECT_EQ(names, (std::vector<std::string>{"RReliefF, 11 neighbours", "RReliefF, 12 neighbours (12 rows have 11)",
                                             "RReliefF, 10 neighbours (9 rows have 8), training rows of each fold"}));
}

TEST(FeatureMean, IsOverTheTrainingSetsThatHaveAScore) {
  const double nan = std::nan("");
  const FeatureScoreTable table{"ftest_fold", "F-test", "1", 3, {4, nan, nan, nan, 2, nan}, {1, -1, -1, -1, 1, -1}};

  const FeatureMean first = feature_mean(table, 2, 0);
  const FeatureMean second = feature_mean(table, 2, 1);

  EXPECT_EQ(first.score, 3);
  EXPECT_EQ(first.rank, 1);
  EXPECT_TRUE(std::isnan(second.score));
  EXPECT_TRUE(std::isnan(second.rank));
}

TEST(FeatureScoreTables, OfFoldsSeeNoHeldOutRow) {
  const Dataset clean = make_data(40, 3, 1);
  const Split split = kfold(40, 4, 7);
  Dataset poisoned = clean;
  for (const std::int32_t row : row_set(split, 2).held_out) {
    poisoned.y[static_cast<std::size_t>(row)] = 1e6;
    poisoned.X(row, 1) = -1e6;
  }
  Spec spec = make_spec(clean);
  spec.importance = {entry("ftest", "fold"), entry("mrmr", "fold"), entry("rrelieff", "fold")};

  const auto before = cli::feature_scores(spec, clean, std::vector<Split>{split});
  const auto after = cli::feature_scores(spec, poisoned, std::vector<Split>{split});

  for (std::size_t m = 0; m < before.size(); ++m) {
    ASSERT_EQ(before[m].score.size(), 4u * 3);
    EXPECT_EQ(before[m].n_folds, 4);
    for (std::size_t i = 2 * 3; i < 3 * 3; ++i) EXPECT_EQ(before[m].score[i], after[m].score[i]) << before[m].name;
    EXPECT_NE(before[m].score, after[m].score);
  }
}

TEST(Importance, IsStoredShownAndDrawn) {
  const Folder folder;
  folder.write("small.csv", small_table(60));
  folder.write("small.yaml", R"(spec: 1
name: small
data: {file: small.csv, features: [a, b, c], target: {column: y, units: mm}}
cv: {folds: 4, seeds: [0, 1]}
models:
  - {model: linear}
importance:
  - {method: ftest}
  - {method: rrelieff, neighbors: 7, per: fold}
output: {file: small.h5}
)");
  ASSERT_EQ(run_program(folder, {"run", "small.yaml", "-q"}).code, 0);

  const StudyReader study((folder / "small.h5").string());
  const Outcome shown = run_program(folder, {"show", "small.h5", "importance"});
  const auto json = nlohmann::json::parse(run_program(folder, {"show", "small.h5", "importance", "--json"}).out);
  ASSERT_EQ(run_program(folder, {"report", "small.h5"}).code, 0);
  const std::string page = read_text(folder / "small.html");

  ASSERT_EQ(study.importance().size(), 2u);
  EXPECT_EQ(study.importance()[0].score, f_test(all_rows(study.data())).score);
  EXPECT_EQ(study.importance()[1].name, "rrelieff_k7_fold");
  EXPECT_EQ(study.importance()[1].score.size(), 2u * 4 * 3);
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("F-test, -ln p\n  a "), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("mean rank"), std::string::npos);
  EXPECT_EQ(json["features"], (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(json["importance"][0]["score"][0], study.importance()[0].score);
  EXPECT_EQ(json["importance"][1]["folds"], 4);
  ASSERT_EQ(json["importance"][1]["rank"].size(), 2u * 4);
  EXPECT_EQ(json["importance"][1]["rank"][7][2], study.importance()[1].rank.back());
  EXPECT_NE(page.find("<h2>Feature importance</h2>"), std::string::npos);
  EXPECT_NE(page.find("class=\"bar\""), std::string::npos);
  EXPECT_EQ(run_program(folder, {"verify", "small.h5"}).code, 0);
  EXPECT_EQ(run_program(folder, {"run", "small.yaml", "-q"}).code, 0) << "again, with nothing to compute";
}

TEST(Importance, ThatDoesNotExistIsShownWithoutARank) {
  const Folder folder;
  folder.write("six.csv", small_table(6));
  folder.write(
      "six.yaml",
      "spec: 1\nname: six\ndata: {file: six.csv, features: [a, b], target: y}\ncv: {folds: 3}\n"
      "models: [{model: linear}]\nimportance: [{method: ftest}, {method: rrelieff}]\noutput: {file: six.h5}\n");
  ASSERT_EQ(run_program(folder, {"run", "six.yaml", "-q"}).code, 0);

  const std::string shown = run_program(folder, {"show", "six.h5", "importance"}).out;
  ASSERT_EQ(run_program(folder, {"report", "six.h5"}).code, 0);

  EXPECT_NE(shown.find("F-test, -ln p\n  a                             no score\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("RReliefF, 10 neighbours (6 rows have 5)\n"), std::string::npos) << shown;
  EXPECT_NE(read_text(folder / "six.html").find("a: no score"), std::string::npos);
}

TEST(Importance, ThatNobodyAskedForCannotBeShown) {
  const Folder folder;
  folder.write("small.csv", small_table(60));
  folder.write("small.yaml",
               "spec: 1\nname: small\ndata: {file: small.csv, features: [a], target: y}\n"
               "models: [{model: linear}]\noutput: {file: small.h5}\n");
  ASSERT_EQ(run_program(folder, {"run", "small.yaml", "-q"}).code, 0);

  const Outcome shown = run_program(folder, {"show", "small.h5", "importance"});

  EXPECT_EQ(shown.code, 2);
  EXPECT_NE(shown.err.find("no feature scores in"), std::string::npos) << shown.err;
}

}  // namespace
}  // namespace kilofold::testing
