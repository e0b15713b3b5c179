// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "kilofold/data.hpp"

namespace kilofold {

std::vector<std::int32_t> equal_rows(const Matrix<double>& X) {
  std::map<std::vector<double>, std::int32_t> number;
  std::vector<std::int32_t> set;
  std::vector<double> row(static_cast<std::size_t>(X.cols()));
  for (std::int64_t i = 0; i < X.rows(); ++i) {
    for (std::int64_t j = 0; j < X.cols(); ++j) row[static_cast<std::size_t>(j)] = X(i, j);
    set.push_back(number.try_emplace(row, static_cast<std::int32_t>(number.size())).first->second);
  }
  return set;
}

}  // namespace kilofold
