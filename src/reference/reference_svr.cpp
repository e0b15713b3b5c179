// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_svr.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "reference/reference_scaling.hpp"
#include "reference/reference_svr_kernel.hpp"

namespace kilofold {
namespace {

using Real = long double;
using Vector = std::vector<Real>;

constexpr Real infinite = std::numeric_limits<Real>::infinity();
constexpr Real most_work = 5e8L;

/// Rows of a table, each feature scaled.
std::vector<Vector> scaled_rows(MatrixView<const double> X, std::span<const std::int32_t> rows,
                                const std::vector<ReferenceScale>& scales) {
  std::vector<Vector> out;
  for (const std::int32_t row : rows) {
    Vector& x = out.emplace_back();
    for (std::int64_t f = 0; f < X.cols; ++f) x.push_back(scales[static_cast<std::size_t>(f)].of(X(row, f)));
  }
  return out;
}

std::vector<ReferenceScale> feature_scales(MatrixView<const double> X, std::span<const std::int32_t> rows,
                                           Scaling scaling) {
  std::vector<ReferenceScale> scales;
  for (std::int64_t f = 0; f < X.cols; ++f) scales.push_back(reference_scale(X.col(f), rows, scaling));
  return scales;
}

/// The dual in 2 n variables: a_i >= 0 pulls the prediction of row i up (i < n) or down (i >= n).
class Dual {
 public:
  Dual(const std::vector<Vector>& rows, const Vector& y, const ReferenceSvr& p) : n_(y.size()), C_(p.C) {
    for (const Vector& x : rows)
      for (const Vector& z : rows) K_.push_back(reference_kernel(p, x, z));
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      sign_.push_back(i < n_ ? 1 : -1);
      slope_.push_back(static_cast<Real>(p.epsilon) - sign_[i] * y[i % n_]);
    }
    a_.assign(2 * n_, 0);
  }

  /// False where that takes too long.
  bool solve(Real tolerance) {
    for (; work_ < most_work; work_ += 20 * static_cast<Real>(n_)) {
      const auto [up, low] = most_violating();
      if (up == 2 * n_ || low == 2 * n_ || value(up) - value(low) <= tolerance) return true;
      exchange(up, best_partner(up));
    }
    return false;
  }

  std::size_t n_rows() const { return n_; }
  Real kernel(std::size_t i, std::size_t j) const { return K(i, j); }
  Real coefficient(std::size_t row) const { return a_[row] - a_[row + n_]; }

  /// Variables strictly between their bounds; of rows with equal features the first alone, since only the sum counts.
  std::vector<std::size_t> free_variables() const {
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      const auto is_same = [&](std::size_t j) {
        for (std::size_t k = 0; k < n_; ++k)
          if (K(i, k) != K(j, k)) return false;
        return true;
      };
      if (is_free(i) && std::ranges::none_of(free, is_same)) free.push_back(i);
    }
    return free;
  }

  /// Move one variable; the slopes follow.
  void add(std::size_t variable, Real change) {
    a_[variable] += sign_[variable] * change;
    for (std::size_t i = 0; i < 2 * n_; ++i) slope_[i] += sign_[i] * change * K(i, variable);
  }

  /// Bias minus what a variable's row asks of it: 0 where it is free and solved.
  Real residual(std::size_t variable, Real bias) const { return value(variable) - bias; }

