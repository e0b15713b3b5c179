// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "cli/table.hpp"
#include "support/program.hpp"

/// docs/cli.md, the manual page and --help say the same: what the table of verbs says.
namespace kilofold {
namespace {

using testing::Folder;
using testing::run_program;

std::vector<cli::Command> verbs() {
  cli::Options unused;
  return cli::describe_verbs(*cli::make_parser(unused));
}

std::vector<cli::Argument> arguments(const cli::Command& verb) {
  std::vector<cli::Argument> all = verb.positionals;
  all.insert(all.end(), verb.options.begin(), verb.options.end());
  return all;
}

/// "-o, --output FILE.h5", without the blanks that stand for a short name.
std::string usage(const cli::Argument& argument) {
  const std::string text = argument.usage();
  return text.substr(text.find_first_not_of(' '));
}

std::string help(const cli::Argument& argument) {
  return argument.environment.empty() ? argument.help : argument.help + " [env: " + argument.environment + "]";
}

std::size_t count(const std::string& text, const std::string& wanted) {
  std::size_t n = 0;
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++n;
  return n;
}

/// What stands from `begin` up to the next `end`; nothing where there is no beginning.
std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  return at == std::string::npos ? "" : text.substr(at, text.find(end, at + begin.size()) - at);
}

/// A text with one blank wherever there are several, or line ends.
std::string squeezed(const std::string& text) {
  std::istringstream words(text);
  std::string all;
  for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
  return all;
}

/// A manual page's source as a reader sees it: no fonts, plain dashes.
std::string without_roff(std::string page) {
  const std::vector<std::pair<std::string, std::string>> marks = {{"\\fB", ""}, {"\\fI", ""}, {"\\fR", ""},
                                                                  {"\\&", ""},  {"\\-", "-"}, {"\\e", "\\"}};
  for (const auto& [mark, plain] : marks)
    for (std::size_t at = page.find(mark); at != std::string::npos; at = page.find(mark, at))
      page.replace(at, mark.size(), plain);
  return page;
}

/// A row of a table in docs/cli.md; Markdown wants vertical bars escaped there.
std::string row(const std::string& name, const std::string& text) {
  std::string cell;
  for (const char c : name) cell += c == '|' ? "\\|" : std::string(1, c);
  return "\n| `" + cell + "` | " + text + " |\n";
}

TEST(Docs, ListExactlyWhatHelpLists) {
  const std::string docs = testing::read_text("docs/cli.md");
  for (const cli::Command& verb : verbs()) {
    const std::string text = part(docs, "\n## " + verb.name + "\n", "\n## ");
    std::size_t n_rows = 0;
    for (const cli::Argument& argument : arguments(verb)) {
      if (argument.long_name == "--help" || argument.long_name == "--color") continue;  // told once, for all verbs
      const std::string wanted = row(usage(argument), help(argument));
      EXPECT_NE(text.find(wanted), std::string::npos) << "docs/cli.md, " << verb.name << ":" << wanted;
      ++n_rows;
    }
    EXPECT_FALSE(text.empty()) << "docs/cli.md has no section on " << verb.name;
    EXPECT_EQ(count(text, "\n| `"), n_rows) << "docs/cli.md tells more of " << verb.name << " than there is";
  }
}

TEST(Docs, ListExitCodesAndEnvironment) {
  const std::string docs = testing::read_text("docs/cli.md");
  for (const auto& [heading, meanings] :
       {std::pair("Exit codes", cli::exit_codes()), std::pair("Environment", cli::environment_variables())}) {
    const std::string text = part(docs, "\n## " + std::string(heading) + "\n", "\n## ");
    for (const cli::Meaning& meaning : meanings)
      EXPECT_NE(text.find(row(meaning.name, meaning.text)), std::string::npos) << meaning.name;
    EXPECT_EQ(count(text, "\n| `"), meanings.size());
  }
}

TEST(Manual, ListsExactlyWhatHelpLists) {
  const Folder folder;
  const std::string page = without_roff(run_program(folder, {"manual"}).out);
  for (const cli::Command& verb : verbs()) {
    const std::string manual = part(page, "\n.SS " + verb.usage() + "\n" + verb.help + ".\n", "\n.S");
    const std::string shown = squeezed(run_program(folder, {verb.name, "--help"}).out);
    for (const cli::Argument& argument : arguments(verb)) {
      const std::string wanted = squeezed(usage(argument) + " " + help(argument));
      EXPECT_NE(squeezed(manual).find(".TP " + wanted), std::string::npos) << "manual, " << verb.name << ": " << wanted;
      EXPECT_NE(shown.find(wanted), std::string::npos) << verb.name << " --help: " << wanted;
    }
    EXPECT_EQ(count(manual, "\n.TP\n"), arguments(verb).size()) << verb.name;
  }
  EXPECT_EQ(count(page, "\n.SS "), verbs().size());
}

TEST(Manual, ListsExitCodesAndEnvironment) {
  const Folder folder;
  const std::string page = without_roff(run_program(folder, {"manual"}).out);
  const std::string shown = squeezed(run_program(folder, {"--help"}).out);
  for (const auto& [heading, meanings] :
       {std::pair("EXIT STATUS", cli::exit_codes()), std::pair("ENVIRONMENT", cli::environment_variables())}) {
    const std::string text = squeezed(part(page, "\n.SH " + std::string(heading) + "\n", "\n.SH"));
    for (const cli::Meaning& meaning : meanings) {
      const std::string wanted = squeezed(std::string(meaning.name) + " " + meaning.text);
      EXPECT_NE(text.find(".TP " + wanted), std::string::npos) << wanted;
      EXPECT_NE(shown.find(wanted), std::string::npos) << wanted;
    }
    EXPECT_EQ(count(text, ".TP "), meanings.size());
  }
}

}  // namespace
}  // namespace kilofold
