// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "hdf5.hpp"
#include "hdf5_call.hpp"

namespace kilofold::hdf5 {
namespace {

/// One filter of a dataset's pipeline, with its first parameter: deflate's level.
struct Filter {
  H5Z_filter_t id;
  unsigned parameter;
};

std::vector<Filter> filters(const Object& properties, const std::string& name) {
  std::vector<Filter> found;
  const int count = check(H5Pget_nfilters(properties.id()), "H5Pget_nfilters", name);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t n_parameters = 1;
    Filter& filter = found.emplace_back();
    filter.id = check(H5Pget_filter2(properties.id(), static_cast<unsigned>(i), &flags, &n_parameters,
                                     &filter.parameter, 0, nullptr, nullptr),
                      "H5Pget_filter2", name);
  }
  return found;
}

}  // namespace

ChunkLayout chunk_layout(const Object& dataset) {
  const Object properties(H5Dget_create_plist(dataset.id()), "H5Dget_create_plist", H5Pclose, dataset.name());
  ChunkLayout layout;
  if (H5Pget_layout(properties.id()) != H5D_CHUNKED) return layout;
  layout.chunk.resize(shape(dataset).size());
  check(H5Pget_chunk(properties.id(), static_cast<int>(layout.chunk.size()), layout.chunk.data()), "H5Pget_chunk",
        dataset.name());
  std::vector<Filter> found = filters(properties, dataset.name());
  if (!found.empty() && found.front().id == H5Z_FILTER_DEFLATE) {
    layout.gzip = found.front().parameter;
    found.erase(found.begin());
  }
  layout.is_ours = found.size() == 1 && found.front().id == H5Z_FILTER_FLETCHER32;
  return layout;
}

void write_chunk(const Object& dataset, const Extent& start, std::span<const std::byte> bytes) {
  constexpr std::uint32_t every_filter_applied = 0;
  check(H5Dwrite_chunk(dataset.id(), H5P_DEFAULT, every_filter_applied, start.data(), bytes.size(), bytes.data()),
        "H5Dwrite_chunk", dataset.name());
}

std::vector<std::byte> read_chunk(const Object& dataset, const Extent& start) {
  hsize_t size = 0;
  const bool is_there = H5Dget_chunk_storage_size(dataset.id(), start.data(), &size) >= 0 && size > 0;
  if (!is_there) return {};
  std::vector<std::byte> bytes(size);
  std::uint32_t filters_left_out = 0;
  check(H5Dread_chunk(dataset.id(), H5P_DEFAULT, start.data(), &filters_left_out, bytes.data()), "H5Dread_chunk",
        dataset.name());
  if (filters_left_out != 0) throw FormatError(dataset.name() + ": a chunk lacks its checksum or its compression");
  return bytes;
}

}  // namespace kilofold::hdf5
