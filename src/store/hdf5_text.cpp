// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5.hpp"
#include "hdf5_call.hpp"

/// Strings, attributes and links.
namespace kilofold::hdf5 {
namespace {

/// Variable-length UTF-8: fixed-length strings crash the netCDF4 library.
Object string_type() {
  Object type(H5Tcopy(H5T_C_S1), "H5Tcopy", H5Tclose, "string type");
  check(H5Tset_size(type.id(), H5T_VARIABLE), "H5Tset_size", type.name());
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset", type.name());
  return type;
}

Object scalar_space() { return {H5Screate(H5S_SCALAR), "H5Screate", H5Sclose, "space"}; }

std::vector<const char*> pointers(std::span<const std::string> values) {
  std::vector<const char*> out;
  for (const std::string& value : values) out.push_back(value.c_str());
  return out;
}

/// HDF5 cannot put a checksum on variable-length text; the payload hash covers it.
Object create_strings(const Object& group, const std::string& name, const Object& space,
                      std::span<const std::string> values) {
  const Object type = string_type();
  Object dataset(H5Dcreate2(group.id(), name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                 "H5Dcreate2", H5Dclose, child(group, name));
  check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, transfer(), pointers(values).data()), "H5Dwrite",
        dataset.name());
  return dataset;
}

herr_t append_name(std::vector<std::string>& names, const char* name) {
  names.emplace_back(name);
  return 0;
}

}  // namespace

void write_attribute_of(const Object& object, const std::string& name, hid_t file_kind, hid_t memory_kind,
                        const Object& space, const void* values) {
  Object attribute(H5Acreate2(object.id(), name.c_str(), file_kind, space.id(), H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2",
                   H5Aclose, child(object, "@" + name));
  check(H5Awrite(attribute.id(), memory_kind, values), "H5Awrite", attribute.name());
  attribute.close();
}

std::vector<std::string> links(const Object& group) {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5L_info_t*, void* out) {
    return append_name(*static_cast<std::vector<std::string>*>(out), name);
  };
  check(H5Literate(group.id(), H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, visit, &names), "H5Literate", group.name());
  return names;
}

Object write_strings(const Object& group, const std::string& name, std::span<const std::string> values) {
  return create_strings(group, name, simple_space({values.size()}), values);
}

std::vector<std::string> read_strings(const Object& group, const std::string& name) {
  const Object dataset = open_dataset(group, name);
  const Object type = string_type();
  const Object space(H5Dget_space(dataset.id()), "H5Dget_space", H5Sclose, dataset.name());
  std::vector<char*> raw(element_count(shape(dataset)));
  check(H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, transfer(), raw.data()), "H5Dread", dataset.name());
  std::vector<std::string> values;
  for (const char* text : raw) values.emplace_back(text == nullptr ? "" : text);
  check(H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, raw.data()), "H5Dvlen_reclaim", dataset.name());
  return values;
}

void write_text(const Object& group, const std::string& name, const std::string& text) {
  create_strings(group, name, scalar_space(), {&text, 1}).close();
}

void write_attribute(const Object& object, const std::string& name, const std::string& value) {
  const Object type = string_type();
  const char* pointer = value.c_str();
  write_attribute_of(object, name, type.id(), type.id(), scalar_space(), &pointer);
}

void write_attribute(const Object& object, const std::string& name, std::span<const std::string> values) {
  const Object type = string_type();
  write_attribute_of(object, name, type.id(), type.id(), simple_space({values.size()}), pointers(values).data());
}

void write_attribute(const Object& object, const std::string& name, std::int32_t value) {
  write_attribute_of(object, name, H5T_STD_I32LE, H5T_NATIVE_INT32, scalar_space(), &value);
}

void write_attribute(const Object& object, const std::string& name, double value) {
  write_attribute_of(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, scalar_space(), &value);
}

void write_attribute(const Object& object, const std::string& name, float value) {
  write_attribute_of(object, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, scalar_space(), &value);
}

void write_attribute(const Object& object, const std::string& name, std::span<const std::int32_t> values) {
  write_attribute_of(object, name, H5T_STD_I32LE, H5T_NATIVE_INT32, simple_space({values.size()}), values.data());
}

std::string read_attribute(const Object& object, const std::string& name) {
  const std::string path = child(object, "@" + name);
  if (check(H5Aexists(object.id(), name.c_str()), "H5Aexists", path) == 0) return "";
  const Object attribute(H5Aopen(object.id(), name.c_str(), H5P_DEFAULT), "H5Aopen", H5Aclose, path);
  const Object stored(H5Aget_type(attribute.id()), "H5Aget_type", H5Tclose, path);
  if (H5Tget_class(stored.id()) == H5T_INTEGER) {
    std::int32_t value = 0;
    check(H5Aread(attribute.id(), H5T_NATIVE_INT32, &value), "H5Aread", path);
    return std::to_string(value);
  }
  if (H5Tis_variable_str(stored.id()) <= 0) return "";
  const Object space(H5Aget_space(attribute.id()), "H5Aget_space", H5Sclose, path);
  if (H5Sget_simple_extent_npoints(space.id()) != 1) return "";
  const Object type = string_type();
  char* text = nullptr;
  check(H5Aread(attribute.id(), type.id(), &text), "H5Aread", path);
  std::string value = text == nullptr ? "" : text;
  check(H5free_memory(text), "H5free_memory", path);
  return value;
}

std::vector<std::string> read_text_attribute(const Object& object, const std::string& name) {
  const std::string path = child(object, "@" + name);
  const Object attribute(H5Aopen(object.id(), name.c_str(), H5P_DEFAULT), "H5Aopen", H5Aclose, path);
  const Object space(H5Aget_space(attribute.id()), "H5Aget_space", H5Sclose, path);
  const Object type = string_type();
  std::vector<char*> raw(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id())));
  check(H5Aread(attribute.id(), type.id(), raw.data()), "H5Aread", path);
  std::vector<std::string> values;
  for (const char* text : raw) values.emplace_back(text == nullptr ? "" : text);
  check(H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, raw.data()), "H5Dvlen_reclaim", path);
  return values;
}

std::vector<std::string> attribute_names(const Object& object) {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5A_info_t*, void* out) {
    return append_name(*static_cast<std::vector<std::string>*>(out), name);
  };
  check(H5Aiterate2(object.id(), H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, visit, &names), "H5Aiterate2",
        object.name());
  return names;
}

}  // namespace kilofold::hdf5
