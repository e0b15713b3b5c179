// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <string_view>
#include <type_traits>
#include <utility>

#include "hdf5_call.hpp"

namespace kilofold::hdf5 {
namespace {

/// The innermost entry of HDF5's error stack: the one that says why.
struct Reason {
  std::string text;
  bool out_of_memory = false;
};

herr_t keep_reason(unsigned, const H5E_error2_t* entry, void* out) {
  auto& reason = *static_cast<Reason*>(out);
  if (!reason.text.empty() || entry->desc == nullptr) return 0;
  reason.text = entry->desc;
  reason.out_of_memory = entry->maj_num == H5E_RESOURCE;
  return 0;
}

/// HDF5's own exit handler crashes when a file could not be closed, as on a full disk (measured: SIGSEGV instead of the
/// exit code). So it is off, and HDF5 is shut down here unless a close has failed.
class Library {
 public:
  Library() { H5dont_atexit(); }
  ~Library() {
    if (!close_failed) H5close();
  }
  std::atomic<bool> close_failed = false;
};

Library& library() {
  static Library instance;
  return instance;
}

/// HDF5 converts numbers and text in a buffer that it clears every time: a megabyte if nobody says how much is enough.
hid_t make_transfer() {
  constexpr std::size_t buffer_bytes = 1 << 16;
  const hid_t properties = check(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate", "transfer properties");
  check(H5Pset_buffer(properties, buffer_bytes, nullptr, nullptr), "H5Pset_buffer", "transfer properties");
  return properties;
}

/// Errors are thrown, so HDF5 prints none. It keeps that setting by thread.
void prepare_library() {
  library();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

template <class T> hid_t memory_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
}

template <class T> hid_t file_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_IEEE_F64LE;
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_STD_I32LE;
}

Object selection(const Object& dataset, const Extent& start, const Extent& count) {
  Object space(H5Dget_space(dataset.id()), "H5Dget_space", H5Sclose, dataset.name());
  check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
        "H5Sselect_hyperslab", dataset.name());
  return space;
}

bool is_of_class(const Object& dataset, H5T_class_t wanted) {
  const Object type(H5Dget_type(dataset.id()), "H5Dget_type", H5Tclose, dataset.name());
  return H5Tget_class(type.id()) == wanted;
}

/// One chunk up to a million bytes, whole in every dimension but the first as far as possible.
Extent small_chunk(const Extent& extent) {
  constexpr hsize_t chunk_elements = 1 << 17;
  Extent chunk = extent;
  for (std::size_t i = 0; i < chunk.size() && element_count(chunk) > chunk_elements; ++i) {
    const hsize_t others = element_count(chunk) / chunk[i];
    chunk[i] = std::clamp<hsize_t>(chunk_elements / others, 1, chunk[i]);
  }
  return chunk;
}

Object create_dataset_of(const Object& group, const std::string& name, hid_t type, const Storage& storage,
                         const Object& properties) {
  const std::string path = child(group, name);
  check(H5Pset_chunk(properties.id(), static_cast<int>(storage.chunk.size()), storage.chunk.data()), "H5Pset_chunk",
        path);
  if (storage.gzip > 0) check(H5Pset_deflate(properties.id(), storage.gzip), "H5Pset_deflate", path);
  check(H5Pset_fletcher32(properties.id()), "H5Pset_fletcher32", path);
  check(H5Pset_attr_creation_order(properties.id(), creation_order), "H5Pset_attr_creation_order", path);
  const Object space = simple_space(storage.extent);
  return {H5Dcreate2(group.id(), name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
          "H5Dcreate2", H5Dclose, path};
}

}  // namespace

void fail(const char* call, const std::string& name) {
  Reason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_reason, &reason);
  H5Eclear2(H5E_DEFAULT);
  constexpr std::string_view system_error = "error message = '";
  const std::size_t begin = reason.text.find(system_error);
  if (begin != std::string::npos) {
    const std::size_t from = begin + system_error.size();
    reason.text = reason.text.substr(from, reason.text.find('\'', from) - from);
  }
  const std::string message = fmt::format("{}: {} failed: {}", name, call, reason.text);
  if (begin != std::string::npos || reason.out_of_memory) throw MachineError(message);
  throw FormatError(message);
}

hid_t transfer() {
  static const hid_t properties = make_transfer();  // HDF5 closes it when it is shut down
  return properties;
}

std::string child(const Object& parent, const std::string& name) {
  return parent.name() + (parent.name().find(":/") == std::string::npos ? ":/" : "/") + name;
}

Object property_list(hid_t kind) { return {H5Pcreate(kind), "H5Pcreate", H5Pclose, "property list"}; }

Object simple_space(const Extent& extent) {
  return {H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), "H5Screate_simple", H5Sclose,
          "space"};
}

hsize_t element_count(const Extent& extent) {
  hsize_t count = 1;
  for (const hsize_t size : extent) count *= size;
  return count;
}

Object::Object(hid_t id, const char* call, Closer closer, std::string name)
    : id_(id), closer_(closer), name_(std::move(name)) {
  if (id_ < 0) fail(call, name_);
}

Object::~Object() {
  if (id_ >= 0 && closer_(id_) < 0) library().close_failed = true;
}

Object::Object(Object&& other) noexcept
    : id_(std::exchange(other.id_, -1)), closer_(other.closer_), name_(std::move(other.name_)) {}

Object& Object::operator=(Object&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(closer_, other.closer_);
  std::swap(name_, other.name_);
  return *this;
}

