// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::Folder;
using testing::Outcome;
using testing::run_program;

/// Run a shell command in a folder: its exit code and all it said.
Outcome shell(const Folder& folder, const std::string& command) {
  const std::string all = "cd '" + folder.path().string() + "' && { " + command + "\n} > out 2> err";
  const int status = std::system(("bash -c " + ("'" +
                                                [&] {
                                                  std::string quoted;
                                                  for (const char c : all)
                                                    quoted += c == '\'' ? "'\\''" : std::string(1, c);
                                                  return quoted;
                                                }() +
                                                "'"))
                                     .c_str());
  return {WEXITSTATUS(status), testing::read_text(folder / "out"), testing::read_text(folder / "err")};
}

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " > /dev/null").c_str()) == 0;
}

class Completion : public ::testing::Test {
 protected:
  Completion() {
    for (const char* name : {"bash", "zsh", "fish"})
      folder.write(std::string("kilofold.") + name, run_program(folder, {"completion", name}).out);
    folder.write("study.yaml", "");
    folder.write("other.txt", "");
    folder.write("done.h5", "");
  }

  /// What bash would offer for the last of these words.
  std::string offered(const std::string& words) const {
    const Outcome ran =
        shell(folder, "source kilofold.bash; COMP_WORDS=(" + words +
                          "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kilofold; echo \"${COMPREPLY[*]}\"");
    EXPECT_EQ(ran.err, "");
    return ran.out;
  }

  const Folder folder;
};

TEST_F(Completion, BashOffersVerbsOptionsValuesAndFiles) {
  EXPECT_EQ(shell(folder, "bash -n kilofold.bash").err, "");
  EXPECT_EQ(offered("kilofold va"), "validate\n");
  EXPECT_EQ(offered("kilofold run --thr"), "--threads\n");
  EXPECT_EQ(offered("kilofold run --device cu"), "cuda\n");
  EXPECT_EQ(offered("kilofold run --device = cu"), "cuda\n") << "--device=cu, as bash cuts it";
  EXPECT_EQ(offered("kilofold run --no-rule depth"), "depth_prefix\n");
  EXPECT_EQ(offered("kilofold run s"), "study.yaml\n");
  EXPECT_EQ(offered("kilofold run study.yaml -o d"), "done.h5\n");
  EXPECT_EQ(offered("kilofold show d"), "done.h5\n");
  EXPECT_EQ(offered("kilofold completion z"), "zsh\n");
  EXPECT_EQ(offered("kilofold --color n"), "never\n");
}

TEST_F(Completion, ShellcheckFindsNothingInBashsScript) {
  if (!is_installed("shellcheck")) GTEST_SKIP() << "shellcheck is not installed";
  const Outcome checked = shell(folder, "shellcheck --shell=bash kilofold.bash");
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

/// Type words and a tab into an interactive zsh, and have it write the line that became of them to the file `line`.
constexpr const char* zsh_at_work = R"(zmodload zsh/zpty
zpty shell TERM=xterm zsh -f -i
zpty -w shell "PROMPT=; autoload -Uz compinit && compinit -D -u && source ./kilofold.zsh; print rea''dy"
zpty -r shell shown '*ready*'
zpty -n -w shell "$1"$'\t\x01print -r -- \x05 > line; print wri\'\'tten\n'
zpty -r shell shown '*written*'
zpty -d shell
)";

TEST_F(Completion, ZshOffersVerbsOptionsValuesAndFiles) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  folder.write("at_work.zsh", zsh_at_work);
  EXPECT_EQ(shell(folder, "zsh -n kilofold.zsh").err, "");
  const auto completed = [&](const std::string& line) {
    shell(folder, "rm -f line; timeout 20 zsh -f at_work.zsh '" + line + "'");
    return testing::read_text(folder / "line");
  };
  EXPECT_EQ(completed("kilofold va"), "kilofold validate\n");
  EXPECT_EQ(completed("kilofold run --thr"), "kilofold run --threads\n");
  EXPECT_EQ(completed("kilofold run --device cu"), "kilofold run --device cuda\n");
  EXPECT_EQ(completed("kilofold run --device=cu"), "kilofold run --device=cuda\n");
  EXPECT_EQ(completed("kilofold run s"), "kilofold run study.yaml\n");
  EXPECT_EQ(completed("kilofold run study.yaml -o d"), "kilofold run study.yaml -o done.h5\n");
  EXPECT_EQ(completed("kilofold export d"), "kilofold export done.h5\n");
  EXPECT_EQ(completed("kilofold show --js"), "kilofold show --json\n");
}

TEST_F(Completion, FishOffersVerbsOptionsAndValues) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";
  const auto fish = [&](const std::string& line) {
    const Outcome ran =
        shell(folder, "HOME=$PWD fish --no-config -c 'source kilofold.fish; complete -C \"" + line + "\"'");
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  };
  EXPECT_EQ(shell(folder, "fish --no-execute kilofold.fish").err, "");
  EXPECT_EQ(fish("kilofold va").find("validate\t"), 0U);
  EXPECT_NE(fish("kilofold run --thr").find("--threads"), std::string::npos);
  EXPECT_NE(fish("kilofold run --device cu").find("cuda"), std::string::npos);
  EXPECT_NE(fish("kilofold run s").find("study.yaml"), std::string::npos);
}

TEST(Scripts, WithoutTheirPythonPackagesStillHelpAndSayWhatToInstall) {
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is not installed";
  const Folder folder;
  const std::string scripts = (std::filesystem::current_path() / "scripts").string();
  for (const char* name : {"audit_sklearn", "plot_importance", "plot_predictions", "plot_seeds", "table_models"}) {
    const std::string bare = "python3 -S " + scripts + "/" + name + ".py ";  // -S: only what Python brings along
    const Outcome helped = shell(folder, bare + "--help");
    EXPECT_EQ(helped.code, 0) << helped.err;
    const Outcome refused = shell(folder, bare + "study.h5");
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("pip install -r scripts/requirements.txt"), std::string::npos) << refused.err;
  }
}

TEST(Manual, RendersWithoutWarnings) {
  const Folder folder;
  folder.write("kilofold.1", run_program(folder, {"manual"}).out);
  const std::string page = testing::read_text(folder / "kilofold.1");
  EXPECT_NE(page.find("\\-\\-time\\-limit"), std::string::npos);
  if (!is_installed("mandoc") && !is_installed("groff")) GTEST_SKIP() << "neither mandoc nor groff is installed";
  if (is_installed("mandoc")) {
    const Outcome linted = shell(folder, "mandoc -T lint -W warning kilofold.1");
    EXPECT_EQ(linted.out + linted.err, "");
  }
  if (is_installed("groff")) {
    const Outcome rendered = shell(folder, "groff -man -ww -Tutf8 kilofold.1");
    EXPECT_EQ(rendered.err, "");
  }
}

TEST(Manual, IsTheSameForTheSameSourceDate) {
  const Folder folder;
  const std::vector<std::pair<std::string, std::string>> day = {{"SOURCE_DATE_EPOCH", "86400"}};
  const std::string page = run_program(folder, {"manual"}, day).out;
  EXPECT_NE(page.find("1970-01-02"), std::string::npos);
  EXPECT_EQ(page, run_program(folder, {"manual"}, day).out);
}

}  // namespace
}  // namespace kilofold
