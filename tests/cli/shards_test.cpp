// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "cli/values.hpp"
#include "support/program.hpp"

namespace kilofold {
namespace {

using testing::Folder;
namespace fs = std::filesystem;
using Environment = std::map<std::string, std::string>;

/// The environment of a launcher, and nothing of the one this test runs in.
class Launched {
 public:
  explicit Launched(const Environment& environment) {
    for (const char* name :
         {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP",
          "SLURM_ARRAY_TASK_COUNT", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_STEP_ID", "OMPI_COMM_WORLD_RANK",
          "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "PMIX_RANK"})
      unsetenv(name);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  }

  /// "2/5", or what is wrong.
  static std::string shard(const std::string& launcher) {
    cli::Options options;
    const std::string wrong = cli::read_shard(launcher, options);
    const ExecuteOptions& execute = options.execute;
    return wrong.empty() ? std::to_string(execute.shard_index) + "/" + std::to_string(execute.shard_count) : wrong;
  }
};

std::string shard_of(const std::string& launcher, const Environment& environment) {
  return Launched(environment).shard(launcher);
}

Environment array_task(const char* id, const char* min, const char* max, const char* count, const char* step = "1") {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_MIN", min},
          {"SLURM_ARRAY_TASK_MAX", max},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

TEST(SlurmShard, IsTheTasksPlaceInARegularArray) {
  EXPECT_EQ(shard_of("slurm", array_task("2", "0", "4", "5")), "2/5");
  EXPECT_EQ(shard_of("slurm", array_task("1", "1", "8", "8")), "0/8");
  EXPECT_EQ(shard_of("slurm", array_task("13", "1", "19", "10", "2")), "6/10");
}

TEST(SlurmShard, IsTheProcessOfAStepElseAndInATask) {
  const Environment step = {{"SLURM_PROCID", "3"}, {"SLURM_NTASKS", "4"}, {"SLURM_STEP_ID", "0"}};
  EXPECT_EQ(shard_of("slurm", step), "3/4");
  Environment both = array_task("2", "0", "4", "5");
  both.insert(step.begin(), step.end());
  EXPECT_EQ(shard_of("slurm", both), "11/20") << "each of four processes in each of five tasks has its own";
  both.erase("SLURM_STEP_ID");
  EXPECT_EQ(shard_of("slurm", both), "2/5") << "the batch script of a task is one process";
}

TEST(SlurmShard, NamesWhatIsMissingOrDoesNotFit) {
  EXPECT_EQ(shard_of("slurm", {}),
            "found no SLURM_ARRAY_TASK_ID (of sbatch --array) and no SLURM_PROCID (of srun) in the environment");
  EXPECT_EQ(shard_of("slurm", {{"SLURM_ARRAY_TASK_ID", "2"}}),
            "SLURM_ARRAY_TASK_ID is set, but SLURM_ARRAY_TASK_MIN is not");
  EXPECT_EQ(shard_of("slurm", {{"SLURM_ARRAY_TASK_ID", "two"}}), "SLURM_ARRAY_TASK_ID is 'two', not a number from 0");
  EXPECT_EQ(shard_of("slurm", array_task("3", "1", "7", "3")),
            "SLURM_ARRAY_TASK_ID=3 has no place among _COUNT=3 ids from _MIN=1 in steps of _STEP=1 to _MAX=7; "
            "use a regular array such as --array=0-9");
  EXPECT_EQ(shard_of("slurm", {{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}),
            "SLURM_NTASKS=4, but this is one process, not a step: start it with srun");
  EXPECT_EQ(shard_of("slurm", {{"SLURM_PROCID", "4"}, {"SLURM_NTASKS", "4"}}),
            "SLURM_PROCID=4 is not below SLURM_NTASKS=4");
}

TEST(MpiShard, IsTheRankThatTheLauncherGives) {
  for (const auto& [rank, size] : std::map<std::string, std::string>{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                                                     {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
                                                                     {"PMI_RANK", "PMI_SIZE"},
                                                                     {"PMIX_RANK", "SLURM_NTASKS"}}) {
    EXPECT_EQ(shard_of("mpi", {{rank, "1"}, {size, "3"}}), "1/3") << rank;
    EXPECT_EQ(shard_of("mpi", {{rank, "1"}}), rank + " is set, but " + size + " is not");
  }
  EXPECT_EQ(shard_of("mpi", {{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "3"}, {"SLURM_STEP_ID", "0"}}), "1/3");
  EXPECT_EQ(
      shard_of(
          "mpi",
          {{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "3"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}),
      "2/3")
      << "mpirun within a job";
  EXPECT_EQ(shard_of("mpi", {}),
            "found no OMPI_COMM_WORLD_RANK, MV2_COMM_WORLD_RANK, PMI_RANK, PMIX_RANK or SLURM_PROCID in the "
            "environment");
}

constexpr const char* study = R"(spec: 1
name: sharded
data: {file: table.csv, features: [a, b, c], target: y}
cv: {folds: 5, seeds: {from: 0, to: 29}}
models:
  - {name: DT, model: tree, parameters: {max_depth: [1, 2, 3, 5, 8, 13, none], min_samples_leaf: [1, 2, 4]}}
output: {file: whole.h5}
run: {checkpoint: 0.05, threads: 1}
)";

class Shards : public ::testing::Test {
 protected:
  Shards() {
    folder.write("table.csv", testing::small_table(240));
    folder.write("study.yaml", study);
  }
  pid_t start(const std::string& shard, const std::string& launcher = "") const {
    std::vector<std::pair<std::string, std::string>> environment;
    if (launcher == "mpi") environment = {{"OMPI_COMM_WORLD_RANK", shard}, {"OMPI_COMM_WORLD_SIZE", "3"}};
    return testing::start(
        folder,
        {"run", "study.yaml", "-o", "shards.h5", "--batch", "3", "--shard", launcher.empty() ? shard : launcher},
        environment);
  }
  void expect_whole() const {
    ASSERT_EQ(testing::run_program(folder, {"run", "study.yaml"}).code, 0);
    EXPECT_EQ(testing::differing_stored_cells((folder / "whole.h5").string(), (folder / "shards.h5").string()), 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "shards.h5.parts"));
  }

  const Folder folder;
};

TEST_F(Shards, ThatEndTogetherPublishOneWholeFile) {
  std::vector<pid_t> running;
  for (const char* rank : {"0", "1", "2"}) running.push_back(start(rank, "mpi"));
  for (const pid_t child : running) EXPECT_EQ(testing::wait_for(child), 0) << testing::read_text(folder / "err");

  if (!std::filesystem::exists(folder / "shards.h5")) ADD_FAILURE() << "nobody published";
  expect_whole();
}

TEST_F(Shards, KilledGoesOnAndTheLastOnePublishes) {
  const pid_t killed = start("0/3");
  EXPECT_EQ(testing::wait_for(start("1/3")), 0);
  kill(killed, SIGKILL);
  testing::wait_for(killed);
  EXPECT_EQ(testing::wait_for(start("2/3")), 0);
  EXPECT_EQ(testing::wait_for(start("0/3")), 0);
  expect_whole();
}

/// Stand-ins for Slurm: sbatch runs a script's tasks side by side, each again while scontrol has asked for that.
constexpr const char* sbatch_stand_in = R"(#!/usr/bin/env bash
echo "$*" >> sbatch.log
array=
while [[ $1 == -* ]]; do
  [[ $1 == --array=* ]] && array=${1#*=}
  shift
done
task() {
  export SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_JOB_ID=7 SLURM_RESTART_COUNT=0
  shift
  while true; do
    rm -f "requeue-$SLURM_ARRAY_TASK_ID"
    bash "$@" >> "task-$SLURM_ARRAY_TASK_ID.log" 2>&1
    echo "$?" >> "codes-$SLURM_ARRAY_TASK_ID"
    [ -e "requeue-$SLURM_ARRAY_TASK_ID" ] || break
    SLURM_RESTART_COUNT=$((SLURM_RESTART_COUNT + 1))
  done
}
if [ -n "$array" ]; then
  export SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=${array#0-} SLURM_ARRAY_TASK_COUNT=$((${array#0-} + 1))
  for id in $(seq 0 "${array#0-}"); do task "$id" "$@" & done
  wait
  echo "7;cluster"
else
  bash "$@" > merge.log 2>&1
  echo $? > merge.code
  echo 8
fi
)";

/// The program, but in the first turn of task 0 Slurm takes its node away: the batch script hears USR1, and what the
/// script passes on ends the run early.
constexpr const char* program_stand_in = R"(#!/usr/bin/env bash
if [ "$1${SLURM_ARRAY_TASK_ID-}${SLURM_RESTART_COUNT-}" = run00 ]; then
  trap 'exec "$PROGRAM" "$@" --batch 1 --limit 15' USR1
  kill -USR1 "$PPID"
  while true; do sleep 0.02; done
fi
exec "$PROGRAM" "$@"
)";

TEST_F(Shards, OfSlurmAreRequeuedAndJoined) {
  const std::vector<std::pair<const char*, const char*>> programs = {
      {"sbatch", sbatch_stand_in},
      {"scontrol", "#!/usr/bin/env bash\n[ \"$1\" = requeue ] && touch \"requeue-${2#7_}\"\n"},
      {"kilofold", program_stand_in}};
  for (const auto& [name, text] : programs) {
    folder.write(name, text);
    fs::permissions(folder / name, fs::perms::owner_all);
  }
  const std::string command =
      "cd '" + folder.path().string() + "' && PATH=\"$PWD:$PATH\" PROGRAM='" KILOFOLD_PROGRAM "' '" +
      fs::absolute("scripts/slurm/submit").string() + "' study.yaml shards.h5 3 --time=1:00:00 > ids 2> err";

  ASSERT_EQ(WEXITSTATUS(std::system(command.c_str())), 0) << testing::read_text(folder / "err");

  EXPECT_EQ(testing::read_text(folder / "ids"), "7 8\n");
  EXPECT_EQ(testing::read_text(folder / "codes-0"), "75\n0\n") << testing::read_text(folder / "task-0.log");
  EXPECT_EQ(testing::read_text(folder / "codes-1"), "0\n") << testing::read_text(folder / "task-1.log");
  EXPECT_EQ(testing::read_text(folder / "codes-2"), "0\n");
  EXPECT_EQ(testing::read_text(folder / "merge.code"), "0\n") << testing::read_text(folder / "merge.log");
  EXPECT_NE(testing::read_text(folder / "sbatch.log").find("--array=0-2 --time=1:00:00 "), std::string::npos);
  EXPECT_NE(testing::read_text(folder / "sbatch.log").find("--dependency=afterany:7 "), std::string::npos);
  expect_whole();
}

}  // namespace
}  // namespace kilofold
