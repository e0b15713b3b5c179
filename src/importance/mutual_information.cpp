// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/mutual_information.hpp"

#include <algorithm>
#include <cmath>

#include "kilofold/core/reduction.hpp"

namespace kilofold {

double mutual_information(const RowsByBin& a, const Bins& b) {
  const double n = static_cast<double>(b.bin.size());
  std::vector<std::int64_t> total(static_cast<std::size_t>(b.n_bins), 0);
  for (const std::int32_t bin : b.bin) ++total[static_cast<std::size_t>(bin)];

  std::vector<std::int64_t> count(total.size(), 0);
  std::vector<std::size_t> occurring;
  std::vector<double> terms;
  for (std::int64_t bin = 0; bin < a.n_bins(); ++bin) {
    const auto rows = a.of(bin);
    for (const std::int32_t row : rows) {
      const auto other = static_cast<std::size_t>(b.bin[static_cast<std::size_t>(row)]);
      if (count[other]++ == 0) occurring.push_back(other);
    }
    std::sort(occurring.begin(), occurring.end());
    for (const std::size_t other : occurring) {
      const double cell = static_cast<double>(count[other]);
      // Both products are exact integers, so independence gives the logarithm of exactly 1.
      const double expected = static_cast<double>(rows.size()) * static_cast<double>(total[other]);
      terms.push_back(cell / n * std::log(n * cell / expected));
      count[other] = 0;
    }
    occurring.clear();
  }
  return std::max(0.0, canonical_sum(terms.data(), std::ssize(terms)));
}

}  // namespace kilofold
