// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/program.hpp"

namespace kilofold {
namespace {

using nlohmann::json;
using testing::Folder;
using testing::Outcome;
using testing::run_program;

constexpr const char* study = R"(spec: 1
name: small
data: {file: table.csv, features: [a, b, c], target: {column: y, units: MPa}}
cv: {folds: 5, seeds: {from: 0, to: 3}}
models:
  - {name: Ridge, model: linear, parameters: {alpha: [0, 1, 10]}}
  - {name: DT, model: tree, parameters: {max_depth: [1, 3, none]}}
)";

class Verbs : public ::testing::Test {
 protected:
  Verbs() {
    folder.write("table.csv", testing::small_table(60));
    folder.write("study.yaml", study);
  }
  Outcome run(const std::vector<std::string>& arguments) const { return run_program(folder, arguments); }
  std::string text(const std::string& name) const { return testing::read_text(folder / name); }

  const Folder folder;
};

TEST_F(Verbs, SuggestCommandsThatCanBePasted) {
  const Outcome ran = run({"run", "study.yaml", "-o", "my results/it's.h5"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("next: kilofold report 'my results/it'\\''s.h5'\n"), std::string::npos) << ran.err;
}

TEST_F(Verbs, InitWritesASpecThatValidatesAndRuns) {
  const Outcome made = run({"init", "table.csv"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.out, "table.yaml\n");
  EXPECT_NE(made.err.find("kilofold plan table.yaml"), std::string::npos) << made.err;
  EXPECT_EQ(run({"validate", "table.yaml"}).code, 0);
  EXPECT_EQ(run({"run", "table.yaml"}).code, 0);
}

TEST_F(Verbs, InitSortsColumnsByWhatTheyHold) {
  folder.write("mixed.csv",
               "id,plant,\"water, l/m3\",none,gaps,strength,same,shift\n"
               "1,North,180.5,1,4,30.5,7,A\n2,South,190,2,,32,7,B\n3,North,200,1,6,31,7,A\n");
  std::filesystem::create_directory(folder / "specs");
  const Outcome made = run({"init", "mixed.csv", "-o", "specs/mixed.yaml"});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::string spec = text("specs/mixed.yaml");
  for (const char* line :
       {"file: \"../mixed.csv\"", "    - \"water, l/m3\"\n", "    - \"none\"\n", "    - same\n",
        "    # - id  # left out: it counts the rows\n", "    # - gaps  # left out: line 3 is empty\n",
        "  target: strength", "  # groups: plant ", "columns of text: plant, shift\n", "  folds: 2\n"})
    EXPECT_NE(spec.find(line), std::string::npos) << line << "\n" << spec;
  EXPECT_EQ(run({"validate", "specs/mixed.yaml"}).code, 0);

  folder.write("two.csv", "a,b\n1,2\n3,4\n");
  ASSERT_EQ(run({"init", "two.csv"}).code, 0);
  EXPECT_EQ(run({"validate", "two.yaml"}).code, 0) << "two rows have one way to make two folds";
}

TEST_F(Verbs, InitOverwritesNothingAndRefusesWhatIsNoTable) {
  folder.write("table.yaml", "mine");
  EXPECT_EQ(run({"init", "table.csv"}).code, 2);
  EXPECT_EQ(text("table.yaml"), "mine");
  const std::vector<std::pair<std::string, std::string>> tables = {
      {"words.csv", "a,b\nx,y\nz,w\n"}, {"semicolons.csv", "a;b\n1;2\n3;4\n"}, {"empty.csv", ""},
      {"short.csv", "a,b\n1,2\n"},      {"ragged.csv", "a,b\n1,2\n3\n5,6\n"},  {"flat.csv", "a,b\n1,5\n1,5\n"}};
  for (const auto& [name, table] : tables) {
    folder.write(name, table);
    const Outcome refused = run({"init", name, "-o", "new.yaml"});
    EXPECT_EQ(refused.code, 2) << name;
    EXPECT_NE(refused.err.find(name), std::string::npos) << refused.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "new.yaml")) << name;
  }
}

TEST_F(Verbs, InitSaysFirstThatATableIsCutBySemicolons) {
  folder.write("semicolons.csv", "a;b;y\n1,5;2;3\n2,5;3;4\n");

  const Outcome refused = run({"init", "semicolons.csv"});

  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("error: the columns are separated by semicolons, not by commas"), std::string::npos);
  EXPECT_EQ(refused.err.find("is both a feature and the target"), std::string::npos) << refused.err;
}

TEST_F(Verbs, WhatIsNoTableIsRefusedByItsName) {
  std::filesystem::create_directory(folder / "folder");
  const std::vector<std::pair<std::string, std::string>> names = {{"tabel.csv", "did you mean 'table.csv'"},
                                                                  {"table", "did you mean 'table.csv'"},
                                                                  {"folder", "this is a folder"},
                                                                  {"study.yaml", "a spec is no table"},
                                                                  {"book.xlsx", "save it as CSV"}};
  for (const auto& [name, message] : names) {
    const Outcome refused = run({"init", name, "-o", "new.yaml"});
    EXPECT_EQ(refused.code, 2) << name;
    EXPECT_NE(refused.err.find(message), std::string::npos) << refused.err;
  }
}

