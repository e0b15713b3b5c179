// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "cli/table.hpp"
#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using testing::run_program;

class Usage : public ::testing::Test {
 protected:
  Outcome run(const std::vector<std::string>& arguments,
              const std::vector<std::pair<std::string, std::string>>& environment = {}) const {
    return run_program(folder, arguments, environment);
  }
  /// The message of a command line that is refused.
  std::string refusal(const std::vector<std::string>& arguments,
                      const std::vector<std::pair<std::string, std::string>>& environment = {}) const {
    const Outcome ran = run(arguments, environment);
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  }

  const Folder folder;
};

TEST_F(Usage, MistakesAreNamedWithWhatToWriteInstead) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"rum", "study.yaml"}, "error: there is no verb 'rum', did you mean 'run'?"},
      {{"run"},
       "error: kilofold run needs SPEC: the study, a YAML file (docs/spec.md)\n   = help: usage: kilofold run"},
      {{"help", "rum"}, "error: there is no verb 'rum', did you mean 'run'?"},
      {{"run", "s.yaml", "--limit", "0"}, "error: --limit: expected a whole number from 1 on, got '0'"},
      {{"show", "a.h5"}, "error: kilofold show needs TRIAL: "},
      {{"run", "s.yaml", "--treads", "2"}, "error: kilofold run has no option '--treads', did you mean '--threads'?"},
      {{"run", "--treads", "2"}, "error: kilofold run has no option '--treads', did you mean '--threads'?"},
      {{"--versoin"}, "error: kilofold has no option '--versoin', did you mean '--version'?"},
      {{"validate", "a.yaml", "b.yaml"}, "error: kilofold validate does not take 'b.yaml'"},
      {{"run", "s.yaml", "-j", "two"}, "error: --threads: expected a whole number from 0 to 4096, got 'two'"},
      {{"run", "s.yaml", "-o"}, "error: --output needs a value: --output FILE.h5\n"},
      {{"run", "s.yaml", "--time-limit", "soon"},
       "error: --time-limit: expected a time such as 3h55m, 90m, 45s or 03:55:00"},
      {{"run", "s.yaml", "--device", "cude"}, "error: --device: expected auto, cpu, cuda, cuda:K, got 'cude'; did"},
      {{"run", "s.yaml", "--set", "cv.folds"}, "error: --set: expected KEY=VALUE, such as cv.folds=10"},
      {{"run", "s.yaml", "-q", "-v"}, "error: --quiet and --verbose exclude each other"},
      {{"completion", "csh"}, "error: SHELL: expected bash, zsh, fish, got 'csh'"},
  };
  for (const auto& [arguments, message] : cases) {
    const std::string err = refusal(arguments);
    EXPECT_EQ(err.substr(0, message.size()), message) << ::testing::PrintToString(arguments) << "\n" << err;
    EXPECT_NE(err.find("= help: "), std::string::npos) << err;
  }
}

TEST_F(Usage, AValueFromTheEnvironmentIsNamedByItsVariable) {
  const std::string err = refusal({"run", "s.yaml"}, {{"KILOFOLD_THREADS", "many"}});
  EXPECT_EQ(err.find("error: KILOFOLD_THREADS: expected a whole number"), 0U) << err;
}

TEST_F(Usage, AloneItPrintsItsHelp) {
  const Outcome alone = run({});
  EXPECT_EQ(alone.code, 2);
  EXPECT_EQ(alone.err, run({"--help"}).out);
  EXPECT_EQ(run({"help", "run"}).out, run({"run", "--help"}).out);
}

TEST_F(Usage, HelpNamesEveryVerbOnceAndFitsAHundredColumns) {
  const std::string help = run({"--help"}).out;
  cli::Options unused;
  for (const cli::Command& verb : cli::describe_verbs(*cli::make_parser(unused))) {
    EXPECT_NE(help.find("\n  " + verb.name + " "), std::string::npos) << verb.name;
    std::istringstream lines(run({verb.name, "--help"}).out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST_F(Usage, ColorComesOnlyWhereItIsAskedForOrShown) {
  constexpr const char* red = "\033[1;31merror:\033[0m ";
  EXPECT_EQ(refusal({"rum"}).find('\033'), std::string::npos);
  EXPECT_EQ(refusal({"--color", "always", "rum"}).find(red), 0U);
  EXPECT_EQ(refusal({"rum"}, {{"CLICOLOR_FORCE", "1"}}).find(red), 0U);
  EXPECT_EQ(refusal({"rum"}, {{"CLICOLOR_FORCE", "0"}}).find('\033'), std::string::npos);
  EXPECT_EQ(refusal({"rum"}, {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}}).find('\033'), std::string::npos);
  folder.write("bad.yaml", "spec: 1\nnam: x\n");
  const std::string carets = refusal({"validate", "bad.yaml", "--color=always"});
  EXPECT_NE(carets.find("\033[1;31m^^^\033[0m"), std::string::npos) << carets;
}

}  // namespace
}  // namespace kilofold
