// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "segmented_sort.hpp"

#include <cub/device/device_segmented_radix_sort.cuh>

namespace kilofold::cuda {
namespace {

/// CUB's call, which only says how much memory it wants where `work` is null.
void call(const SegmentedPairs& p, void* work, std::size_t& work_bytes, const dev::Stream& stream) {
  dev::check(
      cub::DeviceSegmentedRadixSort::SortPairs(work, work_bytes, p.key, p.sorted_key, p.value, p.sorted_value, p.n,
                                               p.n_segments, p.begin, p.begin + 1, 0, p.key_bits, stream.get()),
      "cub::DeviceSegmentedRadixSort");
}

}  // namespace

std::size_t sort_work_bytes(const SegmentedPairs& pairs, const dev::Stream& stream) {
  std::size_t bytes = 0;
  call(pairs, nullptr, bytes, stream);
  return bytes;
}

void sort_segments(const SegmentedPairs& pairs, void* work, std::size_t work_bytes, const dev::Stream& stream) {
  call(pairs, work, work_bytes, stream);
}

}  // namespace kilofold::cuda
