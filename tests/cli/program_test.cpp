// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::differing_stored_cells;
using testing::Folder;
using testing::Outcome;
using testing::run_program;

constexpr const char* study = R"(spec: 1
name: small
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: {from: 0, to: 7}}
models:
  - {name: Ridge, model: linear, parameters: {alpha: [0, 1, 10]}}
  - {name: DT, model: tree, parameters: {max_depth: [1, 3, none], min_samples_leaf: [1, 5]}}
)";

class Program : public ::testing::Test {
 protected:
  Program() {
    folder.write("table.csv", testing::small_table(90));
    folder.write("study.yaml", study);
  }

  Outcome run(std::vector<std::string> arguments,
              const std::vector<std::pair<std::string, std::string>>& environment = {}) const {
    return run_program(folder, arguments, environment);
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }

  const Folder folder;
};

TEST_F(Program, RunWritesTheFileItNamesAndItsReport) {
  const Outcome ran = run({"run", "study.yaml"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, path("results/small.h5") + "\n");
  EXPECT_TRUE(std::filesystem::exists(path("results/small.h5")));

  const Outcome reported = run({"report", "results/small.h5"});
  ASSERT_EQ(reported.code, 0) << reported.err;
  EXPECT_EQ(reported.out, path("results/small.html") + "\n");
  EXPECT_NE(testing::read_text(path("results/small.html")).find("<svg"), std::string::npos);
}

TEST_F(Program, EveryWayOfRunningStoresTheSameBitsUnderTheSamePlan) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "reference.h5"}).code, 0);
  const std::string plan = StudyReader(path("reference.h5")).attribute("plan");
  ASSERT_EQ(plan.size(), 16U);
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::pair<std::string, std::string>>>> ways = {
      {{"-j", "1"}, {}},      {{"-j", "2"}, {}},       {{"--batch", "1"}, {}},
      {{"--batch", "7"}, {}}, {{"--batch", "64"}, {}}, {{}, {{"KILOFOLD_ISA", "scalar"}}}};
  for (const auto& [options, environment] : ways) {
    std::vector<std::string> arguments = {"run", "study.yaml", "--fresh", "-o", "other.h5"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome ran = run(arguments, environment);
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(differing_stored_cells(path("reference.h5"), path("other.h5")), 0) << ::testing::PrintToString(options);
    EXPECT_EQ(StudyReader(path("other.h5")).attribute("plan"), plan);
  }
}

TEST_F(Program, NaivePlanStoresTheSameBits) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "reference.h5"}).code, 0);
  ASSERT_EQ(run({"run", "study.yaml", "-o", "naive.h5", "--no-sharing"}).code, 0);
  EXPECT_EQ(differing_stored_cells(path("reference.h5"), path("naive.h5")), 0);
}

TEST_F(Program, ShardsMergeToTheWholeRunsBits) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "reference.h5"}).code, 0);
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    const Outcome ran = run({"run", "study.yaml", "-o", "shards.h5", "--batch", "1", "--shard", shard});
    EXPECT_EQ(ran.code, 0) << ran.err;
  }
  if (!std::filesystem::exists(path("shards.h5"))) {
    const Outcome merged = run({"merge", "shards.h5"});
    ASSERT_EQ(merged.code, 0) << merged.err;
  }
  EXPECT_EQ(differing_stored_cells(path("reference.h5"), path("shards.h5")), 0);
  EXPECT_EQ(StudyReader(path("shards.h5")).attribute("plan"), StudyReader(path("reference.h5")).attribute("plan"));
}

TEST_F(Program, LimitStopsEarlyAndTheSameCommandGoesOn) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "reference.h5"}).code, 0);
  int runs = 0;
  int code = 75;
  while (code == 75 && runs < 20) {
    code = run({"run", "study.yaml", "-o", "limited.h5", "--batch", "1", "--limit", "15", "-j", "1"}).code;
    ++runs;
  }
  EXPECT_EQ(code, 0);
  EXPECT_GT(runs, 2);
  EXPECT_EQ(differing_stored_cells(path("reference.h5"), path("limited.h5")), 0);
}

TEST_F(Program, GrownGridKeepsWhatIsThereAndEqualsAFreshRun) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "grown.h5"}).code, 0);
  const std::vector<std::string> grow = {"--set", "models.1.parameters.max_depth=[1, 2, 3, 4, none]", "--set",
                                         "cv.seeds={from: 0, to: 9}"};
  std::vector<std::string> again = {"run", "study.yaml", "-o", "grown.h5"};
  again.insert(again.end(), grow.begin(), grow.end());
  std::vector<std::string> fresh = {"run", "study.yaml", "-o", "fresh.h5"};
  fresh.insert(fresh.end(), grow.begin(), grow.end());

  const Outcome ran = run(again);

  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("72 of 130 cells are there already"), std::string::npos) << ran.err;
  ASSERT_EQ(run(fresh).code, 0);
  EXPECT_EQ(differing_stored_cells(path("grown.h5"), path("fresh.h5")), 0);
}

