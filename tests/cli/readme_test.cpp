// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/program.hpp"

/// What README.md tells a reader to type is typed here.
namespace kilofold {
namespace {

using testing::Folder;

/// The texts of a language's code blocks, in their order.
std::vector<std::string> blocks(const std::string& page, const std::string& language) {
  std::vector<std::string> found;
  const std::string opening = "\n```" + language + "\n";
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    found.push_back(page.substr(begin, page.find("\n```", begin) + 1 - begin));
  }
  return found;
}

/// The words of "kilofold VERB ... # why"; empty where a line runs something else.
std::vector<std::string> command(const std::string& line) {
  std::istringstream text(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  if (words.empty() || words.front() != "kilofold") return {};
  words.erase(words.begin());
  return words;
}

/// A table with the columns of README's study.
std::string concrete() {
  std::string text = testing::small_table(80);
  return "cement,water,age,strength" + text.substr(text.find('\n'));
}

TEST(Readme, StudyAndCommandsRunAsWritten) {
  const std::string page = testing::read_text("README.md");
  const Folder folder;
  folder.write("concrete.csv", concrete());
  folder.write("strength.yaml", blocks(page, "yaml").at(0));

  int n_commands = 0;
  for (const std::string& block : blocks(page, "sh")) {
    std::istringstream lines(block);
    for (std::string line; std::getline(lines, line);) {
      const std::vector<std::string> words = command(line);
      if (words.empty()) continue;
      const testing::Outcome ran = testing::run_program(folder, words);
      EXPECT_EQ(ran.code, 0) << line << "\n" << ran.err;
      ++n_commands;
    }
  }

  EXPECT_GE(n_commands, 9);
  EXPECT_TRUE(std::filesystem::exists(folder / "results/strength.html"));
}

}  // namespace
}  // namespace kilofold
