// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kilofold/core/kernel_functions.hpp"
#include "support/condition.hpp"
#include "support/runs.hpp"

/// Sweeps of Gaussian processes, and their distance in units of the promise for them.
namespace kilofold::testing {

inline constexpr double eps = std::numeric_limits<double>::epsilon();
inline constexpr std::int64_t gp_samples = 48;
inline constexpr int gp_folds = 5;
inline const std::vector<double> gp_lengths = {0.7, 3};
inline const std::vector<double> gp_noises = {1e-6, 1e-3, 0.1};
inline const std::vector<double> gp_signals = {0.5, 2};

struct GpCase {
  Kernel kernel;
  Mean mean;
  FitOn fit_on;
  int levels;  // of the features: 0 = no two rows are equal
};

inline Spec gp_study(const Dataset& data, const GpCase& c) {
  Spec spec = make_spec(data);
  spec.cv.folds = {gp_folds};
  spec.fit_on = {c.fit_on};
  spec.models = {make_entry("GPR", "gpr",
                            {{"kernel", {static_cast<double>(static_cast<int>(c.kernel))}},
                             {"mean", {static_cast<double>(static_cast<int>(c.mean))}},
                             {"length_scale", gp_lengths},
                             {"noise_variance", gp_noises},
                             {"signal_variance", gp_signals}})};
  return spec;
}

/// Largest condition number of K + (s / v) I over the folds of a seed, for one length scale, K over standardised rows.
class GpConditions {
 public:
  GpConditions(const Dataset& data, const GpCase& c, const Spec& spec) {
    for (const std::int64_t seed : spec.cv.seeds) {
      const Split split = kfold(data.n_samples(), gp_folds, seed);
      for (double length : gp_lengths) {
        std::vector<std::pair<double, double>>& folds = range_.emplace_back();
        for (int fold = 0; fold < gp_folds; ++fold)
          folds.push_back(extreme_eigenvalues(kernel_matrix(data, row_set(split, fold).train, c, length)));
      }
    }
  }

  /// Of a trial at a seed.
  double largest(std::int64_t trial, std::int32_t seed) const {
    const auto t = static_cast<std::size_t>(trial);
    const std::size_t length = t / (gp_noises.size() * gp_signals.size());
    const double ratio = gp_noises[t / gp_signals.size() % gp_noises.size()] / gp_signals[t % gp_signals.size()];
    double worst = 1;
    for (const auto& [low, high] : range_[static_cast<std::size_t>(seed) * gp_lengths.size() + length])
      worst = std::max(worst, (high + ratio) / (std::max(low, 0.0) + ratio));
    return worst;
  }

 private:
  static Matrix<double> kernel_matrix(const Dataset& data, const std::vector<std::int32_t>& rows, const GpCase& c,
                                      double length) {
    const auto n = static_cast<std::int64_t>(rows.size());
    Matrix<double> q(n, n);
    for (std::int64_t f = 0; f < data.n_features(); ++f) {
      double mean = 0, square = 0;
      for (std::int32_t row : rows) mean += data.X(row, f) / static_cast<double>(n);
      for (std::int32_t row : rows) square += std::pow(data.X(row, f) - mean, 2) / static_cast<double>(n);
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < n; ++j)
          q(i, j) +=
              std::pow(data.X(rows[static_cast<std::size_t>(i)], f) - data.X(rows[static_cast<std::size_t>(j)], f), 2) /
              (square * length * length);
    }
    KernelFunction function;
    function.kernel = c.kernel;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) q(i, j) = evaluate(function, q(i, j));
    return q;
  }

  std::vector<std::vector<std::pair<double, double>>> range_;
};

inline double sd_of(const std::vector<double>& y) {
  double mean = 0, square = 0;
  for (double v : y) mean += v / static_cast<double>(y.size());
  for (double v : y) square += (v - mean) * (v - mean) / static_cast<double>(y.size());
  return std::sqrt(square);
}

/// Largest difference of two runs in units of the promise, 50 eps cond(A) sd(y).
inline double worst_ratio(const Cells& a, const Cells& b, const GpConditions& conditions, double sd_y) {
  double worst = 0;
  for (const auto& [key, value] : a) {
    const auto& [model, trial, seed] = key;
    const double cond = conditions.largest(trial, seed);
    const double bound = 50 * eps * cond * sd_y;
    const CellValue& other = b.at(key);
    for (std::size_t i = 0; i < value.prediction.size(); ++i) {
      worst = std::max(worst, std::abs(value.prediction[i] - other.prediction[i]) / bound);
      worst = std::max(worst, std::abs(value.sd[i] - other.sd[i]) / bound);
    }
    if (value.status != other.status) return std::numeric_limits<double>::infinity();
  }
  return worst;
}

struct Planted {
  int planted = 0;
  int caught = 0;
};

/// Plant an error of 1e-9 sd(y) in one prediction of every cell whose bound is half of that at most; how many of them
/// worst_ratio catches.
inline Planted plant_billionths(const Cells& cells, const Cells& reference, const GpConditions& conditions,
                                double sd_y) {
  Planted found;
  for (auto [key, value] : cells) {
    const auto& [model, trial, seed] = key;
    if (50 * eps * conditions.largest(trial, seed) > 0.5e-9) continue;
    value.prediction[7] += 1e-9 * sd_y;
    ++found.planted;
    found.caught += worst_ratio({{key, value}}, reference, conditions, sd_y) > 1.0 ? 1 : 0;
  }
  return found;
}

inline std::vector<GpCase> gp_cases() {
  std::vector<GpCase> all;
#ifdef __SANITIZE_ADDRESS__  // minutes there; the kernels differ in one function, which has tests of its own
  const std::vector<Kernel> kernels = {Kernel::squared_exponential, Kernel::rational_quadratic};
#else
  const std::vector<Kernel> kernels = {Kernel::squared_exponential, Kernel::matern32, Kernel::matern52,
                                       Kernel::rational_quadratic, Kernel::exponential};
#endif
  for (Kernel kernel : kernels)
    for (Mean mean : {Mean::zero, Mean::constant, Mean::linear})
      for (FitOn fit_on : {FitOn::fold, FitOn::all})
        for (int levels : {0, 3}) all.push_back({kernel, mean, fit_on, levels});
  return all;
}

inline std::string gp_case_name(const ::testing::TestParamInfo<GpCase>& info) {
  const char* const kernels[] = {"SquaredExponential", "Matern32", "Matern52", "RationalQuadratic", "Exponential"};
  const char* const means[] = {"Zero", "Constant", "Linear"};
  const GpCase& c = info.param;
  return std::string(kernels[static_cast<int>(c.kernel)]) + means[static_cast<int>(c.mean)] +
         (c.fit_on == FitOn::all ? "ScaledOnAll" : "ScaledPerFold") + (c.levels > 0 ? "Replicates" : "");
}

}  // namespace kilofold::testing