TEST_F(Program, OtherDataAreRefusedAndNothingStoredIsTouched) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "kept.h5"}).code, 0);
  const std::string before = testing::read_text(path("kept.h5"));
  folder.write("table.csv", testing::small_table(91));

  const Outcome refused = run({"run", "study.yaml", "-o", "kept.h5"});

  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--fresh"), std::string::npos) << refused.err;
  EXPECT_EQ(testing::read_text(path("kept.h5")), before);
}

TEST_F(Program, MistypedSpecNamesEveryProblemWithPlaceAndHint) {
  folder.write("typo.yaml", R"(spec: 1
name: typo
data: {file: table.csv, features: [a, b, c], target: y}
models:
  - {model: linear, parameters: {alfa: 1}}
  - {model: tree, parameters: {max_depth: 2.5}}
)");
  const Outcome ran = run({"run", "typo.yaml"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("typo.yaml:5:"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("legal here: alpha"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("typo.yaml:6:"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(path("results")));
}

TEST_F(Program, MistakesOfTheSpecAndOfItsTableAreToldTogether) {
  folder.write("column.yaml", R"(spec: 1
name: typo
metrics: [mea]
data: {file: table.csv, features: [a, bb, c], target: y}
models: [{model: tre}]
)");
  folder.write("words.csv", "a,y\n1,2\n2,three\n3,4\n");
  folder.write("cell.yaml",
               "spec: 1\nname: s\ndata: {file: words.csv, features: [a], target: y}\nmodels: [{model: tre}]\n");

  const Outcome column = run({"validate", "column.yaml"});
  const Outcome cell = run({"validate", "cell.yaml"});

  std::size_t after = 0;
  for (const char* place : {"column.yaml:3:11", "column.yaml:4:39", "column.yaml:5:18"}) {
    const std::size_t at = column.err.find(place);
    EXPECT_TRUE(at != std::string::npos && at >= after) << place << " in its order:\n" << column.err;
    after = at;
  }
  EXPECT_LT(cell.err.find("cell.yaml:4:"), cell.err.find("words.csv:3:3")) << cell.err;
  EXPECT_NE(cell.err.find("words.csv:3:3"), std::string::npos) << cell.err;
}

TEST_F(Program, UsageErrorsExitWith2) {
  EXPECT_EQ(run({}).code, 2);
  const Outcome verb = run({"rum", "study.yaml"});
  EXPECT_EQ(verb.code, 2);
  EXPECT_NE(verb.err.find("did you mean 'run'?"), std::string::npos) << verb.err;
  EXPECT_EQ(run({"run", "study.yaml", "--shard", "3/3"}).code, 2);
  EXPECT_EQ(run({"run", "study.yaml", "--no-rule", "depth_prefx"}).code, 2);
  EXPECT_EQ(run({"run", "missing.yaml"}).code, 2);
  EXPECT_EQ(run({"run", "study.yaml", "--device", "cuda"}).code, 2);
  EXPECT_EQ(run({"status", "missing.h5"}).code, 2);
  EXPECT_EQ(run({"run", "study.yaml"}, {{"KILOFOLD_ISA", "neon"}}).code, 2);
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_EQ(run({"--version"}).code, 0);
}

TEST_F(Program, PlanExplainsExactCountsAndRunsNothing) {
  const Outcome planned = run({"plan", "study.yaml", "--explain"});
  ASSERT_EQ(planned.code, 0) << planned.err;
  EXPECT_NE(planned.out.find("depth_prefix"), std::string::npos);
  EXPECT_NE(planned.out.find("360 fits"), std::string::npos) << planned.out;  // (3 + 6) trials x 8 seeds x 5 folds
  EXPECT_FALSE(std::filesystem::exists(path("results")));
  EXPECT_EQ(run({"validate", "study.yaml"}).code, 0);
}

TEST_F(Program, ShowPrintsOneTrial) {
  ASSERT_EQ(run({"run", "study.yaml"}).code, 0);
  const Outcome best = run({"show", "results/small.h5", "DT"});
  ASSERT_EQ(best.code, 0) << best.err;
  EXPECT_NE(best.out.find("max_depth"), std::string::npos);
  EXPECT_EQ(run({"show", "results/small.h5", "zz"}).code, 2);
}

}  // namespace
}  // namespace kilofold
