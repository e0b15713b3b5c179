// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "child_process.hpp"
#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);

std::vector<CellBlock> all_blocks(const StudyHeader& study) {
  return {make_all_cells(study, tree), make_all_cells(study, ModelId(1))};
}

/// What merging one part gives: the payload hash covers header, parameters and every cell.
std::string payload_by_merging(const std::string& path, const StudyHeader& study) {
  Store store(path, study);
  commit_all(store, study);
  store.merge();
  return StudyReader(path).attribute("payload");
}

TEST(CommitLast, OfAWholeStudyWritesTheFileThatMergingWouldAndNoParts) {
  for (const char* predictions : {"all", "best", "none"}) {
    const ScratchDirectory scratch;
    StudyHeader study = make_study({.folds = {3, 5}});
    study.spec.output.predictions = predictions;
    study.spec.output.keep = 3;
    study.spec.metrics = {"rmse"};
    const std::string path = scratch / "out.h5";
    Store store(path, study);

    store.commit_last(all_blocks(study));

    EXPECT_TRUE(std::filesystem::exists(path));
    EXPECT_FALSE(std::filesystem::exists(path + ".parts"));
    EXPECT_EQ(store.committed().size(), store.committed().total());
    const StudyReader whole(path);
    EXPECT_EQ(whole.attribute("kind"), "study");
    EXPECT_EQ(whole.attribute("payload"), payload_by_merging(scratch / "parts.h5", study)) << predictions;
    EXPECT_EQ(payload_error(path), std::nullopt);
  }
}

TEST(CommitLast, GivesTheSamePayloadForAnyNumberOfThreads) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.trees = 300, .samples = 37});
  std::vector<std::string> payloads;
  for (const std::int32_t threads : {1, 2, 5}) {
    const std::string path = scratch / ("out" + std::to_string(threads) + ".h5");
    Store(path, study, OtherNumerics::refuse, threads).commit_last(all_blocks(study));
    payloads.push_back(StudyReader(path).attribute("payload"));
    EXPECT_EQ(count_right_cells(StudyReader(path), study), 606);
  }

  EXPECT_EQ(payloads[0], payloads[1]);
  EXPECT_EQ(payloads[0], payloads[2]);
}

TEST(CommitLast, LeavesMergeNothingToDo) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  store.commit_last(all_blocks(study));
  const auto written = std::filesystem::last_write_time(scratch / "out.h5");

  store.merge();

  EXPECT_EQ(std::filesystem::last_write_time(scratch / "out.h5"), written);
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), 146);
}

TEST(CommitLast, OfARestWritesAPart) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  const std::string path = scratch / "out.h5";
  Store store(path, study);
  const CellBlock some = make_cells(study, tree, {0, 3}, {0, 1});

  store.commit_last({&some, 1});

  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(parts_of(path).size(), 1u);
  store.commit_last(all_blocks(study));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(parts_of(path).size(), 2u);
  store.merge();
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 146);
}

TEST(CommitLast, NeverReplacesWhatAnotherWriterPutThereMeanwhile) {
  const StudyHeader small = make_study();
  const StudyHeader large = make_study({.trees = 100, .linears = 4, .seeds = {5, 7, 0}, .folds = {4, 3}});
  for (const bool as_part : {true, false}) {
    const ScratchDirectory scratch;
    const std::string path = scratch / "out.h5";
    Store mine(path, small);
    Store other(path, large);
    other.commit_last(all_blocks(large));
    if (as_part) {
      std::filesystem::remove(path);
      other.commit(all_blocks(large));
    }

    mine.commit_last(all_blocks(small));

    EXPECT_EQ(parts_of(path).size(), as_part ? 2u : 1u);
    EXPECT_EQ(count_right_cells(StudyReader(path), small), 146);
    EXPECT_EQ(Store(path, large).committed().size(), 624) << "what the other one wrote";
  }
}

TEST(CommitLast, KilledAtRandomLeavesAllOrNothing) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.trees = 2000, .linears = 1});
  const std::vector<CellBlock> blocks = all_blocks(study);
  const std::string path = scratch / "out.h5";
  std::mt19937 random(20260102);
  int kills_without_file = 0;

  for (int round = 0; round < 30; ++round) {
    std::filesystem::remove(path);
    const pid_t pid = in_child([&] {
      Store(path, study).commit_last(blocks);
      return 0;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    kill(pid, SIGKILL);
    exit_code(pid);
    EXPECT_TRUE(parts_of(path).empty());
    if (std::filesystem::exists(path)) {
      EXPECT_EQ(payload_error(path), std::nullopt);
    } else {
      ++kills_without_file;
    }
  }

  EXPECT_GE(kills_without_file, 3);
  std::filesystem::remove(path);
  Store(path, study).commit_last(blocks);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 4002);
  EXPECT_FALSE(std::filesystem::exists(path + ".parts")) << "the killed ones' temporary files go too";
}

TEST(CommitLast, OnAFullDiskFailsLoudlyAndShowsNothing) {
  const ScratchDirectory scratch;
  const std::string path = scratch / "out.h5";
  const StudyHeader study = make_study({.samples = 501});
  const std::vector<CellBlock> blocks = all_blocks(study);
  int failures = 0;

  for (rlim_t limit = 512; limit < (1U << 21); limit += limit / 4) {
    const int code = code_on_full_disk(limit, path, study, [&](Store& store) { store.commit_last(blocks); });
    if (code == 0) break;
    ASSERT_EQ(code, 4) << "limit " << limit;
    ++failures;
    ASSERT_FALSE(std::filesystem::exists(path));
    ASSERT_FALSE(std::filesystem::exists(path + ".parts"));
  }

  EXPECT_GT(failures, 10);
  EXPECT_EQ(count_right_cells(StudyReader(path), study), 146);
}

}  // namespace
}  // namespace kilofold::test
