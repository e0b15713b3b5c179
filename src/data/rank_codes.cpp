// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "kilofold/core/error.hpp"
#include "kilofold/data.hpp"

namespace kilofold {

RankCodes rank_codes(const Matrix<double>& X) {
  RankCodes codes{Matrix<std::int32_t>(X.rows(), X.cols()), {}, {0}};
  for (std::int64_t feature = 0; feature < X.cols(); ++feature) {
    const double* const column = X.view().col(feature);
    KILOFOLD_EXPECT(std::none_of(column, column + X.rows(), [](double x) { return std::isnan(x); }));
    std::vector<double> levels(column, column + X.rows());
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    for (std::int64_t i = 0; i < X.rows(); ++i) {
      const auto level = std::lower_bound(levels.begin(), levels.end(), column[i]);
      codes.code(i, feature) = static_cast<std::int32_t>(std::distance(levels.begin(), level));
    }
    codes.level.insert(codes.level.end(), levels.begin(), levels.end());
    codes.level_begin.push_back(std::ssize(codes.level));
  }
  return codes;
}

}  // namespace kilofold
