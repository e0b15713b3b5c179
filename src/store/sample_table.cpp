// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "sample_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "cells.hpp"
#include "packing.hpp"

namespace kilofold {
namespace {

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

SampleLayout SampleLayout::of(std::int64_t n_trials, std::int64_t n_samples, std::int64_t rows_a_chunk, unsigned gzip) {
  return {n_trials, n_samples, rows_a_chunk, gzip, n_samples <= widest_chunk};
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

void SampleLayout::unpack(const Packed& packed, std::span<double> values, const std::string& name) const {
  if (packed.empty()) return;
  if (values.size() == chunk_size()) return kilofold::unpack(packed, gzip > 0, values, name);
  std::vector<double> whole(chunk_size());
  kilofold::unpack(packed, gzip > 0, whole, name);
  std::copy_n(whole.begin(), values.size(), values.begin());
}

bool SampleLayout::has_chunks_of(const SampleLayout& other) const {
  return is_packable && other.is_packable && rows_a_chunk == other.rows_a_chunk && n_samples == other.n_samples &&
         gzip == other.gzip;
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

void SampleTable::write(std::int64_t first_trial, std::int32_t seed, std::span<const double> values,
                        const Packed& packed) {
  const hdf5::Extent start = hdf5::extent(first_trial, seed, 0);
  if (!packed.empty()) return hdf5::write_chunk(dataset_, start, packed);
  // Never written, a chunk of fill values takes no space.
  if (!are_missing(values)) hdf5::write(dataset_, start, count(values.size()), values.data());
}

SampleTable::Packed SampleTable::read(std::int64_t first_trial, std::int64_t rows, std::int32_t seed,
                                      std::vector<double>& values) const {
  const hdf5::Extent start = hdf5::extent(first_trial, seed, 0);
  const auto n_values = static_cast<std::size_t>(rows * layout_.n_samples);
  Packed packed;
  if (layout_.is_chunk(first_trial, n_values)) packed = hdf5::read_chunk(dataset_, start);
  if (!packed.empty()) return packed;
  values.resize(n_values);
  hdf5::read(dataset_, start, count(n_values), values.data());
  return packed;
}

std::vector<double> SampleTable::unpacked_chunk(std::int64_t first_trial, std::int32_t seed) const {
  const Packed packed = hdf5::read_chunk(dataset_, hdf5::extent(first_trial, seed, 0));
  std::vector<double> numbers(packed.empty() ? 0 : layout_.chunk_size());
  unpack(packed, numbers);
  return numbers;
}

void SampleTable::read_rows(std::int64_t first_trial, std::int32_t seed, std::span<double> values,
                            UnpackedChunks& chunks) const {
  const auto read_by_hdf5 = [&](std::int64_t trial, std::span<double> rows) {
    hdf5::read(dataset_, hdf5::extent(trial, seed, 0), count(rows.size()), rows.data());
  };
  if (!layout_.is_packable) return read_by_hdf5(first_trial, values);
  const std::int64_t end = first_trial + std::ssize(values) / layout_.n_samples;
  for (std::int64_t trial = first_trial; trial < end;) {
    const std::int64_t chunk_begin = trial - trial % layout_.rows_a_chunk;
    const std::int64_t rows = std::min(end, chunk_begin + layout_.rows_a_chunk) - trial;
    const std::span<double> wanted =
        values.subspan((trial - first_trial) * layout_.n_samples, rows * layout_.n_samples);
    const std::vector<double>& chunk =
        chunks.chunk({dataset_.name(), chunk_begin, seed}, [&] { return unpacked_chunk(chunk_begin, seed); });
    if (chunk.empty()) {
      read_by_hdf5(trial, wanted);
    } else {
      std::copy_n(chunk.begin() + (trial - chunk_begin) * layout_.n_samples, wanted.size(), wanted.begin());
    }
    trial += rows;
  }
}

}  // namespace kilofold
