// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hdf5.hpp"

namespace kilofold {

/// A dataset [trial, seed, sample] of one number a sample: predictions, or standard deviations.
///
/// A chunk holds some trials at one seed. Packing and unpacking one touches no HDF5, so threads may do it at once; what
/// moves packed chunks in and out of the file belongs to one thread.
class SampleTable {
 public:
  /// A chunk's bytes in the file.
  using Packed = std::vector<std::byte>;

  SampleTable() = default;
  /// Shape (trials, seeds, samples), in chunks of trials_a_chunk. `gzip`: level, 0 = uncompressed.
  static SampleTable create(const hdf5::Object& model, const std::string& name, const hdf5::Extent& extent,
                            unsigned gzip);
  static SampleTable open(const hdf5::Object& model, const std::string& name);

  const hdf5::Object& dataset() const { return dataset_; }
  const hdf5::Extent& extent() const { return extent_; }

  /// The bytes of a chunk. None where these trials are no chunk of the file, or all their numbers are missing.
  /// Shape    values (rows, samples), here and below
  Packed pack(std::int64_t first_trial, std::span<const double> values) const;
  /// Write some trials at a seed, from what `pack` made of them if that is anything.
  void write(std::int64_t first_trial, std::int32_t seed, std::span<const double> values, const Packed& packed);
  /// Read some trials at a seed: as bytes, for `unpack`; or into `values`, where HDF5 must do it, and no bytes.
  Packed read(std::int64_t first_trial, std::int32_t seed, std::span<double> values) const;
  /// Errors: FormatError where checksum or compression are not in order.
  void unpack(const Packed& packed, std::span<double> values) const;
  void close() { dataset_.close(); }

 private:
  SampleTable(hdf5::Object dataset, hdf5::Extent extent, const hdf5::ChunkLayout& layout);
  bool is_chunk(std::int64_t first_trial, std::size_t n_values) const;
  hdf5::Extent count(std::size_t n_values) const { return hdf5::extent(n_values / extent_[2], 1, extent_[2]); }
  std::size_t chunk_size() const { return static_cast<std::size_t>(rows_a_chunk_) * extent_[2]; }

  hdf5::Object dataset_;
  hdf5::Extent extent_;
  std::int64_t rows_a_chunk_ = 0;
  bool is_packable_ = false;  ///< a chunk is whole in samples and has our filters
  unsigned gzip_ = 0;
};

}  // namespace kilofold
