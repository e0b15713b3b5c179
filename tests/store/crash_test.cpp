// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "child_process.hpp"
#include "store/files.hpp"
#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);

/// Commit trials one by one; after each commit write its number to `acknowledge`. Merges now and then.
int commit_missing(const std::string& path, const StudyHeader& study, int acknowledge) {
  Store store(path, study);
  const auto n_trials = static_cast<std::int64_t>(study.models[0].id.size());
  for (std::int64_t trial = 0; trial < n_trials; ++trial) {
    if (store.committed().contains(tree, trial, 0)) continue;
    const CellBlock block = make_cells(study, tree, {trial}, {0, 1});
    store.commit({&block, 1});
    if (write(acknowledge, &trial, sizeof trial) != sizeof trial) return 1;
    if (trial % 16 == 15) store.merge();
  }
  return 0;
}

std::set<std::int64_t> read_acknowledged(int pipe_end) {
  std::set<std::int64_t> acknowledged;
  std::int64_t trial = 0;
  while (read(pipe_end, &trial, sizeof trial) == sizeof trial) acknowledged.insert(trial);
  close(pipe_end);
  return acknowledged;
}

TEST(Kill, AtRandomLosesNothingAcknowledgedAndResumesToTheSameBits) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study({.trees = 400, .linears = 1});
  std::mt19937 random(20260101);
  std::set<std::int64_t> acknowledged;
  int kills = 0;

  for (int round = 0; round < 40; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t pid = in_child([&] { return commit_missing(path, study, pipe_ends[1]); });
    close(pipe_ends[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(2000 + random() % 100'000));
    kill(pid, SIGKILL);
    acknowledged.merge(read_acknowledged(pipe_ends[0]));
    const bool killed = exit_code(pid) == -SIGKILL;
    kills += killed ? 1 : 0;
    if (acknowledged.empty()) continue;
    const StudyReader reader(path);
    ASSERT_GE(count_right_cells(reader, study), 2 * static_cast<std::int64_t>(acknowledged.size()));
    for (const std::int64_t trial : acknowledged) ASSERT_GE(reader.trial(tree, trial).status[0], 0) << trial;
    if (!killed) break;
  }

  EXPECT_GE(kills, 10);
  Store store(path, study);
  commit_all(store, study);
  store.merge();
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 802);
  EXPECT_FALSE(std::filesystem::exists(path + ".parts"));
}

TEST(FullDisk, FailsLoudlyAndShowsNothing) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study({.samples = 501});
  const CellBlock first = make_cells(study, tree, {0}, {0, 1});
  Store(path, study).commit({&first, 1});
  const auto all = make_all_cells(study, tree);
  int failures = 0;

  for (rlim_t limit = 512; limit < (1U << 20); limit += limit / 4) {
    const int code = code_on_full_disk(limit, path, study, [&](Store& store) { store.commit({&all, 1}); });
    if (code == 0) break;
    ASSERT_EQ(code, 4) << "limit " << limit;
    ++failures;
    ASSERT_EQ(StudyReader(path).n_committed(), 2);
    ASSERT_EQ(parts_of(path).size(), 1u);
  }

  EXPECT_GT(failures, 10);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 140);
}

TEST(FullDisk, DuringMergeKeepsPartsAndMergedFile) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study({.samples = 501});
  {
    Store store(path, study);
    const CellBlock first = make_cells(study, tree, {0}, {0, 1});
    store.commit({&first, 1});
    store.merge();
    commit_all(store, study);
  }

  EXPECT_EQ(code_on_full_disk(300'000, path, study, [](Store& store) { store.merge(); }), 4);
  EXPECT_EQ(parts_of(path).size(), 1u);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 146);
}

TEST(Writers, CommittingAndMergingAtOnceLoseNothing) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study({.trees = 64, .linears = 1, .seeds = {0}});
  constexpr int n_writers = 4;

  std::vector<pid_t> writers;
  for (int writer = 0; writer < n_writers; ++writer) {
    writers.push_back(in_child([&, writer] {
      Store store(path, study);
      for (std::int64_t trial = writer; trial < 64; trial += n_writers) {
        const CellBlock block = make_cells(study, tree, {trial}, {0});
        store.commit({&block, 1});
        if (trial % 3 == 0) store.merge();
      }
      return 0;
    }));
  }
  for (const pid_t pid : writers) EXPECT_EQ(exit_code(pid), 0);
  Store(path, study).merge();

  EXPECT_EQ(count_right_cells(StudyReader(path), study), 64);
  EXPECT_FALSE(std::filesystem::exists(path + ".parts"));
}

TEST(Writers, KeepThePartsDirectoryThatTheyWriteInWhileOthersMerge) {
  const ScratchDirectory scratch;
  const std::string parts = scratch / "out.h5.parts";
  {
    const TemporaryFile file(parts);
    { const MergeLock other(parts); }
    EXPECT_TRUE(std::filesystem::exists(file.path()));
  }
  { const MergeLock last(parts); }
  EXPECT_FALSE(std::filesystem::exists(parts));
}

}  // namespace
}  // namespace kilofold::test
