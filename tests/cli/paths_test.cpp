// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using testing::run_program;

std::string study_named(const std::string& name, const std::string& table = "table.csv") {
  return "spec: 1\nname: " + name + "\ndata: {file: " + table +
         ", features: [a, b, c], target: y}\n"
         "models: [{model: linear}]\n";
}

class Paths : public ::testing::Test {
 protected:
  Paths() {
    folder.write("table.csv", testing::small_table(60));
    folder.write("study.yaml", study_named("small"));
  }
  Outcome run(const std::vector<std::string>& arguments) const { return run_program(folder, arguments); }

  const Folder folder;
};

TEST_F(Paths, NamesThatAreTooLongAreRefusedByNameAndReasonWhateverTheyName) {
  const std::string name(300, 'x');
  folder.write("long_name.yaml", study_named(name));
  folder.write("long_table.yaml", study_named("small", name + ".csv"));
  const std::vector<std::vector<std::string>> calls = {
      {"validate", "long_name.yaml"}, {"run", "long_name.yaml"},         {"validate", "long_table.yaml"},
      {"validate", name + ".yaml"},   {"status", name + ".h5"},          {"merge", name + ".h5"},
      {"init", name + ".csv"},        {"init", "table.csv", "-o", name}, {"run", "study.yaml", "-o", name}};
  for (const auto& call : calls) {
    const Outcome refused = run(call);
    EXPECT_EQ(refused.code, 2) << ::testing::PrintToString(call) << refused.err;
    EXPECT_NE(refused.err.find(name), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("File name too long"), std::string::npos) << refused.err;
  }
}

TEST_F(Paths, AResultsFileWhosePartsCouldNotBeNamedIsRefusedBeforeAnythingIsComputed) {
  const std::string name = std::string(252, 'x') + ".h5";  // 255 bytes, the most that a name may have; .parts adds six
  const Outcome refused = run({"run", "study.yaml", "-o", name});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find(name + ".parts: error: results cannot be written there: File name too long"),
            std::string::npos)
      << refused.err;
}

TEST_F(Paths, MistakesOfASetOptionAreToldThereNotInTheSpec) {
  for (const char* splitter : {"kfold", "group_kfold"}) {
    folder.write("grouped.yaml", study_named("small") + "cv: {splitter: " + splitter + "}\n");
    const std::string spec = testing::read_text(folder / "grouped.yaml");
    folder.write("grouped.yaml", std::regex_replace(spec, std::regex("target: y"), "target: y, groups: b"));
    const Outcome refused = run({"validate", "grouped.yaml", "--set", "cv.folds=400"});
    EXPECT_EQ(refused.err.find("--set cv.folds=400: error: cv.folds: 400 folds need at least 400 "), 0U) << refused.err;
    EXPECT_NE(refused.err.find("| cv.folds=400\n      |          ^\n"), std::string::npos) << refused.err;
  }
  const Outcome column = run({"validate", "study.yaml", "--set", "data.target=zz", "--json"});
  const auto problem = nlohmann::json::parse(column.out)[0];
  EXPECT_EQ(problem["file"], "--set data.target=zz");
  EXPECT_TRUE(problem["line"].is_null());
  EXPECT_EQ(problem["column"], 13);
}

TEST_F(Paths, MistakesOfColumnsOfTheFileAndOfTheModelsAreToldTogether) {
  folder.write("many.yaml",
               "spec: 1\nname: many\ndata: {file: table.csv, features: [a, b, a, zz], target: b}\n"
               "models: [{model: linear, parameters: {alpha: -1}}]\n");
  folder.write("nowhere.yaml",
               "spec: 1\nname: many\ndata: {file: nope.csv, features: [], target: 1.5.x}\nmodels: []\n");

  const std::string told = run({"validate", "many.yaml"}).err;
  for (const char* part : {"'a' is named twice", "no column 'zz'", "'b' is a feature too", "alpha: ", "4 problems"})
    EXPECT_NE(told.find(part), std::string::npos) << part << " is missing:\n" << told;
  EXPECT_NE(run({"validate", "nowhere.yaml"}).err.find("cannot open the data file"), std::string::npos);
}

TEST_F(Paths, InitNamesTheTableNotTheSpecThatItDidNotWrite) {
  folder.write("gaps.csv", "a,b\n1,2\n\n2,3\n4,7\n");
  folder.write("latin1.csv",
               "gr\xf6\xdf"
               "e,b\n1,2\n2,3\n");
  for (const char* table : {"gaps.csv", "latin1.csv"}) {
    const Outcome refused = run({"init", table});
    EXPECT_EQ(refused.code, 2);
    EXPECT_EQ(refused.err.find(table), 0U) << refused.err;
    EXPECT_EQ(refused.err.find(".yaml:"), std::string::npos) << refused.err;
  }
}

TEST_F(Paths, DoctorTellsOfAFolderThatIsGone) {
  const std::string gone = (folder / "gone").string();
  std::filesystem::create_directory(gone);
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(gone.c_str()) != 0 || rmdir(gone.c_str()) != 0) _exit(99);
    execl(KILOFOLD_PROGRAM, KILOFOLD_PROGRAM, "doctor", static_cast<char*>(nullptr));
    _exit(99);
  }
  EXPECT_EQ(testing::wait_for(child), 4);
}

TEST_F(Paths, ALimitOfFileSizesIsAWriteThatFailsAndLeavesNothingBehind) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{4096, 4096};
    if (chdir(folder.path().c_str()) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(99);
    execl(KILOFOLD_PROGRAM, KILOFOLD_PROGRAM, "run", "study.yaml", "-q", static_cast<char*>(nullptr));
    _exit(99);
  }
  EXPECT_EQ(testing::wait_for(child), 4);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "results"))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".tmp-")) << entry.path();
}

}  // namespace
}  // namespace kilofold
