// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/core/random.hpp"
#include "kilofold/data.hpp"

namespace kilofold {

Split kfold(std::int64_t n, std::int32_t n_folds, std::int64_t seed) {
  KILOFOLD_EXPECT(n_folds >= 2 && n_folds <= n && n <= std::numeric_limits<std::int32_t>::max());
  KILOFOLD_EXPECT(seed >= 0 && seed <= std::numeric_limits<std::uint32_t>::max());
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  NumpyRandom(static_cast<std::uint32_t>(seed)).shuffle(order);

  Split split{n_folds, seed, std::vector<std::int32_t>(order.size())};
  std::size_t next = 0;
  for (std::int32_t fold = 0; fold < n_folds; ++fold) {
    const std::int64_t size = n / n_folds + (fold < n % n_folds ? 1 : 0);
    for (std::int64_t i = 0; i < size; ++i) split.fold[static_cast<std::size_t>(order[next++])] = fold;
  }
  KILOFOLD_ENSURE(next == order.size());
  return split;
}

RowSet row_set(const Split& split, std::int32_t fold) {
  KILOFOLD_EXPECT(fold >= 0 && fold < split.n_folds);
  RowSet rows;
  for (std::size_t i = 0; i < split.fold.size(); ++i) {
    (split.fold[i] == fold ? rows.held_out : rows.train).push_back(static_cast<std::int32_t>(i));
  }
  return rows;
}

}  // namespace kilofold