void Object::close() {
  const hid_t id = std::exchange(id_, -1);
  if (id < 0 || closer_(id) >= 0) return;
  library().close_failed = true;
  fail("closing", name_);
}

Object create_file(const std::string& path) {
  prepare_library();
  const Object access = property_list(H5P_FILE_ACCESS);
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110), "H5Pset_libver_bounds", path);
  check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "H5Pset_fclose_degree", path);
  const Object creation = property_list(H5P_FILE_CREATE);
  check(H5Pset_link_creation_order(creation.id(), creation_order), "H5Pset_link_creation_order", path);
  check(H5Pset_attr_creation_order(creation.id(), creation_order), "H5Pset_attr_creation_order", path);
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "H5Fcreate", H5Fclose, path};
}

Object open_file(const std::string& path) {
  prepare_library();
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), "H5Fopen", H5Fclose, path};
}

Object create_group(const Object& parent, const std::string& name) {
  const Object properties = property_list(H5P_GROUP_CREATE);
  check(H5Pset_link_creation_order(properties.id(), creation_order), "H5Pset_link_creation_order", name);
  check(H5Pset_attr_creation_order(properties.id(), creation_order), "H5Pset_attr_creation_order", name);
  return {H5Gcreate2(parent.id(), name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT), "H5Gcreate2", H5Gclose,
          child(parent, name)};
}

Object open_group(const Object& parent, const std::string& name) {
  return {H5Gopen2(parent.id(), name.c_str(), H5P_DEFAULT), "H5Gopen2", H5Gclose, child(parent, name)};
}

Object open_dataset(const Object& parent, const std::string& name) {
  return {H5Dopen2(parent.id(), name.c_str(), H5P_DEFAULT), "H5Dopen2", H5Dclose, child(parent, name)};
}

bool contains(const Object& group, const std::string& name) {
  return check(H5Lexists(group.id(), name.c_str(), H5P_DEFAULT), "H5Lexists", child(group, name)) > 0;
}

void hard_link(const Object& target, const Object& group, const std::string& name) {
  check(H5Olink(target.id(), group.id(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "H5Olink", child(group, name));
}

template <class T>
Object create_dataset(const Object& group, const std::string& name, const Storage& storage, std::optional<T> fill) {
  const Object properties = property_list(H5P_DATASET_CREATE);
  if (fill)
    check(H5Pset_fill_value(properties.id(), memory_type<T>(), &*fill), "H5Pset_fill_value", child(group, name));
  Object dataset = create_dataset_of(group, name, file_type<T>(), storage, properties);
  if (fill) write_attribute(dataset, "_FillValue", *fill);
  return dataset;
}

template <class T> void write(const Object& dataset, const Extent& start, const Extent& count, const T* values) {
  const Object target = selection(dataset, start, count);
  const Object source = simple_space(count);
  check(H5Dwrite(dataset.id(), memory_type<T>(), source.id(), target.id(), transfer(), values), "H5Dwrite",
        dataset.name());
}

template <class T> void read(const Object& dataset, const Extent& start, const Extent& count, T* values) {
  const Object source = selection(dataset, start, count);
  const Object target = simple_space(count);
  check(H5Dread(dataset.id(), memory_type<T>(), target.id(), source.id(), transfer(), values), "H5Dread",
        dataset.name());
}

Extent shape(const Object& dataset) {
  const Object space(H5Dget_space(dataset.id()), "H5Dget_space", H5Sclose, dataset.name());
  Extent extent(static_cast<std::size_t>(
      check(H5Sget_simple_extent_ndims(space.id()), "H5Sget_simple_extent_ndims", dataset.name())));
  check(H5Sget_simple_extent_dims(space.id(), extent.data(), nullptr), "H5Sget_simple_extent_dims", dataset.name());
  return extent;
}

bool is_integer(const Object& dataset) { return is_of_class(dataset, H5T_INTEGER); }
bool is_text(const Object& dataset) { return is_of_class(dataset, H5T_STRING); }

template <class T>
Object write_array(const Object& group, const std::string& name, const Extent& extent, std::span<const T> values) {
  KILOFOLD_EXPECT(values.size() == element_count(extent));
  Object dataset = create_dataset<T>(group, name, {extent, small_chunk(extent)});
  write(dataset, Extent(extent.size(), 0), extent, values.data());
  return dataset;
}

template <class T> std::vector<T> read_array(const Object& group, const std::string& name) {
  const Object dataset = open_dataset(group, name);
  const Extent extent = shape(dataset);
  std::vector<T> values(element_count(extent));
  read(dataset, Extent(extent.size(), 0), extent, values.data());
  return values;
}

#define KILOFOLD_INSTANTIATE(T)                                                                           \
  template Object create_dataset<T>(const Object&, const std::string&, const Storage&, std::optional<T>); \
  template void write<T>(const Object&, const Extent&, const Extent&, const T*);                          \
  template void read<T>(const Object&, const Extent&, const Extent&, T*);                                 \
  template Object write_array<T>(const Object&, const std::string&, const Extent&, std::span<const T>);   \
  template std::vector<T> read_array<T>(const Object&, const std::string&);
KILOFOLD_INSTANTIATE(double)
KILOFOLD_INSTANTIATE(float)
KILOFOLD_INSTANTIATE(std::int32_t)
#undef KILOFOLD_INSTANTIATE

}  // namespace kilofold::hdf5
