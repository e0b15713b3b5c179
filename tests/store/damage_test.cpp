// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

constexpr ModelId tree(0);

void flip_bit(const std::string& path, std::uintmax_t byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(byte));
  const char value = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(byte));
  file.put(value);
}

/// A store with one good part (2 cells) and one that the test damages (4 cells).
class DamagedPart : public testing::Test {
 protected:
  DamagedPart() {
    Store store(path, study);
    const CellBlock good = make_cells(study, tree, {0}, {0, 1});
    store.commit({&good, 1});
    const std::vector<std::string> before = parts_of(path);
    const CellBlock bad = make_cells(study, tree, {1, 2}, {0, 1});
    store.commit({&bad, 1});
    for (const std::string& part : parts_of(path)) {
      if (part != before.front()) victim = part;
    }
  }

  void expect_set_aside() {
    testing::internal::CaptureStderr();
    const Store store(path, study);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(store.committed().size(), 2);
    EXPECT_FALSE(store.committed().contains(tree, 1, 0));
    EXPECT_NE(said.find(victim + " is damaged"), std::string::npos) << said;
    EXPECT_TRUE(std::filesystem::exists(victim + ".damaged"));
    EXPECT_FALSE(std::filesystem::exists(victim));
    EXPECT_EQ(count_right_cells(StudyReader(path), study), 2);
  }

  ScratchDirectory scratch;
  StudyHeader study = make_study();
  std::string path = scratch / "out.h5";
  std::string victim;
};

TEST_F(DamagedPart, TruncatedIsSetAside) {
  std::filesystem::resize_file(victim, std::filesystem::file_size(victim) / 2);

  expect_set_aside();
}

TEST_F(DamagedPart, EmptyIsSetAside) {
  std::filesystem::resize_file(victim, 0);

  expect_set_aside();
}

TEST_F(DamagedPart, WithAnyBitFlippedIsSetAside) {
  const std::string pristine = scratch / "pristine";
  std::filesystem::copy_file(victim, pristine);
  const std::uintmax_t size = std::filesystem::file_size(pristine);
  constexpr int flips = 120;
  for (int i = 0; i < flips; ++i) {
    std::filesystem::copy_file(pristine, victim, std::filesystem::copy_options::overwrite_existing);
    flip_bit(victim, size * static_cast<std::uintmax_t>(i) / flips + static_cast<std::uintmax_t>(i % 7));

    expect_set_aside();
    std::filesystem::remove(victim + ".damaged");
  }
}

TEST(DamagedMergedFile, IsNeverOverwritten) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  const std::string path = scratch / "out.h5";
  {
    Store store(path, study);
    commit_all(store, study);
    store.merge();
  }
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 100);

  EXPECT_THROW(Store(path, study), MachineError);
  EXPECT_TRUE(std::filesystem::exists(path));
}

/// Change the first number of a dataset through HDF5, which writes fresh checksums with it.
template <class T> void overwrite_first(const std::string& path, const char* name, hid_t type, T value) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t all = H5Dget_space(dataset);
  const std::array<hsize_t, 3> zero = {0, 0, 0};
  const std::array<hsize_t, 3> one = {1, 1, 1};
  H5Sselect_hyperslab(all, H5S_SELECT_SET, zero.data(), nullptr, one.data(), nullptr);
  const hid_t single = H5Screate_simple(3, one.data(), nullptr);
  EXPECT_GE(H5Dwrite(dataset, type, single, all, H5P_DEFAULT, &value), 0);
  H5Sclose(single);
  H5Sclose(all);
  H5Dclose(dataset);
  H5Fclose(file);
}

TEST(ChangedMergedFile, IsNoticedInEveryDatasetOfCells) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  const std::string path = scratch / "out.h5";
  Store store(path, study);
  commit_all(store, study);
  store.merge();
  const std::string pristine = scratch / "pristine";
  std::filesystem::copy_file(path, pristine);
  const auto expect_noticed = [&](const char* dataset, hid_t type, auto value) {
    std::filesystem::copy_file(pristine, path, std::filesystem::copy_options::overwrite_existing);
    overwrite_first(path, dataset, type, value);
    EXPECT_THROW(store.merge(), MachineError) << dataset;
  };

  for (const char* dataset : {"/models/DT/prediction", "/models/OLS/sd", "/models/OLS/fold_metric/mae"})
    expect_noticed(dataset, H5T_NATIVE_DOUBLE, 0.25);
  for (const char* dataset : {"/models/DT/diagnostic/n_members", "/models/OLS/diagnostic/gap"})
    expect_noticed(dataset, H5T_NATIVE_FLOAT, 1e6F);

  std::filesystem::copy_file(pristine, path, std::filesystem::copy_options::overwrite_existing);
  EXPECT_NO_THROW(store.merge());
}

TEST(DamagedStudyHeader, IsWrittenAgain) {
  const ScratchDirectory scratch;
  const StudyHeader study = make_study();
  const std::string path = scratch / "out.h5";
  const CellBlock block = make_cells(study, tree, {0}, {0, 1});
  Store(path, study).commit({&block, 1});
  for (const auto& entry : std::filesystem::directory_iterator(path + ".parts")) {
    if (entry.path().filename().string().starts_with("study-")) std::filesystem::resize_file(entry.path(), 1000);
  }

  testing::internal::CaptureStderr();
  EXPECT_THROW(StudyReader{path}, InputError);
  Store store(path, study);
  testing::internal::GetCapturedStderr();
  const CellBlock more = make_cells(study, tree, {1}, {0, 1});
  store.commit({&more, 1});

  EXPECT_EQ(count_right_cells(StudyReader(path), study), 4);
}

}  // namespace
}  // namespace kilofold::test
