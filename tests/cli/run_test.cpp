// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/stat.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

#include "support/program.hpp"
#include "support/sanitizer.hpp"

namespace kilofold {
namespace {

using nlohmann::json;
using testing::Folder;
using testing::Outcome;
using testing::run_program;

/// So many seeds take any machine longer than what is to happen meanwhile; under the sanitizers a quarter of them does.
const int endless = testing::slowdown == 1 ? 9999 : 2499;

/// Many small batches, committed as they come, so that a run can be stopped within it.
std::string slow_study(int last_seed) {
  return std::string(R"(spec: 1
name: slow
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: {from: 0, to: )") +
         std::to_string(last_seed) + R"(}}
models:
  - {name: DT, model: tree, parameters: {max_depth: [1, 2, 3, 5, 8, 13, none], min_samples_leaf: [1, 2, 4]}}
output: {file: slow.h5}
run: {checkpoint: 0.05, threads: 1}
)";
}

class RunVerb : public ::testing::Test {
 protected:
  RunVerb() {
    folder.write("table.csv", testing::small_table(240));
    folder.write("study.yaml", slow_study(9));
    folder.write("long.yaml", slow_study(endless));
  }
  Outcome run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "run");
    return run_program(folder, arguments);
  }
  std::vector<json> events(const std::string& name) const {
    std::vector<json> list;
    std::istringstream lines(testing::read_text(folder / name));
    for (std::string line; std::getline(lines, line);) list.push_back(json::parse(line));
    return list;
  }

  const Folder folder;
};

TEST_F(RunVerb, LogsStartCommitsAndEndAsOneJsonObjectALine) {
  ASSERT_EQ(run({"study.yaml", "-q", "--batch", "3", "--log-json", "log.jsonl"}).code, 0);
  const std::vector<json> log = events("log.jsonl");
  ASSERT_GE(log.size(), 3U);
  EXPECT_EQ(log.front()["event"], "start");
  EXPECT_EQ(log.front()["cells"], 210);
  EXPECT_EQ(log.back()["event"], "end");
  EXPECT_EQ(log.back()["reason"], "complete");
  EXPECT_EQ(log.back()["exit_code"], 0);
  std::int64_t committed = 0;
  for (const json& event : log) {
    EXPECT_EQ(event["time"].get<std::string>().size(), std::string("2026-01-01T00:00:00Z").size());
    if (event["event"] == "commit") committed += event["cells"].get<std::int64_t>();
  }
  EXPECT_EQ(committed, 210);

  ASSERT_EQ(run({"study.yaml", "-q", "--log-json", "log.jsonl"}).code, 0);
  EXPECT_GT(events("log.jsonl").size(), log.size()) << "a later run appends";
}

TEST_F(RunVerb, GoesOnWithoutAnEventLogThatCannotBeWrittenButNotWithoutOneThatCannotBeOpened) {
  const Outcome full = run({"study.yaml", "-q", "--log-json", "/dev/full"});
  EXPECT_EQ(full.code, 0) << full.err;
  EXPECT_EQ(full.err,
            "warning: cannot write the event log /dev/full: No space left on device; the run goes on without it\n");
  EXPECT_EQ(StudyReader((folder / "slow.h5").string()).n_committed(), 210);

  const Outcome refused = run({"study.yaml", "-q", "--log-json", "."});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err,
            "error: cannot write the event log .: Is a directory\n   = help: name another file with --log-json\n");
}

