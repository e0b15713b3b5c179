// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kilofold/core/error.hpp"
#include "kilofold/data.hpp"

namespace kilofold {
namespace {

/// The table of some rows, as far as splitters read it: their number and their groups.
Dataset part_of(const Dataset& data, const std::vector<std::int32_t>& rows) {
  Dataset part;
  part.X = Matrix<double>(std::ssize(rows), 0);
  if (data.group.empty()) return part;
  std::vector<std::int32_t> code(data.group_name.size(), -1);
  for (const std::int32_t row : rows) {
    const auto group = static_cast<std::size_t>(data.group[static_cast<std::size_t>(row)]);
    if (code[group] < 0) {
      code[group] = static_cast<std::int32_t>(part.group_name.size());
      part.group_name.push_back(data.group_name[group]);
    }
    part.group.push_back(code[group]);
  }
  return part;
}

}  // namespace

std::vector<RowSet> inner_row_sets(const Dataset& data, const Splitting& splitting,
                                   const std::vector<std::int32_t>& rows, std::int32_t n_folds, std::int64_t seed) {
  KILOFOLD_EXPECT(n_folds >= 2 && n_folds <= inner_fold_limit(data, splitting.splitter, rows));
  const bool again = splitting.splitter == Splitter::kfold || splitting.splitter == Splitter::group_kfold;
  const Split split = kilofold::split(part_of(data, rows), again ? splitting : Splitting{}, n_folds, seed);
  std::vector<RowSet> sets;
  for (std::int32_t fold = 0; fold < n_folds; ++fold) {
    RowSet& set = sets.emplace_back(row_set(split, fold));
    for (std::vector<std::int32_t>* list : {&set.train, &set.held_out})
      for (std::int32_t& row : *list) row = rows[static_cast<std::size_t>(row)];
  }
  return sets;
}

std::int32_t inner_fold_limit(const Dataset& data, Splitter splitter, const std::vector<std::int32_t>& rows) {
  if (splitter != Splitter::group_kfold) return static_cast<std::int32_t>(rows.size());
  return static_cast<std::int32_t>(part_of(data, rows).group_name.size());
}

}  // namespace kilofold
