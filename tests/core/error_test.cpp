// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kilofold {
namespace {

Problem problem_at(int line, int column, std::string message) {
  Problem problem;
  problem.place = {"study.yaml", line, column};
  problem.message = std::move(message);
  return problem;
}

TEST(Format, ShowsPlaceLineCaretReasonAndHint) {
  Problem problem = problem_at(10, 7, "unknown parameter 'alfa' for model 'linear'");
  problem.reason = "the model has one parameter, alpha";
  problem.hint = "did you mean 'alpha'?";
  problem.excerpt = "      alfa: 0.01";
  problem.width = 4;

  EXPECT_EQ(format({problem}),
            "study.yaml:10:7: unknown parameter 'alfa' for model 'linear'\n"
            "   10 |       alfa: 0.01\n"
            "      |       ^^^^\n"
            "   = why: the model has one parameter, alpha\n"
            "   = help: did you mean 'alpha'?");
}

TEST(Format, LeavesOutWhatIsNotThere) {
  EXPECT_EQ(format({}), "");
  EXPECT_EQ(format({problem_at(3, 1, "m")}), "study.yaml:3:1: m");
  EXPECT_EQ(format({problem_at(3, 0, "m")}), "study.yaml:3: m");
  EXPECT_EQ(format({problem_at(0, 0, "m")}), "study.yaml: m");
  EXPECT_STREQ(InputError("no such command 'rnu'", "did you mean 'run'?").what(),
               "no such command 'rnu'\n   = help: did you mean 'run'?");
}

TEST(Format, SortsByPlaceAndKeepsTheOrderOfEqualPlaces) {
  Problem elsewhere = problem_at(1, 1, "other file");
  elsewhere.place.file = "a.csv";

  EXPECT_EQ(format({problem_at(10, 2, "d"), problem_at(9, 8, "b"), problem_at(10, 1, "c"), elsewhere,
                    problem_at(9, 8, "b2")}),
            "a.csv:1:1: other file\n\n"
            "study.yaml:9:8: b\n\n"
            "study.yaml:9:8: b2\n\n"
            "study.yaml:10:1: c\n\n"
            "study.yaml:10:2: d");
}

TEST(Format, CountsCharactersNotBytes) {
  Problem problem = problem_at(2, 8, "m");
  problem.excerpt = "größe: µm";
  problem.width = 2;

  EXPECT_EQ(format({problem}), "study.yaml:2:8: m\n    2 | größe: µm\n      |        ^^");
}

TEST(Format, PutsCaretsUnderWideCharactersWhereATerminalShowsThem) {
  Problem problem = problem_at(2, 8, "m");
  problem.excerpt = "  [\u6e29\u5ea6, \u0065\u0301, \u538b\u529b]";  // two columns a character; e and its accent one
  problem.width = 2;

  EXPECT_EQ(format({problem}), "study.yaml:2:8: m\n    2 | " + problem.excerpt + "\n      |          ^");
  problem.place.column = 12;
  EXPECT_EQ(format({problem}), "study.yaml:2:12: m\n    2 | " + problem.excerpt + "\n      |             ^^^^");
}

TEST(Format, CutsLinesOfWideCharactersByTheirColumns) {
  Problem problem = problem_at(7, 101, "m");
  for (int i = 0; i < 200; ++i) problem.excerpt += "\u5ea6";
  const std::string text = format({problem});
  std::string fifty;
  for (int i = 0; i < 50; ++i) fifty += "\u5ea6";
  EXPECT_EQ(text, "study.yaml:7:101: m\n    7 | ..." + fifty + "...\n      | " + std::string(53, ' ') + "^^");
}

TEST(Format, ShowsTabsAsOneBlankAndHidesControlBytes) {
  Problem problem = problem_at(2, 4, "m");
  problem.excerpt =
      "\ta\x1b"
      "b\xff\r\n";

  EXPECT_EQ(format({problem}), "study.yaml:2:4: m\n    2 |  a\uFFFDb\uFFFD\n      |    ^");
}

TEST(Format, CutsLongLinesAroundTheCaret) {
  Problem problem = problem_at(7, 501, "m");
  problem.excerpt = std::string(500, 'a') + "XY" + std::string(500, 'b');
  problem.width = 2;

  EXPECT_EQ(format({problem}), "study.yaml:7:501: m\n    7 | ..." + std::string(50, 'a') + "XY" + std::string(48, 'b') +
                                   "...\n      | " + std::string(53, ' ') + "^^");
}

TEST(Format, KeepsTheBeginningOfALongLineWithAnEarlyCaret) {
  Problem problem = problem_at(7, 2, "m");
  problem.excerpt = std::string(101, 'a');
  problem.width = 400;

  EXPECT_EQ(format({problem}),
            "study.yaml:7:2: m\n    7 | " + std::string(100, 'a') + "...\n      |  " + std::string(99, '^'));
}

TEST(Format, PutsTheCaretAfterTheLineWhereSomethingIsMissing) {
  Problem problem = problem_at(7, 3, "m");
  problem.excerpt = "ab";

  EXPECT_EQ(format({problem}), "study.yaml:7:3: m\n    7 | ab\n      |   ^");
}

TEST(Format, IndentsFurtherLinesOfANote) {
  Problem problem = problem_at(1, 1, "m");
  problem.hint = "one\ntwo";

  EXPECT_EQ(format({problem}), "study.yaml:1:1: m\n   = help: one\n           two");
}

TEST(InputError, SaysWhatItsProblemsSay) {
  const std::vector<Problem> problems = {problem_at(2, 1, "b"), problem_at(1, 1, "a")};

  const InputError error(problems);

  EXPECT_EQ(error.what(), format(problems));
  EXPECT_EQ(error.problems().size(), 2u);
}

TEST(Contracts, NameTheirRoleConditionAndPlace) {
  const int n = 0;
  try {
    KILOFOLD_EXPECT(n > 0);
    FAIL() << "the precondition held";
  } catch (const Bug& bug) {
    const std::string what = bug.what();
    EXPECT_NE(what.find("precondition"), std::string::npos);
    EXPECT_NE(what.find("n > 0"), std::string::npos);
    EXPECT_NE(what.find("error_test.cpp"), std::string::npos);
  }
}

}  // namespace
}  // namespace kilofold
