// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include <string>
#include <vector>

#include "study_fixture.hpp"

namespace kilofold::test {
namespace {

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* out) {
  static_cast<std::vector<std::string>*>(out)->emplace_back(name);
  return 0;
}

herr_t scale_name(hid_t, unsigned, hid_t scale, void* out) {
  std::vector<char> name(static_cast<std::size_t>(H5DSget_scale_name(scale, nullptr, 0)) + 1);
  H5DSget_scale_name(scale, name.data(), name.size());
  *static_cast<std::string*>(out) = name.data();
  return 0;
}

/// The dimensions of a dataset, each by its label and the scale that HDF5 finds attached to it.
std::string dimensions(hid_t dataset) {
  std::string text;
  const hid_t space = H5Dget_space(dataset);
  for (int d = 0; d < H5Sget_simple_extent_ndims(space); ++d) {
    char label[16] = "";
    H5DSget_label(dataset, static_cast<unsigned>(d), label, sizeof label);
    std::string scale = "none";
    if (H5DSget_num_scales(dataset, static_cast<unsigned>(d)) == 1)
      H5DSiterate_scales(dataset, static_cast<unsigned>(d), nullptr, scale_name, &scale);
    text += std::string(label) + "=" + scale + " ";
  }
  H5Sclose(space);
  return text;
}

/// A merged file and its datasets, for HDF5's own functions.
class Scales : public testing::Test {
 protected:
  Scales() {
    const StudyHeader study = make_study();
    Store store(scratch_ / "out.h5", study);
    commit_all(store, study);
    store.merge();
    file_ = H5Fopen((scratch_ / "out.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  }
  ~Scales() override { H5Fclose(file_); }

  hid_t open(const std::string& path) const { return H5Dopen2(file_, path.c_str(), H5P_DEFAULT); }
  std::string dimensions_of(const std::string& path) const {
    const hid_t dataset = open(path);
    std::string text = dimensions(dataset);
    H5Dclose(dataset);
    return text;
  }

  ScratchDirectory scratch_;
  hid_t file_ = -1;
};

TEST_F(Scales, AreFoundByHdf5InEachDimension) {
  EXPECT_EQ(dimensions_of("/data/X"), "sample=sample feature=feature ");
  EXPECT_EQ(dimensions_of("/data/y"), "sample=sample ");
  EXPECT_EQ(dimensions_of("/splits/k3/fold"), "seed=seed sample=sample ");
  const StudyReader reader(scratch_ / "out.h5");
  for (const TrialTable& table : reader.models()) {
    const std::string model = "/models/" + table.model_name;
    EXPECT_EQ(dimensions_of(model + "/prediction"), "trial=trial seed=seed sample=sample ");
    EXPECT_EQ(dimensions_of(model + "/metric/rmse"), "trial=trial seed=seed ");
    EXPECT_EQ(dimensions_of(model + "/fold_metric/mae"), "trial=trial seed=seed fold=fold ");
    EXPECT_EQ(dimensions_of(model + "/diagnostic/status"), "trial=trial seed=seed fold=fold ");
    EXPECT_EQ(dimensions_of(model + "/param/cv.folds"), "trial=trial ");
  }
}

TEST_F(Scales, KnowEachDatasetThatRefersToThem) {
  std::vector<std::string> names;
  H5Lvisit(file_, H5_INDEX_NAME, H5_ITER_INC, collect_name, &names);
  int attached = 0;
  for (const std::string& name : names) {
    const hid_t object = H5Oopen(file_, name.c_str(), H5P_DEFAULT);
    const bool is_dataset = H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    if (!is_dataset) continue;
    const hid_t dataset = open(name);
    const hid_t space = H5Dget_space(dataset);
    for (int d = 0; d < H5Sget_simple_extent_ndims(space) && H5DSis_scale(dataset) == 0; ++d) {
      char label[16] = "";
      H5DSget_label(dataset, static_cast<unsigned>(d), label, sizeof label);
      const std::string group = name.substr(0, name.rfind('/'));
      const hid_t scale = open(group + "/" + label);
      EXPECT_EQ(H5DSis_attached(dataset, scale, static_cast<unsigned>(d)), 1) << name << " " << label;
      ++attached;
      H5Dclose(scale);
    }
    H5Sclose(space);
    H5Dclose(dataset);
  }
  EXPECT_GT(attached, 50);
}

}  // namespace
}  // namespace kilofold::test
