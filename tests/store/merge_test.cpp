// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <fstream>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);
constexpr ModelId linear(1);

/// Element values of /data/X, row by row.
std::vector<double> read_features(const std::string& path) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t X = H5Dopen2(file, "/data/X", H5P_DEFAULT);
  const hid_t space = H5Dget_space(X);
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(X, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Sclose(space);
  H5Dclose(X);
  H5Fclose(file);
  return values;
}

TEST(Merge, JoinsOverlappingPartsOfTwoWriters) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store first(scratch / "out.h5", study);
  Store second(scratch / "out.h5", study);
  const CellBlock low = make_cells(study, tree, {0, 1, 2, 66}, {0, 1});
  const CellBlock high = make_cells(study, tree, {2, 66, 68}, {1, 0});
  const CellBlock other = make_cells(study, linear, {1}, {1});

  first.commit({&low, 1});
  second.commit(std::vector<CellBlock>{high, other});
  first.merge();

  const StudyReader merged(scratch / "out.h5");
  EXPECT_EQ(count_right_cells(merged, study), 11);
  EXPECT_EQ(merged.n_committed(), 11);
  EXPECT_EQ(first.committed().size(), 11);
  EXPECT_TRUE(parts_of(scratch / "out.h5").empty());
}

TEST(Merge, KeepsAnIncompleteFileOpenForMore) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  for (const std::int64_t trial : {0, 40, 69}) {
    Store store(scratch / "out.h5", study);
    const CellBlock block = make_cells(study, tree, {trial}, {0, 1});
    store.commit({&block, 1});
    store.merge();
  }

  const Store store(scratch / "out.h5", study);
  const StudyReader merged(scratch / "out.h5");

  EXPECT_EQ(store.committed().size(), 6);
  EXPECT_EQ(count_right_cells(merged, study), 6);
}

TEST(MergeParts, WithoutSpecAndTableGivesTheFileThatTheRunWouldGive) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study({.folds = {3, 5}});
  for (const std::string& path : {scratch / "run.h5", scratch / "parts.h5"}) {
    Store store(path, study);
    commit_all(store, study);
  }

  Store(scratch / "run.h5", study).merge();
  const std::int64_t cells = merge_parts(scratch / "parts.h5").cells;

  EXPECT_EQ(cells, 2 * 146);
  const StudyReader merged(scratch / "parts.h5");
  EXPECT_EQ(count_right_cells(merged, study), cells);
  EXPECT_EQ(merged.spec_text(), study.spec.text);
  EXPECT_EQ(merged.target().label, "Mass loading");
  EXPECT_EQ(read_features(scratch / "parts.h5"), read_features(scratch / "run.h5"));
  EXPECT_EQ(read_features(scratch / "parts.h5")[1], study.data.X(0, 1));
  EXPECT_EQ(Store(scratch / "parts.h5", study).committed().size(), cells);
}

TEST(MergeParts, OfNothingIsRefused) {
  const ScratchDirectory scratch;

  EXPECT_THROW(merge_parts(scratch / "out.h5"), InputError);
}

TEST(Merge, WithoutAnyPartWritesAnEmptyFile) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();

  Store(scratch / "out.h5", study).merge();

  const StudyReader merged(scratch / "out.h5");
  EXPECT_EQ(merged.n_committed(), 0);
  EXPECT_EQ(merged.n_cells(), 146);
}

TEST(Merge, TwiceChangesNothing) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  commit_all(store, study);
  store.merge();
  const auto written = std::filesystem::last_write_time(scratch / "out.h5");

  store.merge();

  EXPECT_EQ(std::filesystem::last_write_time(scratch / "out.h5"), written);
}

TEST(Merge, RefusesTwoDifferentResultsForOneCell) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  CellBlock block = make_cells(study, tree, {5}, {1});
  store.commit({&block, 1});
  block.prediction[3] = 1.5;
  store.commit({&block, 1});

  try {
    store.merge();
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_NE(std::string(error.what()).find("model 'DT', trial 5, seed 7: this cell differs"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(parts_of(scratch / "out.h5").size(), 2u);
  EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5"));
}

TEST(Merge, ComparesSdAndDiagnosticsToo) {
  const StudyHeader study = make_study();
  for (const int which : {0, 1}) {
    const ScratchDirectory scratch;
    Store store(scratch / "out.h5", study);
    CellBlock block = make_cells(study, linear, {1}, {1});
    store.commit({&block, 1});
    if (which == 0)
      block.sd[4] += 1;
    else
      block.diagnostic[5] = 2;
    store.commit({&block, 1});

    EXPECT_THROW(store.merge(), MachineError) << which;
  }
}

TEST(Merge, ClearsTemporariesOfDeadProcessesOnly) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  commit_all(store, study);
  const std::string foreign = scratch / "out.h5.parts/.tmp-elsewhere-4194300-0badcafe";
  std::ofstream(foreign) << "half a file";

  store.merge();

  EXPECT_TRUE(std::filesystem::exists(foreign));
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), study), 146);
}

TEST(Growth, OfGridSeedsAndFoldsKeepsOldCells) {
  const ScratchDirectory scratch;
  const StudyHeader small = make_study();
  {
    Store store(scratch / "out.h5", small);
    commit_all(store, small);
    store.merge();
  }

  const StudyHeader large = make_study({.trees = 100, .linears = 4, .seeds = {5, 7, 0}, .folds = {4, 3}});
  Store store(scratch / "out.h5", large);

  EXPECT_EQ(store.committed().size(), 146);
  EXPECT_EQ(store.committed().total(), 2 * 104 * 3);
  EXPECT_TRUE(store.committed().contains(tree, 100 + 9, 1));
  EXPECT_FALSE(store.committed().contains(tree, 100 + 9, 0));
  EXPECT_FALSE(store.committed().contains(tree, 9, 1));

  const CellBlock block = make_cells(large, tree, {9, 109, 150}, {0});
  store.commit({&block, 1});
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), large), 149);
  store.merge();
  EXPECT_EQ(count_right_cells(StudyReader(scratch / "out.h5"), large), 149);
}

TEST(Growth, FindsTrialsUnderANewEntryName) {
  const ScratchDirectory scratch;
  StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  commit_all(store, study);
  store.merge();

  study.models[0].model_name = "my trees";

  EXPECT_EQ(Store(scratch / "out.h5", study).committed().size(), 146);
}

TEST(Remove, ForgetsMergedFileAndParts) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  Store store(scratch / "out.h5", study);
  commit_all(store, study);
  store.merge();
  commit_all(store, study);

  Store::remove(scratch / "out.h5");

  EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "out.h5.parts"));
  EXPECT_EQ(Store(scratch / "out.h5", study).committed().size(), 0);
}

}  // namespace
}  // namespace kilofold::test
