// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "sample_table.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "cells.hpp"
#include "packing.hpp"

namespace kilofold {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t widest_chunk = 1 << 20;

bool are_missing(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) {
    return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(missing);
  });
}

}  // namespace

SampleTable::SampleTable(hdf5::Object dataset, hdf5::Extent extent, const hdf5::ChunkLayout& layout)
    : dataset_(std::move(dataset)), extent_(std::move(extent)), gzip_(layout.gzip) {
  if (extent_.size() != 3 || layout.chunk.size() != 3) return;
  rows_a_chunk_ = static_cast<std::int64_t>(layout.chunk[0]);
  is_packable_ = layout.is_ours && layout.chunk[1] == 1 && layout.chunk[2] == extent_[2];
}

SampleTable SampleTable::create(const hdf5::Object& model, const std::string& name, const hdf5::Extent& extent,
                                unsigned gzip) {
  const auto n_trials = static_cast<std::int64_t>(extent[0]);
  const auto n_samples = static_cast<std::int64_t>(extent[2]);
  const hdf5::Extent chunk = hdf5::extent(trials_a_chunk(n_trials, n_samples), 1, std::min(n_samples, widest_chunk));
  hdf5::Object dataset = hdf5::create_dataset<double>(model, name, {extent, chunk, gzip}, missing);
  return {std::move(dataset), extent, {chunk, gzip, true}};
}

SampleTable SampleTable::open(const hdf5::Object& model, const std::string& name) {
  hdf5::Object dataset = hdf5::open_dataset(model, name);
  hdf5::Extent extent = hdf5::shape(dataset);
  const hdf5::ChunkLayout layout = hdf5::chunk_layout(dataset);
  return {std::move(dataset), std::move(extent), layout};
}

bool SampleTable::is_chunk(std::int64_t first_trial, std::size_t n_values) const {
  if (!is_packable_ || first_trial % rows_a_chunk_ != 0) return false;
  const std::int64_t rows = std::min(rows_a_chunk_, static_cast<std::int64_t>(extent_[0]) - first_trial);
  return n_values == static_cast<std::size_t>(rows) * extent_[2];
}

SampleTable::Packed SampleTable::pack(std::int64_t first_trial, std::span<const double> values) const {
  if (!is_chunk(first_trial, values.size()) || are_missing(values)) return {};
  if (values.size() == chunk_size()) return kilofold::pack(values, gzip_);
  std::vector<double> whole(chunk_size(), missing);  // the last chunk reaches past the last trial
  std::copy(values.begin(), values.end(), whole.begin());
  return kilofold::pack(whole, gzip_);
}

void SampleTable::unpack(const Packed& packed, std::span<double> values) const {
  if (packed.empty()) return;
  if (values.size() == chunk_size()) return kilofold::unpack(packed, gzip_ > 0, values, dataset_.name());
  std::vector<double> whole(chunk_size());
  kilofold::unpack(packed, gzip_ > 0, whole, dataset_.name());
  std::copy_n(whole.begin(), values.size(), values.begin());
}

void SampleTable::write(std::int64_t first_trial, std::int32_t seed, std::span<const double> values,
                        const Packed& packed) {
  const hdf5::Extent start = hdf5::extent(first_trial, seed, 0);
  if (!packed.empty()) return hdf5::write_chunk(dataset_, start, packed);
  // Never written, a chunk of fill values takes no space.
  if (!are_missing(values)) hdf5::write(dataset_, start, count(values.size()), values.data());
}

SampleTable::Packed SampleTable::read(std::int64_t first_trial, std::int32_t seed, std::span<double> values) const {
  const hdf5::Extent start = hdf5::extent(first_trial, seed, 0);
  Packed packed;
  if (is_chunk(first_trial, values.size())) packed = hdf5::read_chunk(dataset_, start);
  if (packed.empty()) hdf5::read(dataset_, start, count(values.size()), values.data());
  return packed;
}

}  // namespace kilofold