TEST_F(Verbs, TablesAreNoResults) {
  const Outcome refused = run({"status", "table.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err.find("table.csv: error: a table is no results file\n"), 0U) << refused.err;
}

TEST_F(Verbs, ValidateGivesProblemsAsJson) {
  const Outcome good = run({"validate", "study.yaml", "--json"});
  EXPECT_EQ(good.code, 0);
  EXPECT_EQ(json::parse(good.out), json::array());
  folder.write("bad.yaml", std::string(study) + "metrics: [mea]\nmodles: []\n");

  const Outcome bad = run({"validate", "bad.yaml", "--json"});

  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(bad.err, "");
  const json problems = json::parse(bad.out);
  ASSERT_EQ(problems.size(), 2U) << bad.out;
  EXPECT_EQ(problems[0]["file"], "bad.yaml");
  EXPECT_EQ(problems[0]["line"], 8);
  EXPECT_EQ(problems[0]["column"], 11);
  for (const char* key : {"message", "reason", "hint"}) EXPECT_TRUE(problems[0][key].is_string()) << key;
}

TEST_F(Verbs, PlanAsJsonCountsWhatItSays) {
  const Outcome planned = run({"plan", "study.yaml", "--json"});
  ASSERT_EQ(planned.code, 0) << planned.err;
  const json plan = json::parse(planned.out);
  EXPECT_EQ(plan["trials"], 6);
  EXPECT_EQ(plan["fits"], 6 * 4 * 5);
  EXPECT_EQ(plan["plan"].get<std::string>().size(), 16U);
  bool shares_trees = false;
  for (const json& node : plan["nodes"])
    shares_trees =
        shares_trees || (node["op"] == "grow_trees" && node["items"] == 20 && node["items_one_by_one"] == 60);
  EXPECT_TRUE(shares_trees) << planned.out;  // one tree a seed and fold answers three depths
  bool fired = false;
  for (const json& rule : plan["rules"]) fired = fired || (rule["rule"] == "depth_prefix" && rule["fired"] == true);
  EXPECT_TRUE(fired);
}

TEST_F(Verbs, StatusAndShowAsJsonAgreeWithTheFile) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "small.h5", "-q"}).code, 0);
  const json status = json::parse(run({"status", "small.h5", "--json"}).out);
  EXPECT_EQ(status["complete"], true);
  EXPECT_EQ(status["cells"], 24);
  EXPECT_EQ(status["models"][1]["fits"]["ok"], 3 * 4 * 5);

  const json shown = json::parse(run({"show", "small.h5", "DT", "--json"}).out);

  const StudyReader reader((folder / "small.h5").string());
  std::int64_t trial = 0;
  while (reader.models()[1].id[static_cast<std::size_t>(trial)] != shown["trial"]) ++trial;
  const CellBlock cells = reader.trial(ModelId(1), trial);
  for (std::size_t s = 0; s < 4; ++s) EXPECT_EQ(shown["seeds"][s]["rmse"].get<double>(), cells.metric[4 * s + 1]);
  EXPECT_EQ(shown["units"], "MPa");
}

TEST_F(Verbs, DoctorTriesTheFolderAndLeavesNothingThere) {
  const Outcome checked = run({"doctor", "--json"});
  ASSERT_EQ(checked.code, 0) << checked.out << checked.err;
  const json report = json::parse(checked.out);
  EXPECT_EQ(report["results"]["safe"], true);
  EXPECT_EQ(report["results"]["lock_error"], nullptr);
  EXPECT_GT(report["cores"], 0);
  EXPECT_GT(report["memory_bytes"], 1e6);
  EXPECT_NE(run({"doctor"}).out.find("fsync"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_NE(entry.path().filename().string().substr(0, 10), ".kilofold-");
  const Outcome missing = run({"doctor", "no/such/folder"});
  EXPECT_EQ(missing.code, 4);
  EXPECT_NE(missing.out.find("cannot write there"), std::string::npos) << missing.out;
}

TEST_F(Verbs, WhatIsNoSpecIsRefusedByItsName) {
  EXPECT_NE(run({"plan", "studdy.yaml"}).err.find("did you mean 'study.yaml'?"), std::string::npos);
  EXPECT_NE(run({"plan", "table.csv"}).err.find("kilofold init"), std::string::npos);
  EXPECT_NE(run({"run", "small.h5"}).err.find("a results file is no spec"), std::string::npos);
  std::filesystem::create_directory(folder / "folder");
  EXPECT_NE(run({"plan", "folder"}).err.find("this is a folder"), std::string::npos);
  EXPECT_NE(run({"status", "folder"}).err.find("this is a folder"), std::string::npos);
  EXPECT_NE(run({"plan", "study"}).err.find("did you mean 'study.yaml'?"), std::string::npos);
  EXPECT_EQ(json::parse(run({"validate", "studdy.yaml", "--json"}).out)[0]["file"], "studdy.yaml");
}

TEST_F(Verbs, WhatIsNoResultsFileIsRefusedByItsName) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "small.h5", "--limit", "1", "--batch", "1", "-j", "1"}).code, 75);
  for (const char* verb : {"status", "export", "report", "merge"}) {
    const Outcome mistyped = run({verb, "smal.h5"});
    EXPECT_EQ(mistyped.code, 2);
    EXPECT_NE(mistyped.err.find("did you mean 'small.h5'?"), std::string::npos) << "still in parts\n" << mistyped.err;
    EXPECT_NE(run({verb, "study.yaml"}).err.find("a spec is no results file"), std::string::npos);
  }
}

TEST_F(Verbs, ShowNamesTheNearestModel) {
  ASSERT_EQ(run({"run", "study.yaml", "-o", "small.h5", "-q"}).code, 0);
  const Outcome mistyped = run({"show", "small.h5", "Rigde"});
  EXPECT_EQ(mistyped.code, 2);
  EXPECT_NE(mistyped.err.find("did you mean 'Ridge'?"), std::string::npos) << mistyped.err;
}

}  // namespace
}  // namespace kilofold
