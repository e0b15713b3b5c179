// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <hdf5_hl.h>

#include "hdf5.hpp"
#include "hdf5_call.hpp"

/// Dimension scales as the HDF5 Dimension Scale Specification lays them down. H5DSattach_scale writes a scale's list of
/// users anew for each of them, n times n entries of n datasets; here it is written once.
namespace kilofold::hdf5 {
namespace {

hobj_ref_t reference_to(const Object& object) {
  hobj_ref_t reference = 0;
  check(H5Rcreate(&reference, object.id(), ".", H5R_OBJECT, -1), "H5Rcreate", object.name());
  return reference;
}

void write_list(const Object& object, const char* name, const Object& type, std::size_t count, const void* values) {
  write_attribute_of(object, name, type.id(), type.id(), simple_space({count}), values);
}

}  // namespace

Scale::Scale(Object dataset, std::string dimension)
    : dataset_(std::move(dataset)), dimension_(std::move(dimension)), reference_(reference_to(dataset_)) {
  check(H5DSset_scale(dataset_.id(), dimension_.c_str()), "H5DSset_scale", dataset_.name());
}

void Scale::close() {
  if (!users_.empty()) {
    const std::string name = child(dataset_, "@REFERENCE_LIST");
    const Object type(H5Tcreate(H5T_COMPOUND, sizeof(User)), "H5Tcreate", H5Tclose, name);
    check(H5Tinsert(type.id(), "dataset", HOFFSET(User, dataset), H5T_STD_REF_OBJ), "H5Tinsert", name);
    check(H5Tinsert(type.id(), "dimension", HOFFSET(User, dimension), H5T_NATIVE_INT32), "H5Tinsert", name);
    write_list(dataset_, "REFERENCE_LIST", type, users_.size(), users_.data());
  }
  dataset_.close();
}

void attach_scales(const Object& dataset, std::span<Scale* const> scales) {
  std::vector<hvl_t> list;
  std::vector<const char*> labels;
  const hobj_ref_t user = reference_to(dataset);
  for (Scale* scale : scales) {
    scale->users_.push_back({user, static_cast<std::int32_t>(labels.size())});
    list.push_back({1, &scale->reference_});
    labels.push_back(scale->dimension_.c_str());
  }
  const Object references(H5Tvlen_create(H5T_STD_REF_OBJ), "H5Tvlen_create", H5Tclose, dataset.name());
  write_list(dataset, "DIMENSION_LIST", references, list.size(), list.data());
  const Object text(H5Tcopy(H5T_C_S1), "H5Tcopy", H5Tclose, dataset.name());
  check(H5Tset_size(text.id(), H5T_VARIABLE), "H5Tset_size", dataset.name());
  write_list(dataset, "DIMENSION_LABELS", text, labels.size(), labels.data());
}

}  // namespace kilofold::hdf5