TEST_F(RunVerb, AppendsEventsToNothingButAnEventLog) {
  const std::string before = testing::read_text(folder / "table.csv");
  const Outcome refused = run({"study.yaml", "-q", "--log-json", "table.csv"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("table.csv stays as it is: it is no event log"), std::string::npos) << refused.err;
  EXPECT_EQ(testing::read_text(folder / "table.csv"), before);
}

TEST_F(RunVerb, FreshRemovesNoFileThatKilofoldDidNotWrite) {
  const hid_t file = H5Fcreate((folder / "foreign.h5").c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(H5Fclose(file), 0);
  const std::string before = testing::read_text(folder / "foreign.h5");
  const Outcome refused = run({"study.yaml", "-q", "--fresh", "-o", "foreign.h5"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("foreign.h5: not a kilofold file"), std::string::npos) << refused.err;
  EXPECT_EQ(testing::read_text(folder / "foreign.h5"), before);
}

TEST_F(RunVerb, FreshShardsAreRefusedForTheyWouldDiscardEachOthersWork) {
  const Outcome refused = run({"study.yaml", "--fresh", "--shard", "0/2"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--fresh and --shard exclude each other"), std::string::npos) << refused.err;
  EXPECT_NE(run({"study.yaml", "-q", "-v"}).err.find("--quiet and --verbose exclude each other"), std::string::npos);
}

TEST_F(RunVerb, NoThreadsMeansAllCoresWhereverItIsWritten) {
  EXPECT_EQ(run({"study.yaml", "-q", "-j", "0"}).code, 0);
  EXPECT_EQ(run_program(folder, {"reproduce", "slow.h5", "-q"}, {{"KILOFOLD_THREADS", "0"}}).code, 0);
}

TEST_F(RunVerb, TimeLimitSavesStateAndExits75) {
  const auto begin = std::chrono::steady_clock::now();
  const Outcome ran = run({"long.yaml", "--time-limit", "2s", "--batch", "3", "--log-json", "log.jsonl"});
  EXPECT_EQ(ran.code, 75) << ran.err;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  EXPECT_NE(ran.err.find("time limit reached"), std::string::npos) << ran.err;
  EXPECT_EQ(events("log.jsonl").back()["reason"], "time limit");
  EXPECT_GT(StudyReader((folder / "slow.h5").string()).n_committed(), 0);
}

TEST_F(RunVerb, FitsThatReachTheirTimeLimitAreCountedAndTriedAgain) {
  folder.write("svr.yaml", R"(spec: 1
name: svr
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: [0, 1]}
models:
  - {name: SVR, model: svr, parameters: {C: [1, 10, 100]}}
  - {name: LR, model: linear}
output: {file: svr.h5}
run: {fit_time_limit: 0.000000001s}
)");
  const Outcome limited = run({"svr.yaml"});
  EXPECT_EQ(limited.code, 3);
  EXPECT_NE(limited.err.find("30 fits failed: their status is stored, their predictions are NaN"), std::string::npos)
      << limited.err;
  const Outcome status = run_program(folder, {"status", "svr.h5"});
  EXPECT_EQ(status.code, 0) << "every cell is there";
  EXPECT_NE(status.out.find("SVR             fits: 30 time_limit\n"), std::string::npos) << status.out;
  EXPECT_NE(status.out.find("LR              fits: 10 ok\n"), std::string::npos) << status.out;
  const std::string id = StudyReader((folder / "svr.h5").string()).models()[0].id[0];
  const Outcome shown = run_program(folder, {"show", "svr.h5", id});
  EXPECT_NE(shown.out.find("time_limit"), std::string::npos) << shown.out;
  ASSERT_EQ(run_program(folder, {"report", "svr.h5", "-o", "page.html"}).code, 0);
  EXPECT_NE(testing::read_text(folder / "page.html").find("30 time_limit"), std::string::npos);
  const Outcome reproduced = run_program(folder, {"reproduce", "svr.h5"});
  EXPECT_EQ(reproduced.code, 0) << reproduced.out;
  EXPECT_NE(reproduced.out.find("6 cells hold fits that reached their time limit"), std::string::npos);

  const Outcome again = run({"svr.yaml", "--set", "run.fit_time_limit=1h"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("6 of them hold fits that reached their time limit, and are computed again"),
            std::string::npos)
      << again.err;
  EXPECT_NE(again.err.find("6 cells (30 fits) in "), std::string::npos) << again.err;
  EXPECT_NE(run({"svr.yaml"}).err.find("nothing to compute"), std::string::npos);
  ASSERT_EQ(run({"svr.yaml", "-o", "free.h5", "--set", "run.fit_time_limit=1h"}).code, 0);
  const StudyReader ours((folder / "svr.h5").string()), free((folder / "free.h5").string());
  for (std::int64_t trial = 0; trial < 3; ++trial)
    EXPECT_EQ(ours.trial(ModelId(0), trial).prediction, free.trial(ModelId(0), trial).prediction);
}

TEST_F(RunVerb, FitsThatReachMaxIterAreCountedByStatus) {
  folder.write("svr.yaml", R"(spec: 1
name: svr
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: [0, 1]}
models: [{name: SVR, model: svr, parameters: {C: 100, max_iter: [1, none]}}]
output: {file: svr.h5}
)");
  EXPECT_EQ(run({"svr.yaml"}).code, 0);
  const Outcome status = run_program(folder, {"status", "svr.h5"});
  EXPECT_NE(status.out.find("SVR             fits: 10 ok, 10 iteration_limit\n"), std::string::npos) << status.out;
}

TEST_F(RunVerb, RefusesAFolderItCannotWriteBeforeItComputes) {
  folder.write("file", "");
  const Outcome refused = run({"study.yaml", "-o", "file/x.h5"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("error: cannot write file/x.h5: "), std::string::npos) << refused.err;
  std::filesystem::create_directory(folder / "taken.h5");
  EXPECT_EQ(run({"study.yaml", "-o", "taken.h5"}).code, 2);
  EXPECT_EQ(run({"study.yaml", "-o", "no/such/folder/x.h5", "-q"}).code, 0) << "folders are made";
}

TEST_F(RunVerb, ATrialOfTwoEntriesMadeByDifferentRulesIsThereForBoth) {
  folder.write(
      "two.yaml",
      "spec: 1\nname: two\ndata: {file: table.csv, features: [a, b, c], target: y}\ncv: {folds: 4, seeds: [0, 1]}\n"
      "output: {file: two.h5}\nmodels:\n"
      "  - {name: one, model: kernel_ridge, parameters: {alpha: 1}}\n"
      "  - {name: many, model: kernel_ridge, parameters: {alpha: {geomspace: [0.1, 10, 9]}}}\n");
  const Outcome first = run({"two.yaml"}), again = run({"two.yaml"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("nothing to compute"), std::string::npos) << again.err;
}

TEST_F(RunVerb, SaysThatThereIsNothingToCompute) {
  ASSERT_EQ(run({"study.yaml"}).code, 0);
  const Outcome again = run({"study.yaml"});
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("210 of 210 cells are there already\nnothing to compute\n"), std::string::npos) << again.err;
}

TEST_F(RunVerb, CellsThatTheSpecNoLongerHasAreDroppedOnlyWhereThatIsAskedFor) {
  ASSERT_EQ(run({"study.yaml"}).code, 0);
  const std::string before = testing::read_text(folder / "slow.h5");
  const std::vector<std::vector<std::string>> changes = {
      {"--set", "cv.seeds=[0]"}, {"--set", "cv.folds=3"}, {"--set", "cv.seeds=[0]", "--shard", "0/4"}};
  for (std::vector<std::string> arguments : changes) {
    arguments.insert(arguments.begin(), "study.yaml");
    const Outcome refused = run(arguments);
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("cells of trials or seeds that this spec does not have: "), std::string::npos)
        << refused.err;
    EXPECT_EQ(testing::read_text(folder / "slow.h5"), before);
    EXPECT_FALSE(std::filesystem::exists(folder / "slow.h5.parts"));
  }

  const Outcome dropped = run({"study.yaml", "--set", "cv.seeds=[0]", "--drop"});

  EXPECT_EQ(dropped.code, 0) << dropped.err;
  EXPECT_NE(dropped.err.find("to be dropped, with the merge: 189 at seeds 1 to 9\n"), std::string::npos) << dropped.err;
  EXPECT_NE(dropped.err.find("nothing to compute\n"), std::string::npos) << dropped.err;
  EXPECT_EQ(StudyReader((folder / "slow.h5").string()).n_cells(), 21);
}

TEST_F(RunVerb, WritesWhatTheSpecSaysIntoAFileThatHasEveryCell) {
  ASSERT_EQ(run({"study.yaml"}).code, 0);
  std::string text = std::regex_replace(slow_study(9), std::regex("name: slow"), "name: new\nmetrics: [r2, mae]");
  folder.write("study.yaml", std::regex_replace(text, std::regex("target: y"), "target: {column: y, units: mg}"));

  const Outcome again = run({"study.yaml"});

  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("nothing to compute\nslow.h5 now says what the spec does: data.target, metrics, name\n"),
            std::string::npos)
      << again.err;
  const StudyReader reader((folder / "slow.h5").string());
  EXPECT_EQ(reader.attribute("title"), "new");
  EXPECT_EQ(reader.attribute("metrics"), "r2 mae");
  EXPECT_EQ(reader.target().units, "mg");
  const std::string before = testing::read_text(folder / "slow.h5");
  EXPECT_EQ(run({"study.yaml", "-j", "2"}).err.find("now says"), std::string::npos);
  EXPECT_EQ(testing::read_text(folder / "slow.h5"), before);
}

TEST_F(RunVerb, ExitsWith3AsOftenAsTheFinishedFileHoldsFailedFits) {
  folder.write("failing.yaml", R"(spec: 1
name: failing
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: {from: 0, to: 9}}
models:
  - {name: LR, model: linear}
  - {name: KR, model: kernel_ridge, parameters: {alpha: 0, kernel: linear}}
output: {file: failing.h5}
)");
  ASSERT_EQ(run({"failing.yaml"}).code, 3);
  const Outcome again = run({"failing.yaml"});
  EXPECT_EQ(again.code, 3);
  EXPECT_NE(again.err.find("nothing to compute\n50 fits of the study failed"), std::string::npos) << again.err;
  const Outcome status = run_program(folder, {"status", "failing.h5"});
  EXPECT_EQ(status.code, 0);
  EXPECT_NE(status.out.find("\n50 fits failed"), std::string::npos) << status.out;
  EXPECT_EQ(json::parse(run_program(folder, {"status", "failing.h5", "--json"}).out)["failed_fits"], 50);

  for (const char* shard : {"0/3", "1/3", "2/3"})
    run({"failing.yaml", "-o", "shards.h5", "--batch", "1", "--shard", shard});
  EXPECT_EQ(run({"failing.yaml", "-o", "shards.h5", "--shard", "0/3"}).code, 3) << "whoever looks at the whole file";
}

TEST_F(RunVerb, WritesThroughALink) {
  std::filesystem::create_directory(folder / "scratch");
  std::filesystem::create_symlink("scratch/real.h5", folder / "slow.h5");

  ASSERT_EQ(run({"study.yaml"}).code, 0);

  EXPECT_TRUE(std::filesystem::is_symlink(folder / "slow.h5"));
  EXPECT_EQ(StudyReader((folder / "scratch/real.h5").string()).n_committed(), 210);
}

TEST_F(RunVerb, CountsTheFitsOfCellsWithDifferentFolds) {
  folder.write("folds.yaml", std::regex_replace(slow_study(9), std::regex("folds: 5"), "folds: [2, 5]"));
  const Outcome ran = run({"folds.yaml"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.err.find("420 cells (1,470 fits) in "), std::string::npos) << ran.err;
}

TEST_F(RunVerb, OutlivesTheReadersOfItsWords) {
  const std::string command = "cd '" + folder.path().string() +
                              "' && { '" KILOFOLD_PROGRAM
                              "' run study.yaml -v --batch 1; echo $? > code; } 2>&1 | head -c 1 > head";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(testing::read_text(folder / "code"), "0\n");
  EXPECT_TRUE(std::filesystem::exists(folder / "slow.h5"));
}

TEST_F(RunVerb, AFullDiskBehindStdoutIsToldNotSwallowed) {
  const std::string command =
      "cd '" + folder.path().string() + "' && '" KILOFOLD_PROGRAM "' plan study.yaml > /dev/full 2> err";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 4);
  EXPECT_NE(testing::read_text(folder / "err").find("cannot write to standard output"), std::string::npos);
}

constexpr char interrupt = 3;  // what Ctrl-C sends

/// A pseudo-terminal with the program on it: reads all it shows until it ends.
class Terminal {
 public:
  Terminal(const Folder& folder, const std::vector<std::string>& arguments,
           const std::vector<std::pair<std::string, std::string>>& environment)
      : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(master_);
    unlockpt(master_);
    const std::string name = ptsname(master_);
    child_ = fork();
    if (child_ != 0) return;
    setsid();
    const int slave = open(name.c_str(), O_RDWR);
    for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(slave, stream);
    if (chdir(folder.path().c_str()) != 0) _exit(99);
    setenv("TERM", "xterm", 1);
    for (const auto& [variable, value] : environment) setenv(variable.c_str(), value.c_str(), 1);
    std::vector<char*> argv{const_cast<char*>(KILOFOLD_PROGRAM)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(KILOFOLD_PROGRAM, argv.data());
    _exit(99);
  }
  ~Terminal() { close(master_); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Read until `text` is shown. False when the program ends first.
  bool wait_until(const std::string& text) {
    while (shown_.find(text) == std::string::npos)
      if (!read_some()) return false;
    return true;
  }
  void type(char c) const { EXPECT_EQ(write(master_, &c, 1), 1); }
  int finish() {
    while (read_some()) {
    }
    return testing::wait_for(child_);
  }
  const std::string& shown() const { return shown_; }

 private:
  bool read_some() {
    char buffer[4096];
    const ssize_t count = read(master_, buffer, sizeof buffer);
    if (count > 0) shown_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int master_;
  pid_t child_ = -1;
  std::string shown_;
};

TEST_F(RunVerb, ATerminalShowsOneLineThatIsRewritten) {
  Terminal terminal(folder, {"run", "long.yaml", "--batch", "3"}, {});
  ASSERT_TRUE(terminal.wait_until("\r\033[Kslow: ")) << terminal.shown();
  ASSERT_TRUE(terminal.wait_until("fits/s")) << terminal.shown();
  EXPECT_NE(terminal.shown().find(" left"), std::string::npos) << terminal.shown();
  terminal.type(interrupt);
  EXPECT_EQ(terminal.finish(), 75) << terminal.shown();

  Terminal dumb(folder, {"run", "long.yaml", "--fresh", "--batch", "3", "--time-limit", "1"}, {{"TERM", "dumb"}});
  EXPECT_EQ(dumb.finish(), 75);
  EXPECT_EQ(dumb.shown().find('\033'), std::string::npos);
}

TEST_F(RunVerb, ATerminalShowsErrorsInColourUnlessNoColorIsSet) {
  Terminal coloured(folder, {"rum"}, {});
  EXPECT_EQ(coloured.finish(), 2);
  EXPECT_EQ(coloured.shown().find("\033[1;31merror:\033[0m there is no verb 'rum'"), 0U) << coloured.shown();
  Terminal plain(folder, {"rum"}, {{"NO_COLOR", "1"}});
  EXPECT_EQ(plain.finish(), 2);
  EXPECT_EQ(plain.shown().find('\033'), std::string::npos);
}

TEST_F(RunVerb, OneCtrlCSavesAndASecondLeavesAtOnce) {
  Terminal terminal(folder, {"run", "long.yaml", "--batch", "3"}, {});
  ASSERT_TRUE(terminal.wait_until("fits/s")) << terminal.shown();
  terminal.type(interrupt);
  EXPECT_EQ(terminal.finish(), 75) << terminal.shown();
  EXPECT_NE(terminal.shown().find("stopping: saving what is whole"), std::string::npos);

  // All that is computed waits for the end, so that saving it takes long enough for a second Ctrl-C.
  folder.write("patient.yaml",
               std::regex_replace(slow_study(2 * endless), std::regex("checkpoint: 0.05"), "checkpoint: 600"));
  Terminal impatient(folder, {"run", "patient.yaml", "-o", "patient.h5"}, {});
  ASSERT_TRUE(impatient.wait_until("fits/s")) << impatient.shown();
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  impatient.type(interrupt);
  ASSERT_TRUE(impatient.wait_until("stopping")) << impatient.shown();
  impatient.type(interrupt);
  EXPECT_EQ(impatient.finish(), 130) << impatient.shown();
  EXPECT_NE(impatient.shown().find("left at once"), std::string::npos);
}

TEST_F(RunVerb, ASignalBeforeAnythingIsComputedExits75AtOnce) {
  const std::string pipe = (folder / "pipe.yaml").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const pid_t child = testing::start(folder, {"run", "pipe.yaml"});
  int writer = -1;  // can be opened once the program reads its spec, and waits for it
  for (int tries = 0; writer < 0 && tries < 3000; ++tries) {
    writer = open(pipe.c_str(), O_WRONLY | O_NONBLOCK);
    if (writer < 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_GE(writer, 0);
  kill(child, SIGTERM);
  EXPECT_EQ(testing::wait_for(child), 75);
  close(writer);
  EXPECT_EQ(testing::read_text(folder / "err"), "\nstopped before anything was computed\n");
}

}  // namespace
}  // namespace kilofold
