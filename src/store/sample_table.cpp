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

SampleLayout layout_of(const hdf5::Extent& extent, const hdf5::ChunkLayout& stored) {
  SampleLayout layout;
  if (extent.size() != 3 || stored.chunk.size() != 3) return layout;
  layout.n_trials = static_cast<std::int64_t>(extent[0]);
  layout.n_samples = static_cast<std::int64_t>(extent[2]);
  layout.rows_a_chunk = static_cast<std::int64_t>(stored.chunk[0]);
  layout.gzip = stored.gzip;
  layout.is_packable = stored.is_ours && stored.chunk[1] == 1 && stored.chunk[2] == extent[2];
  return layout;
}

}  // namespace

SampleLayout SampleLayout::of(std::int64_t n_trials, std::int64_t n_samples, unsigned gzip) {
  return {n_trials, n_samples, trials_a_chunk(n_trials, n_samples), gzip, n_samples <= widest_chunk};
}

bool SampleLayout::is_chunk(std::int64_t first_trial, std::size_t n_values) const {
  if (!is_packable || first_trial % rows_a_chunk != 0) return false;
  const std::int64_t rows = std::min(rows_a_chunk, n_trials - first_trial);
  return n_values == static_cast<std::size_t>(rows * n_samples);
}

SampleLayout::Packed SampleLayout::pack(std::int64_t first_trial, std::span<const double> values) const {
  if (!is_chunk(first_trial, values.size()) || are_missing(values)) return {};
  if (values.size() == chunk_size()) return kilofold::pack(values, gzip);
  std::vector<double> whole(chunk_size(), missing);  // the last chunk reaches past the last trial
  std::copy(values.begin(), values.end(), whole.begin());
  return kilofold::pack(whole, gzip);
}

SampleTable::SampleTable(hdf5::Object dataset, hdf5::Extent extent, const SampleLayout& layout)
    : dataset_(std::move(dataset)), extent_(std::move(extent)), layout_(layout) {}

SampleTable SampleTable::create(const hdf5::Object& model, const std::string& name, std::int64_t n_seeds,
                                const SampleLayout& layout) {
  const hdf5::Extent extent = hdf5::extent(layout.n_trials, n_seeds, layout.n_samples);
  const hdf5::Extent chunk = hdf5::extent(layout.rows_a_chunk, 1, std::min(layout.n_samples, widest_chunk));
  return {hdf5::create_dataset<double>(model, name, {extent, chunk, layout.gzip}, missing), extent, layout};
}

SampleTable SampleTable::open(const hdf5::Object& model, const std::string& name) {
  hdf5::Object dataset = hdf5::open_dataset(model, name);
  hdf5::Extent extent = hdf5::shape(dataset);
  const SampleLayout layout = layout_of(extent, hdf5::chunk_layout(dataset));
  return {std::move(dataset), std::move(extent), layout};
}

void SampleTable::unpack(const Packed& packed, std::span<double> values) const {
  if (packed.empty()) return;
  const bool is_deflated = layout_.gzip > 0;
  if (values.size() == layout_.chunk_size()) return kilofold::unpack(packed, is_deflated, values, dataset_.name());
  std::vector<double> whole(layout_.chunk_size());
  kilofold::unpack(packed, is_deflated, whole, dataset_.name());
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
  if (layout_.is_chunk(first_trial, values.size())) packed = hdf5::read_chunk(dataset_, start);
  if (packed.empty()) hdf5::read(dataset_, start, count(values.size()), values.data());
  return packed;
}

}  // namespace kilofold
