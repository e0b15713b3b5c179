// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
const std::string newer = "c0ffee0000000002";

/// A merged file of trials 0 to 4 with the old numerics, and the same study with new ones.
class MixedNumerics : public testing::Test {
 protected:
  MixedNumerics() {
    Store store(path, old_study);
    const CellBlock block = make_cells(old_study, tree, {0, 1, 2, 3, 4}, {0, 1});
    store.commit({&block, 1});
    store.merge();
    for (TrialTable& table : new_study.models) table.numerics = newer;
  }

  ScratchDirectory scratch;
  std::string path = scratch / "out.h5";
  StudyHeader old_study = make_study();
  StudyHeader new_study = make_study();
};

TEST_F(MixedNumerics, AreRefusedUnlessAskedFor) {
  EXPECT_THROW(Store(path, new_study), InputError);
  EXPECT_EQ(Store(path, new_study, OtherNumerics::keep).committed().size(), 10);
}

TEST_F(MixedNumerics, AreToldApartCellByCell) {
  Store store(path, new_study, OtherNumerics::keep);
  const CellBlock block = make_cells(new_study, tree, {5, 6}, {1});
  store.commit({&block, 1});
  const auto expect_told = [&](const char* when) {
    const StudyReader reader(path);
    EXPECT_EQ(count_right_cells(reader, new_study), 12) << when;
    EXPECT_EQ(reader.models()[0].numerics, newer) << when;
    EXPECT_EQ(reader.models()[0].other_numerics, std::vector<std::string>{"c0ffee0000000001"}) << when;
    EXPECT_EQ(reader.trial(tree, 3).numerics, (std::vector<std::int32_t>{1, 1})) << when;
    EXPECT_EQ(reader.cell(tree, 5, 1).numerics, std::vector<std::int32_t>{0}) << when;
  };

  expect_told("in parts");
  store.merge();
  expect_told("merged");
  EXPECT_EQ(StudyReader(path).attribute("numerics"), newer + " c0ffee0000000001");
  EXPECT_THROW(Store(path, new_study), InputError) << "still asked for at every run";
  Store again(path, new_study, OtherNumerics::keep);
  EXPECT_EQ(again.committed().size(), 12);
  EXPECT_NO_THROW(again.merge());
  expect_told("merged again");
}

TEST_F(MixedNumerics, KeepTheStudysOwnCellAndSayHowFarApartTheyAre) {
  CellBlock block = make_cells(new_study, tree, {3}, {0});
  for (double& value : block.prediction) value += 0.25;
  Store(path, new_study, OtherNumerics::keep).commit({&block, 1});

  testing::internal::CaptureStderr();
  merge_parts(path, OtherNumerics::keep);
  const std::string said = testing::internal::GetCapturedStderr();

  const StudyReader reader(path);
  EXPECT_EQ(reader.cell(tree, 3, 0).prediction, block.prediction);
  EXPECT_EQ(reader.trial(tree, 3).numerics, (std::vector<std::int32_t>{0, 1}));
  EXPECT_EQ(said, "1 cells were there with two numerics; their predictions differ by 0.25 at most\n");
}

TEST_F(MixedNumerics, GoBackToTheOldOnesToo) {
  Store store(path, new_study, OtherNumerics::keep);
  const CellBlock block = make_cells(new_study, tree, {7}, {0});
  store.commit({&block, 1});
  store.merge();

  Store back(path, old_study, OtherNumerics::keep);
  back.merge();
  const CellBlock more = make_cells(old_study, tree, {8}, {0});
  back.commit({&more, 1});
  back.merge();

  const StudyReader reader(path);
  EXPECT_EQ(reader.models()[0].numerics, "c0ffee0000000001");
  EXPECT_EQ(reader.cell(tree, 7, 0).numerics, std::vector<std::int32_t>{1});
  EXPECT_EQ(reader.cell(tree, 3, 0).numerics, std::vector<std::int32_t>{0});
  EXPECT_EQ(count_right_cells(reader, old_study), 12);
}

}  // namespace
}  // namespace kilofold::test
