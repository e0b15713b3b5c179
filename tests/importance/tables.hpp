// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "kilofold/data.hpp"
#include "kilofold/importance.hpp"

/// Tables that the tests of the importance stage share.
namespace kilofold::testing {

inline constexpr double eps = std::numeric_limits<double>::epsilon();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

using Columns = std::vector<std::vector<double>>;

inline SampleSubset table(const Columns& features, const std::vector<double>& y) {
  SampleSubset made{Matrix<double>(std::ssize(y), std::ssize(features)), y};
  for (std::int64_t j = 0; j < made.X.cols(); ++j) {
    for (std::int64_t i = 0; i < made.X.rows(); ++i) made.X(i, j) = features[j][i];
  }
  return made;
}

/// The table of make_golden.py: no two columns alike in their ties. Every number is the nearest double on both sides.
inline SampleSubset made_table(int n = 137) {
  Columns x(4);
  std::vector<double> y;
  for (int i = 0; i < n; ++i) {
    x[0].push_back((37 * i % n) / 7.0);
    x[1].push_back((i * i % 6) / 3.0);
    x[2].push_back((29 * i % 50) / 11.0 - 2);
    x[3].push_back(1000.0 + (41 * i % n) / (1.0 + i % 3));
    y.push_back(x[0].back() + 2 * x[1].back() * x[1].back() + (53 * i % 17) / 5.0);
  }
  return table(x, y);
}

/// The table that the experiments use; tests run from the root of the repository.
inline Dataset standin() {
  const auto column = [](std::string name) { return ColumnName{std::move(name), "", "", {}}; };
  return read_csv({"experiments/data/electrode_standin.csv",
                   {column("CG"), column("S_LR"), column("AM_MC"), column("viscosity")},
                   column("mass_loading"),
                   {}});
}

/// Its features.
enum Electrode : std::int32_t { CG, S_LR, AM_MC, viscosity };

}  // namespace kilofold::testing
