// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hdf5.hpp"

/// What the files of the HDF5 layer share: checked calls and short-lived helper objects. Included by them alone.
namespace kilofold::hdf5 {

/// Throw what HDF5's error stack says: MachineError when a system call or an allocation failed, else FormatError.
[[noreturn]] void fail(const char* call, const std::string& name);

template <class Result> Result check(Result result, const char* call, const std::string& name) {
  if (result < 0) fail(call, name);
  return result;
}

/// Links and attributes are listed in the order in which they were made.
inline constexpr unsigned creation_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

/// Properties of every H5Dread and H5Dwrite.
hid_t transfer();

std::string child(const Object& parent, const std::string& name);
Object property_list(hid_t kind);
Object simple_space(const Extent& extent);
hsize_t element_count(const Extent& extent);
void write_attribute_of(const Object& object, const std::string& name, hid_t file_kind, hid_t memory_kind,
                        const Object& space, const void* values);

}  // namespace kilofold::hdf5
