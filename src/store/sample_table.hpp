// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hdf5.hpp"
#include "unpacked_chunks.hpp"

namespace kilofold {

/// How a dataset [trial, seed, sample] of one number a sample lies in a file: in chunks of some trials at one seed.
struct SampleLayout {
  /// A chunk's bytes in the file.
  using Packed = std::vector<std::byte>;

  std::int64_t n_trials = 0;
  std::int64_t n_samples = 0;
  std::int64_t rows_a_chunk = 0;
  unsigned gzip = 0;         ///< level, 0 = uncompressed
  bool is_packable = false;  ///< a chunk is whole in samples and has our filters

  /// As we write them.
  static SampleLayout of(std::int64_t n_trials, std::int64_t n_samples, std::int64_t rows_a_chunk, unsigned gzip);

  std::size_t chunk_size() const { return static_cast<std::size_t>(rows_a_chunk * n_samples); }
  bool is_chunk(std::int64_t first_trial, std::size_t n_values) const;
  /// The bytes of a chunk. None where these trials are no chunk of the file, or all their numbers are missing.
  /// Shape    values (rows, samples)
  Packed pack(std::int64_t first_trial, std::span<const double> values) const;
  /// The numbers of a chunk's bytes; `values` stay as they are where there are none. `name` says in errors whose they
  /// are. Errors: FormatError where checksum or compression are not in order
  void unpack(const Packed& packed, std::span<double> values, const std::string& name) const;
  /// Do the bytes of a chunk here say the same in a chunk there?
  bool has_chunks_of(const SampleLayout& other) const;
};

/// A dataset [trial, seed, sample] of one number a sample: predictions, or standard deviations.
///
/// Packing a chunk by its layout and unpacking it touch no HDF5, so threads may do it at once; what moves packed chunks
/// in and out of the file belongs to one thread.
class SampleTable {
 public:
  using Packed = SampleLayout::Packed;

  SampleTable() = default;
  static SampleTable create(const hdf5::Object& model, const std::string& name, std::int64_t n_seeds,
                            const SampleLayout& layout);
  static SampleTable open(const hdf5::Object& model, const std::string& name);

  const hdf5::Object& dataset() const { return dataset_; }
  const hdf5::Extent& extent() const { return extent_; }
  const SampleLayout& layout() const { return layout_; }

  /// Write some trials at a seed, from what SampleLayout::pack made of them if that is anything.
  /// Shape    values (rows, samples), here and below
  void write(std::int64_t first_trial, std::int32_t seed, std::span<const double> values, const Packed& packed);
  /// Read some trials at a seed: as bytes, for `unpack`; or into `values`, where HDF5 must do it, and no bytes.
  Packed read(std::int64_t first_trial, std::int64_t rows, std::int32_t seed, std::vector<double>& values) const;
  /// Read some trials at a seed, by way of their chunks.
  void read_rows(std::int64_t first_trial, std::int32_t seed, std::span<double> values, UnpackedChunks& chunks) const;
  void unpack(const Packed& packed, std::span<double> values) const { layout_.unpack(packed, values, dataset_.name()); }
  void close() { dataset_.close(); }

 private:
  SampleTable(hdf5::Object dataset, hdf5::Extent extent, const SampleLayout& layout);
  /// A whole chunk; nothing where it was never written.
  std::vector<double> unpacked_chunk(std::int64_t first_trial, std::int32_t seed) const;
  hdf5::Extent count(std::size_t n_values) const { return hdf5::extent(n_values / extent_[2], 1, extent_[2]); }

  hdf5::Object dataset_;
  hdf5::Extent extent_;
  SampleLayout layout_;
};

}  // namespace kilofold
