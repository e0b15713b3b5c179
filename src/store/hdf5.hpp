// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kilofold/core/error.hpp"

/// A thin owning layer over the HDF5 C API. Every failing call throws, naming the call and the object; whoever writes
/// calls close() and so learns of a full disk, which HDF5 often reports only then.
namespace kilofold::hdf5 {

/// The file's bytes are wrong: truncated, flipped, or not HDF5. A system call that fails is a plain MachineError
/// instead.
class FormatError : public MachineError {
 public:
  using MachineError::MachineError;
};

using Extent = std::vector<hsize_t>;
template <class... Size> Extent extent(Size... size) { return {static_cast<hsize_t>(size)...}; }

/// An owned HDF5 identifier: file, group, dataset, attribute, type, space or property list.
///
/// The destructor closes silently: right for objects that only read, and while an exception is on its way.
class Object {
 public:
  using Closer = herr_t (*)(hid_t);

  Object() = default;
  /// Takes over `id`. Errors: throws when `id` is negative, saying that `call` failed on `name`.
  Object(hid_t id, const char* call, Closer closer, std::string name);
  ~Object();
  Object(Object&& other) noexcept;
  Object& operator=(Object&& other) noexcept;

  void close();  ///< Errors: MachineError when HDF5 could not write what it still held
  hid_t id() const { return id_; }
  const std::string& name() const { return name_; }  ///< file, or file:/path/in/file

 private:
  hid_t id_ = -1;
  Closer closer_ = nullptr;
  std::string name_;
};

Object create_file(const std::string& path);  ///< anew where it exists; V110 bounds: checksummed metadata
Object open_file(const std::string& path);    ///< read-only
Object create_group(const Object& parent, const std::string& name);  ///< remembers the order of its links
Object open_group(const Object& parent, const std::string& name);
Object open_dataset(const Object& parent, const std::string& name);
bool contains(const Object& group, const std::string& name);
std::vector<std::string> links(const Object& group);  ///< names, in order of creation
void hard_link(const Object& target, const Object& group, const std::string& name);

/// How a dataset's chunks lie on disk; always with Fletcher-32.
struct Storage {
  Extent extent;
  Extent chunk;
  unsigned gzip =
      0;  ///< level; 0 = uncompressed. Never with shuffle: rows that repeat a few values compress worse with it
};

/// Create a dataset; unwritten elements read as `fill`, which is also stored as `_FillValue`. T: double, float or
/// int32_t.
template <class T>
Object create_dataset(const Object& group, const std::string& name, const Storage& storage,
                      std::optional<T> fill = std::nullopt);
template <class T> void write(const Object& dataset, const Extent& start, const Extent& count, const T* values);
template <class T> void read(const Object& dataset, const Extent& start, const Extent& count, T* values);
Extent shape(const Object& dataset);

/// How an open dataset's chunks lie on disk.
struct ChunkLayout {
  Extent chunk;  ///< empty where there are no chunks
  unsigned gzip = 0;
  bool is_ours = false;  ///< deflate or nothing, then Fletcher-32, as create_dataset makes them
};
ChunkLayout chunk_layout(const Object& dataset);
/// Write a chunk's bytes as they are to lie in the file, past HDF5's filters. `start`: its first element.
void write_chunk(const Object& dataset, const Extent& start, std::span<const std::byte> bytes);
/// A chunk's bytes as they lie in the file; none where HDF5 does not find it: `read` tells why, by fill values or by an
/// error.
std::vector<std::byte> read_chunk(const Object& dataset, const Extent& start);
bool is_integer(const Object& dataset);
bool is_text(const Object& dataset);

/// A small dataset in one chunk, open for attributes and scales.
template <class T>
Object write_array(const Object& group, const std::string& name, const Extent& extent, std::span<const T> values);
Object write_strings(const Object& group, const std::string& name, std::span<const std::string> values);
template <class T> std::vector<T> read_array(const Object& group, const std::string& name);
std::vector<std::string> read_strings(const Object& group, const std::string& name);
void write_text(const Object& group, const std::string& name, const std::string& text);  ///< a scalar string dataset

void write_attribute(const Object& object, const std::string& name, const std::string& value);
void write_attribute(const Object& object, const std::string& name, std::span<const std::string> values);
void write_attribute(const Object& object, const std::string& name, std::int32_t value);
void write_attribute(const Object& object, const std::string& name, double value);
void write_attribute(const Object& object, const std::string& name, float value);
void write_attribute(const Object& object, const std::string& name, std::span<const std::int32_t> values);
std::string read_attribute(const Object& object,
                           const std::string& name);  ///< text, or an integer as text; "" when absent
std::vector<std::string> read_text_attribute(const Object& object, const std::string& name);  ///< a list of texts
std::vector<std::string> attribute_names(const Object& object);                               ///< in order of creation

/// The coordinates of a dimension, a dataset of one dimension that others refer to.
class Scale {
 public:
  Scale() = default;
  Scale(Object dataset, std::string dimension);

  const Object& dataset() const { return dataset_; }
  const std::string& dimension() const { return dimension_; }
  /// The file is told here who refers to it. Errors: as Object::close
  void close();

 private:
  friend void attach_scales(const Object& dataset, std::span<Scale* const> scales);
  struct User {
    hobj_ref_t dataset;
    std::int32_t dimension;
  };

  Object dataset_;
  std::string dimension_;
  hobj_ref_t reference_ = 0;
  std::vector<User> users_;
};

/// Give every dimension of a dataset its scale and its name.
void attach_scales(const Object& dataset, std::span<Scale* const> scales);

}  // namespace kilofold::hdf5
