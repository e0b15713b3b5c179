// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <hdf5.h>

#include <string>
#include <vector>

namespace kilofold::testing {

/// Change one number of a dataset through HDF5, which writes fresh checksums with it. Returns the old one.
template <class Change>
double change_number(const std::string& path, const std::string& dataset_name, const std::vector<hsize_t>& at,
                     Change changed) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, dataset_name.c_str(), H5P_DEFAULT);
  const hid_t all = H5Dget_space(dataset);
  const std::vector<hsize_t> one(at.size(), 1);
  H5Sselect_hyperslab(all, H5S_SELECT_SET, at.data(), nullptr, one.data(), nullptr);
  const hid_t single = H5Screate_simple(static_cast<int>(one.size()), one.data(), nullptr);
  double value = 0;
  EXPECT_GE(H5Dread(dataset, H5T_NATIVE_DOUBLE, single, all, H5P_DEFAULT, &value), 0);
  const double other = changed(value);
  EXPECT_GE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, single, all, H5P_DEFAULT, &other), 0);
  for (const hid_t space : {single, all}) H5Sclose(space);
  H5Dclose(dataset);
  H5Fclose(file);
  return value;
}

}  // namespace kilofold::testing