  /// Every condition, strict where a variable is at a bound.
  bool is_optimal(Real bias, Real tolerance) const {
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      const bool inside = rises(i) && falls(i);
      if (a_[i] < 0 || a_[i] > C_) return false;
      if (inside ? std::fabs(value(i) - bias) > tolerance : rises(i) ? value(i) > bias : value(i) < bias) return false;
    }
    return true;
  }

  Real bias() const {
    Real sum = 0, high = infinite, below = -infinite;
    std::size_t n_free = 0;
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      if (is_free(i)) {
        sum += value(i);
        ++n_free;
      }
      if (rises(i)) below = std::max(below, value(i));
      if (falls(i)) high = std::min(high, value(i));
    }
    return n_free > 0 ? sum / static_cast<Real>(n_free) : (high + below) / 2;
  }

 private:
  bool is_free(std::size_t i) const { return a_[i] > 0 && a_[i] < C_; }
  bool rises(std::size_t i) const { return sign_[i] > 0 ? a_[i] < C_ : a_[i] > 0; }
  bool falls(std::size_t i) const { return sign_[i] > 0 ? a_[i] > 0 : a_[i] < C_; }
  Real value(std::size_t i) const { return -sign_[i] * slope_[i]; }
  Real K(std::size_t i, std::size_t j) const { return K_[(i % n_) * n_ + j % n_]; }

  std::pair<std::size_t, std::size_t> most_violating() const {
    std::size_t up = 2 * n_, low = 2 * n_;
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      if (rises(i) && (up == 2 * n_ || value(i) > value(up))) up = i;
      if (falls(i) && (low == 2 * n_ || value(i) < value(low))) low = i;
    }
    return {up, low};
  }

  Real bend_of(std::size_t up, std::size_t low) const {
    return std::max(K(up, up) + K(low, low) - 2 * K(up, low), std::numeric_limits<Real>::epsilon());
  }

  /// With whom a step of `up`, were it not for the bounds, would gain most.
  std::size_t best_partner(std::size_t up) const {
    std::size_t best = 2 * n_;
    Real most = 0;
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      const Real slope = value(up) - value(i);
      if (!falls(i) || slope <= 0 || slope * slope / bend_of(up, i) <= most) continue;
      most = slope * slope / bend_of(up, i);
      best = i;
    }
    return best;
  }

  void exchange(std::size_t up, std::size_t low) {
    const Real bend = bend_of(up, low);
    const Real room_up = sign_[up] > 0 ? C_ - a_[up] : a_[up];
    const Real room_low = sign_[low] > 0 ? a_[low] : C_ - a_[low];
    const Real step = std::min({(value(up) - value(low)) / bend, room_up, room_low});
    a_[up] = step == room_up ? (sign_[up] > 0 ? C_ : 0) : a_[up] + sign_[up] * step;
    a_[low] = step == room_low ? (sign_[low] > 0 ? 0 : C_) : a_[low] - sign_[low] * step;
    for (std::size_t i = 0; i < 2 * n_; ++i) slope_[i] += sign_[i] * step * (K(i, up) - K(i, low));
  }

  std::size_t n_;
  Real C_, work_ = 0;
  Vector K_, sign_, slope_, a_;
};

/// Solve M x = b for every right-hand side beside M, by elimination with row exchanges. False where M is singular.
bool eliminate(std::vector<Vector>& M, std::size_t size) {
  Real largest = 0;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) largest = std::max(largest, std::fabs(M[i][j]));
  for (std::size_t k = 0; k < size; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < size; ++i)
      if (std::fabs(M[i][k]) > std::fabs(M[pivot][k])) pivot = i;
    if (std::fabs(M[pivot][k]) < static_cast<Real>(size) * std::numeric_limits<Real>::epsilon() * largest) return false;
    std::swap(M[k], M[pivot]);
    for (std::size_t i = 0; i < size; ++i) {
      if (i == k) continue;
      const Real factor = M[i][k] / M[k][k];
      for (std::size_t j = k; factor != 0 && j < M[i].size(); ++j) M[i][j] -= factor * M[k][j];
    }
  }
  for (std::size_t k = 0; k < size; ++k)
    for (std::size_t j = size; j < M[k].size(); ++j) M[k][j] /= M[k][k];
  return true;
}

/// The answer that an active set stands for.
struct Solution {
  Real bias = 0;
  Real amplification = 1;  ///< of a residual of the conditions, in the prediction of a held-out row
};

/// Solve for the free variables and the bias: K_FF (change) + b = residual, changes that keep the sum of coefficients
/// 0. False where that says nothing: a singular block, or conditions that fail.
bool solve_active_set(Dual& dual, const std::vector<Vector>& cross, Real tolerance, Solution& solution) {
  const std::vector<std::size_t> free = dual.free_variables();
  const std::size_t f = free.size();
  solution = {dual.bias(), 1};
  if (f == 0) return dual.is_optimal(solution.bias, tolerance);
  Real sum = 0;
  for (std::size_t row = 0; row < dual.n_rows(); ++row) sum += dual.coefficient(row);
  std::vector<Vector> M(f + 1);
  for (std::size_t i = 0; i <= f; ++i) {
    for (std::size_t j = 0; j <= f; ++j)
      M[i].push_back(i < f && j < f ? dual.kernel(free[i], free[j]) : i == f && j == f ? 0 : 1);
    M[i].push_back(i < f ? dual.residual(free[i], 0) : -sum);
    for (const Vector& k : cross) M[i].push_back(i < f ? k[free[i] % dual.n_rows()] : 1);
  }
  if (!eliminate(M, f + 1)) return false;
  for (std::size_t i = 0; i < f; ++i) dual.add(free[i], M[i][f + 1]);
  solution.bias = M[f][f + 1];
  for (std::size_t e = 0; e < cross.size(); ++e) {
    Real size = 1;
    for (const Vector& row : M) size += std::fabs(row[f + 2 + e]);
    solution.amplification = std::max(solution.amplification, size);
  }
  return dual.is_optimal(solution.bias, tolerance);
}

