// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "dev.hpp"

/// Sorts by a vendor's library. On a device CUB; in the emulation std::stable_sort (tests/emu/segmented_sort.cpp).
namespace kilofold::cuda {

/// Lists of pairs, one after another; arrays on the device.
struct SegmentedPairs {
  int n;  ///< pairs in all
  int n_segments;
  const std::int32_t* begin;   ///< (n_segments + 1): list s is [begin[s], begin[s + 1])
  const std::int32_t* key;     ///< (n), each in [0, 2^key_bits)
  const std::int32_t* value;   ///< (n)
  std::int32_t* sorted_key;    ///< (n), none of the arrays above
  std::int32_t* sorted_value;  ///< (n), likewise
  int key_bits;
};

/// Bytes of work memory that sort_segments takes for as many pairs and lists.
std::size_t sort_work_bytes(const SegmentedPairs& pairs, const dev::Stream& stream);

/// Sort each list by its keys, pairs of equal keys in the order given. The result is the same whatever the library.
///
/// Shapes    work (work_bytes, of sort_work_bytes), on the device
/// Cost      O(n) for every few bits of the keys; a list is a block's
void sort_segments(const SegmentedPairs& pairs, void* work, std::size_t work_bytes, const dev::Stream& stream);

}  // namespace kilofold::cuda
