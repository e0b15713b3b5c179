// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "cpu/study.hpp"

namespace kilofold::test {

struct SvrLane {
  double C;
  double epsilon;
};

struct SvrCallLimits {
  double max_iter = std::numeric_limits<double>::infinity();
  double fit_time = std::numeric_limits<double>::infinity();  ///< seconds
};

struct SvrKernel {
  Kernel kernel = Kernel::rbf;
  double gamma = 0.5;
  double coef0 = 1;
  double degree = 3;
};

/// How row sets tell the op of equal rows.
enum class Sets { found, none };

struct SvrFits {
  Predictions prediction;                         ///< [item][lane][held-out row]
  std::vector<std::vector<std::int32_t>> status;  ///< [item][lane]
  std::vector<std::vector<std::vector<double>>>
      certificate;                                    ///< [item][lane]: gap, margin, cond, correction, n_support
  std::vector<std::vector<std::int32_t>> iterations;  ///< [item][lane]
};

/// svr_path on items that the CPU backend standardises, target and features by zscore unless said otherwise.
SvrFits svr(const Table& table, const std::vector<Rows>& items, const SvrKernel& kernel,
            const std::vector<SvrLane>& lanes, Sets sets = Sets::found, Scaling target = Scaling::zscore,
            const SvrCallLimits& limits = {});

/// The one fit of a problem of its own: no lanes beside it.
SvrFits svr_alone(const Table& table, const Rows& rows, const SvrKernel& kernel, const SvrLane& lane);

/// Every pair of C and epsilon.
std::vector<SvrLane> grid(const std::vector<double>& C, const std::vector<double>& epsilon);

/// 10^low to 10^high in equal steps of the exponent.
std::vector<double> geometric(double low, double high, int n);

}  // namespace kilofold::test
