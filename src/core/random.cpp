// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/random.hpp"

#include <Random123/philox.h>

#include <bit>
#include <cstddef>
#include <utility>

namespace kilofold {

std::uint32_t NumpyRandom::interval(std::uint32_t max) {
  if (max == 0) return 0;  // NumPy draws nothing here, and the stream's position counts
  const std::uint32_t mask = ~std::uint32_t{0} >> std::countl_zero(max);
  std::uint32_t draw;
  do {
    draw = static_cast<std::uint32_t>(engine_()) & mask;
  } while (draw > max);
  return draw;
}

void NumpyRandom::shuffle(std::span<std::int32_t> values) {
  for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[interval(static_cast<std::uint32_t>(i))]);
}

std::uint64_t philox(std::array<std::uint32_t, 2> key, std::array<std::uint32_t, 4> counter) {
  const r123::Philox4x32::ctr_type words =
      r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return std::uint64_t{words[1]} << 32 | words[0];
}

}  // namespace kilofold