/// What 64 roundings of double leave open in the conditions.
Real promised_residual(const Dual& dual, const Vector& y) {
  Real largest_kernel = 0, magnitude = 0, largest = 0;
  for (std::size_t i = 0; i < dual.n_rows(); ++i) {
    largest_kernel = std::max(largest_kernel, dual.kernel(i, i));
    magnitude += std::fabs(dual.coefficient(i));
    largest = std::max(largest, std::fabs(y[i]));
  }
  return 64 * std::numeric_limits<double>::epsilon() * (std::max(largest_kernel, 1.0L) * magnitude + largest);
}

}  // namespace

double reference_gamma_scale(MatrixView<const double> X, std::span<const std::int32_t> train,
                             std::span<const std::int32_t> feature_rows, Scaling features) {
  Real sum = 0, squares = 0;
  const auto entries = static_cast<Real>(static_cast<std::int64_t>(train.size()) * X.cols);
  const std::vector<Vector> rows = scaled_rows(X, train, feature_scales(X, feature_rows, features));
  for (const Vector& x : rows) sum = std::accumulate(x.begin(), x.end(), sum);
  for (const Vector& x : rows)
    for (const Real v : x) squares += (v - sum / entries) * (v - sum / entries);
  return squares == 0 ? 1 : static_cast<double>(entries / (static_cast<Real>(X.cols) * squares));
}

double reference_interquartile_range(std::span<const double> y, std::span<const std::int32_t> rows) {
  std::vector<double> sorted;
  for (const std::int32_t row : rows) sorted.push_back(y[static_cast<std::size_t>(row)]);
  std::ranges::sort(sorted);
  const auto n = static_cast<Real>(sorted.size());
  const auto quantile = [&](Real p) {
    for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
      const Real below = (static_cast<Real>(i) + 0.5L) / n, above = (static_cast<Real>(i) + 1.5L) / n;
      if (p <= below) return static_cast<Real>(sorted[i]);
      if (p < above) return sorted[i] + (p - below) / (above - below) * (sorted[i + 1] - sorted[i]);
    }
    return static_cast<Real>(sorted.back());
  };
  return static_cast<double>(quantile(0.75L) - quantile(0.25L));
}

ReferenceSvrFit reference_svr(MatrixView<const double> X, std::span<const double> y,
                              std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                              std::span<const std::int32_t> feature_rows, Scaling features, Scaling target,
                              const ReferenceSvr& parameters) {
  const std::vector<ReferenceScale> scales = feature_scales(X, feature_rows, features);
  const ReferenceScale of_target = reference_scale(y.data(), train, target);
  Vector scaled;
  for (const std::int32_t row : train) scaled.push_back(of_target.of(y[static_cast<std::size_t>(row)]));
  const auto [low, high] = std::ranges::minmax_element(scaled);
  const Real range = *high - *low;
  const std::vector<Vector> rows = scaled_rows(X, train, scales);
  std::vector<Vector> cross;
  for (const Vector& x : scaled_rows(X, held_out, scales)) {
    cross.emplace_back();
    for (const Vector& row : rows) cross.back().push_back(reference_kernel(parameters, row, x));
  }

  Dual dual(rows, scaled, parameters);
  ReferenceSvrFit fit{ReferenceSvrFit::Kind::degenerate, {}, 0};
  Dual answer = dual;
  Solution solution;
  for (Real gap = 1e-6L; fit.kind == ReferenceSvrFit::Kind::degenerate && gap > 1e-15L; gap /= 100) {
    if (!dual.solve(gap * range)) fit.kind = ReferenceSvrFit::Kind::unsolved;
    answer = dual;
    if (fit.kind != ReferenceSvrFit::Kind::unsolved && solve_active_set(answer, cross, 1e-15L * range, solution))
      fit.kind = ReferenceSvrFit::Kind::proven;
  }
  if (fit.kind != ReferenceSvrFit::Kind::proven) {
    answer = dual;
    solution = {dual.bias(), 1};
  }
  for (const Vector& k : cross) {
    Real prediction = solution.bias;
    for (std::size_t i = 0; i < rows.size(); ++i) prediction += answer.coefficient(i) * k[i];
    fit.prediction.push_back(static_cast<double>(prediction * of_target.unit + of_target.centre));
  }
  fit.bound = static_cast<double>(solution.amplification * promised_residual(answer, scaled) * of_target.unit);
  return fit;
}

}  // namespace kilofold
