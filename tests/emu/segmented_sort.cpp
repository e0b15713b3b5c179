// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cuda/segmented_sort.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kilofold::cuda {
namespace {

void sort(const SegmentedPairs& p) {
  for (int s = 0; s < p.n_segments; ++s) {
    std::vector<std::pair<std::int32_t, std::int32_t>> list;
    for (std::int32_t i = p.begin[s]; i < p.begin[s + 1]; ++i) list.emplace_back(p.key[i], p.value[i]);
    std::ranges::stable_sort(list, {}, &std::pair<std::int32_t, std::int32_t>::first);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::int32_t key = list[i].first;
      if (key < 0 || key >> p.key_bits != 0) throw emu::Fault("a key beyond the bits that are sorted by");
      p.sorted_key[p.begin[s] + static_cast<std::int32_t>(i)] = key;
      p.sorted_value[p.begin[s] + static_cast<std::int32_t>(i)] = list[i].second;
    }
  }
}

}  // namespace

std::size_t sort_work_bytes(const SegmentedPairs&, const dev::Stream&) { return 1; }

void sort_segments(const SegmentedPairs& pairs, void*, std::size_t, const dev::Stream& stream) {
  dev::count_call("segmented sort");
  stream.calls()->add([pairs] { sort(pairs); }, emu::Calls::Kind::kernel_or_upload);
}

}  // namespace kilofold::cuda
