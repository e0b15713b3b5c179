// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>

#include "support/program.hpp"

/// What init says of tables that it cannot use, or not all of.
namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using testing::run_program;

class Init : public ::testing::Test {
 protected:
  Outcome init(const std::string& name, const std::string& table, const std::string& output = "new.yaml") const {
    folder.write(name, table);
    return run_program(folder, {"init", "./" + name, "-o", output});
  }

  const Folder folder;
};

TEST_F(Init, TellsOneMistakeWhereTheTableIsNoneOfColumnsBetweenCommas) {
  const std::vector<std::array<std::string, 3>> tables = {
      {"semi.csv", "a;b;y\n1;2;3\n2;3;4\n", "the columns are separated by semicolons, not by commas"},
      {"tabs.csv", "a\tb\ty\n1\t2\t3\n2\t3\t4\n", "the columns are separated by tabs, not by commas"},
      {"comment.csv", "# made today\na,b,y\n1,2,3\n2,3,4\n", "line 1 is a comment where the column names should be"},
      {"one.csv", "y\n1\n2\n", "needs two columns of numbers"}};
  for (const auto& [name, table, message] : tables) {
    const Outcome refused = init(name, table);
    EXPECT_EQ(refused.code, 2) << name;
    EXPECT_NE(refused.err.find(message), std::string::npos) << refused.err;
    EXPECT_EQ(refused.err.find("problems"), std::string::npos) << "and no more than that:\n" << refused.err;
  }
}

TEST_F(Init, TellsWhatItLeavesOutAndWhy) {
  const Outcome made = init("gaps.csv", "a,b,site,c,y\n5,2,N,3,1\n2,,S,5%,2\n3,4,N,9,4\n");
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.err.find("3 rows, 1 features, target y; left out: b (line 3 is empty), c (line 3 is '5%', no finite "
                          "number), site (words)\n"),
            0U)
      << made.err;

  const Outcome refused = init("few.csv", "a,b,y\n5,2,3\n2,inf,4\n3,4,0x10\n");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(
      refused.err.find("needs two columns of numbers: one to predict, one to predict it from; it has b (line 3 is "
                       "'inf', no finite number), y (line 4 is '0x10', no finite number)"),
      std::string::npos)
      << refused.err;
}

TEST_F(Init, SuggestsCommandsThatAreNoOptionsAndWritesToStdoutWhereAsked) {
  folder.write("-dash.csv", testing::small_table(9));
  const Outcome made = run_program(folder, {"init", "./-dash.csv"});
  EXPECT_NE(made.err.find("then kilofold plan ./-dash.yaml\n"), std::string::npos) << made.err;

  const Outcome shown = init("table.csv", testing::small_table(9), "-");
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.out.find("# A regression study for kilofold."), 0U) << shown.out;
  EXPECT_FALSE(std::filesystem::exists(folder / "-"));
}

}  // namespace
}  // namespace kilofold
