// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
constexpr auto time_limit = static_cast<std::int32_t>(FitStatus::time_limit);

/// What a try leaves of one cell where the named folds reached their time limit.
CellBlock tried(const StudyHeader& study, std::int64_t trial, std::int32_t seed,
                const std::vector<std::size_t>& folds) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  CellBlock block = make_cells(study, tree, {trial}, {seed});
  for (const std::size_t fold : folds) {
    block.status[fold] = time_limit;
    for (std::size_t i = 0; i < block.prediction.size(); ++i)
      if (study.splits[static_cast<std::size_t>(seed)].fold[i] == static_cast<std::int32_t>(fold))
        block.prediction[i] = missing;
  }
  return block;
}

class TimedOutCells : public testing::Test {
 protected:
  void commit(const CellBlock& block) { Store(path, study).commit({&block, 1}); }
  std::vector<std::int32_t> status() { return StudyReader(path).cell(tree, 3, 1).status; }

  ScratchDirectory scratch;
  std::string path = scratch / "out.h5";
  StudyHeader study = make_study();
};

TEST_F(TimedOutCells, AreThereAndToldApart) {
  commit(tried(study, 3, 1, {2}));
  commit(tried(study, 4, 0, {}));

  const Store store(path, study);

  EXPECT_EQ(store.committed().size(), 2);
  EXPECT_EQ(store.timed_out().size(), 1);
  EXPECT_TRUE(store.timed_out().contains(tree, 3, 1));
  EXPECT_EQ(status()[2], time_limit);
  EXPECT_EQ(StudyReader(path).status_counts(tree)[static_cast<std::size_t>(time_limit)], 1);
}

TEST_F(TimedOutCells, GiveWayToATryThatAnswers) {
  const CellBlock answered = tried(study, 3, 1, {});
  commit(tried(study, 3, 1, {0, 2}));
  merge_parts(path);
  commit(answered);

  EXPECT_EQ(Store(path, study).timed_out().size(), 0);
  EXPECT_TRUE(same_bits(StudyReader(path).cell(tree, 3, 1), answered)) << "in a part";
  merge_parts(path);
  EXPECT_TRUE(same_bits(StudyReader(path).cell(tree, 3, 1), answered)) << "merged";
  commit(tried(study, 3, 1, {1}));
  merge_parts(path);
  EXPECT_TRUE(same_bits(StudyReader(path).cell(tree, 3, 1), answered)) << "a later, slower try changes nothing";
  EXPECT_EQ(Store(path, study).timed_out().size(), 0);
}

TEST_F(TimedOutCells, KeepTheTryWithTheFewestOfThem) {
  commit(tried(study, 3, 1, {0, 1, 2}));
  commit(tried(study, 3, 1, {1}));
  commit(tried(study, 3, 1, {0, 2}));

  merge_parts(path);

  EXPECT_EQ(std::ranges::count(status(), time_limit), 1);
  EXPECT_EQ(status()[1], time_limit);
  EXPECT_EQ(Store(path, study).timed_out().size(), 1);
}

TEST_F(TimedOutCells, DoNotHideAnAnswerThatDiffers) {
  CellBlock other = tried(study, 3, 1, {});
  other.metric[0] += 1;
  commit(tried(study, 3, 1, {}));
  commit(other);

  EXPECT_THROW(merge_parts(path), MachineError);
}

}  // namespace
}  // namespace kilofold::test
