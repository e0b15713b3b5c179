// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "reference/reference_svr.hpp"
#include "reference/reference_svr_kernel.hpp"

namespace kilofold {
namespace {

using Real = long double;
using Vector = std::vector<Real>;

constexpr Real infinite = std::numeric_limits<Real>::infinity();

/// Predictions at which a row's set has a subgradient equal to its coefficient: from sorted thresholds, each crossed
/// upwards takes one C from count times C.
struct Admitted {
  Real low, high;
};

Admitted admitted(std::vector<Real> thresholds, Real coefficient, Real C) {
  std::sort(thresholds.begin(), thresholds.end());
  const Real count = static_cast<Real>(thresholds.size()) / 2;
  const Real crossed = count - coefficient / C;  // thresholds that must lie at or below the prediction
  const Real whole = std::round(crossed);
  const bool on_kink = std::fabs(crossed - whole) <= 8 * std::numeric_limits<double>::epsilon() * std::max(count, 1.0L);
  const auto below = static_cast<std::ptrdiff_t>(on_kink ? whole : std::ceil(crossed));
  const auto above = static_cast<std::ptrdiff_t>(on_kink ? whole : std::floor(crossed));
  const auto n = static_cast<std::ptrdiff_t>(thresholds.size());
  return {below <= 0 ? -infinite : thresholds[static_cast<std::size_t>(std::min(below, n) - 1)],
          above >= n ? infinite : thresholds[static_cast<std::size_t>(std::max<std::ptrdiff_t>(above, 0))]};
}

}  // namespace

SvrCertificate certify_svr(MatrixView<const double> X, std::span<const double> y, std::span<const double> beta,
                           double b, const ReferenceSvr& parameters) {
  std::map<Vector, std::size_t> number;
  std::vector<Vector> rows;
  std::vector<std::vector<Real>> thresholds;
  const Real epsilon = parameters.epsilon, C = parameters.C;
  Real largest_y = 0, largest_kernel = 0, magnitude = 0;
  for (std::int64_t i = 0; i < X.rows; ++i) {
    Vector x;
    for (std::int64_t f = 0; f < X.cols; ++f) x.push_back(static_cast<Real>(X(i, f)));
    const auto [entry, added] = number.try_emplace(x, rows.size());
    if (added) {
      rows.push_back(x);
      thresholds.emplace_back();
    }
    const Real target = y[static_cast<std::size_t>(i)];
    thresholds[entry->second].push_back(target - epsilon);
    thresholds[entry->second].push_back(target + epsilon);
    largest_y = std::max(largest_y, std::fabs(target));
  }
  SvrCertificate found{0, 0, 0, 0};
  Real sum = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Real prediction = static_cast<Real>(b);
    for (std::size_t q = 0; q < rows.size(); ++q)
      prediction += reference_kernel(parameters, rows[q], rows[r]) * static_cast<Real>(beta[q]);
    const Admitted range = admitted(thresholds[r], static_cast<Real>(beta[r]), C);
    found.prediction = std::max({found.prediction, range.low - prediction, prediction - range.high});
    found.box =
        std::max(found.box, std::fabs(static_cast<Real>(beta[r])) - C * static_cast<Real>(thresholds[r].size()) / 2);
    largest_kernel = std::max(largest_kernel, reference_kernel(parameters, rows[r], rows[r]));
    magnitude += std::fabs(static_cast<Real>(beta[r]));
    sum += static_cast<Real>(beta[r]);
  }
  found.sum = std::fabs(sum);
  found.rounding = std::numeric_limits<double>::epsilon() * (largest_kernel * magnitude + largest_y);
  return found;
}

}  // namespace kilofold
