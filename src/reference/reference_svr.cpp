// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_svr.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace kilofold {
namespace {

using Real = long double;
using Vector = std::vector<Real>;

constexpr Real infinite = std::numeric_limits<Real>::infinity();

Real kernel_value(const ReferenceSvr& p, const Vector& x, const Vector& z) {
  Real product = 0, distance = 0;
  for (std::size_t f = 0; f < x.size(); ++f) {
    product += x[f] * z[f];
    distance += (x[f] - z[f]) * (x[f] - z[f]);
  }
  if (p.kernel == ReferenceSvrKernel::rbf) return std::exp(-static_cast<Real>(p.gamma) * distance);
  if (p.kernel == ReferenceSvrKernel::linear) return product;
  return std::pow(static_cast<Real>(p.gamma) * product + static_cast<Real>(p.coef0), p.degree);
}

/// Centre and unit of a column's training values.
struct Scale {
  Real centre = 0, unit = 1;
};

Scale scale_of(const Vector& v, ReferenceScaling scaling) {
  if (scaling == ReferenceScaling::none) return {};
  if (std::all_of(v.begin(), v.end(), [&](Real x) { return x == v.front(); })) return {v.front(), 1};
  Real sum = 0, squares = 0;
  for (const Real x : v) sum += x;
  const Real centre = sum / static_cast<Real>(v.size());
  for (const Real x : v) squares += (x - centre) * (x - centre);
  return {centre, scaling == ReferenceScaling::center ? 1 : std::sqrt(squares / static_cast<Real>(v.size()))};
}

/// Rows of a table, each feature scaled.
std::vector<Vector> scaled_rows(MatrixView<const double> X, std::span<const std::int32_t> rows,
                                const std::vector<Scale>& scales) {
  std::vector<Vector> out;
  for (const std::int32_t row : rows) {
    Vector& x = out.emplace_back();
    for (std::int64_t f = 0; f < X.cols; ++f) {
      const Scale& scale = scales[static_cast<std::size_t>(f)];
      x.push_back((static_cast<Real>(X(row, f)) - scale.centre) / scale.unit);
    }
  }
  return out;
}

/// The dual in 2 n variables: a_i >= 0 pulls the prediction of row i up (i < n) or down (i >= n).
class Dual {
 public:
  Dual(const std::vector<Vector>& rows, const Vector& y, const ReferenceSvr& p) : n_(y.size()), C_(p.C) {
    for (const Vector& x : rows)
      for (const Vector& z : rows) K_.push_back(kernel_value(p, x, z));
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      sign_.push_back(i < n_ ? 1 : -1);
      slope_.push_back(static_cast<Real>(p.epsilon) - sign_[i] * y[i % n_]);
    }
    a_.assign(2 * n_, 0);
  }

  void solve(Real tolerance) {
    for (;;) {
      const auto [up, low] = most_violating();
      if (up == 2 * n_ || low == 2 * n_ || value(up) - value(low) <= tolerance) return;
      exchange(up, low);
    }
  }

  Real coefficient(std::size_t row) const { return a_[row] - a_[row + n_]; }

  Real bias() const {
    Real sum = 0, high = infinite, below = -infinite;
    std::size_t n_free = 0;
    for (std::size_t i = 0; i < 2 * n_; ++i) {
      if (a_[i] > 0 && a_[i] < C_) {
        sum += value(i);
        ++n_free;
      }
      if (rises(i)) below = std::max(below, value(i));
      if (falls(i)) high = std::min(high, value(i));
    }
    return n_free > 0 ? sum / static_cast<Real>(n_free) : (high + below) / 2;
  }

 private:
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

  void exchange(std::size_t up, std::size_t low) {
    const Real bend = std::max(K(up, up) + K(low, low) - 2 * K(up, low), std::numeric_limits<Real>::epsilon());
    const Real room_up = sign_[up] > 0 ? C_ - a_[up] : a_[up];
    const Real room_low = sign_[low] > 0 ? a_[low] : C_ - a_[low];
    const Real step = std::min({(value(up) - value(low)) / bend, room_up, room_low});
    a_[up] = step == room_up ? (sign_[up] > 0 ? C_ : 0) : a_[up] + sign_[up] * step;
    a_[low] = step == room_low ? (sign_[low] > 0 ? 0 : C_) : a_[low] - sign_[low] * step;
    for (std::size_t i = 0; i < 2 * n_; ++i) slope_[i] += sign_[i] * step * (K(i, up) - K(i, low));
  }

  std::size_t n_;
  Real C_;
  Vector K_, sign_, slope_, a_;
};

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

double reference_gamma_scale(MatrixView<const double> X) {
  Real sum = 0, squares = 0;
  const auto entries = static_cast<Real>(X.rows * X.cols);
  for (std::int64_t f = 0; f < X.cols; ++f)
    for (std::int64_t i = 0; i < X.rows; ++i) sum += static_cast<Real>(X(i, f));
  for (std::int64_t f = 0; f < X.cols; ++f)
    for (std::int64_t i = 0; i < X.rows; ++i) {
      const Real off = static_cast<Real>(X(i, f)) - sum / entries;
      squares += off * off;
    }
  return squares == 0 ? 1 : static_cast<double>(entries / (static_cast<Real>(X.cols) * squares));
}

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
      prediction += kernel_value(parameters, rows[q], rows[r]) * static_cast<Real>(beta[q]);
    const Admitted range = admitted(thresholds[r], static_cast<Real>(beta[r]), C);
    found.prediction = std::max({found.prediction, range.low - prediction, prediction - range.high});
    found.box =
        std::max(found.box, std::fabs(static_cast<Real>(beta[r])) - C * static_cast<Real>(thresholds[r].size()) / 2);
    largest_kernel = std::max(largest_kernel, kernel_value(parameters, rows[r], rows[r]));
    magnitude += std::fabs(static_cast<Real>(beta[r]));
    sum += static_cast<Real>(beta[r]);
  }
  found.sum = std::fabs(sum);
  found.rounding = std::numeric_limits<double>::epsilon() * (largest_kernel * magnitude + largest_y);
  return found;
}

std::vector<double> reference_svr(MatrixView<const double> X, std::span<const double> y,
                                  std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                  ReferenceScaling features, ReferenceScaling target, const ReferenceSvr& parameters) {
  std::vector<Scale> scales;
  for (std::int64_t f = 0; f < X.cols; ++f) {
    Vector column;
    for (const std::int32_t row : train) column.push_back(static_cast<Real>(X(row, f)));
    scales.push_back(scale_of(column, features));
  }
  Vector scaled;
  for (const std::int32_t row : train) scaled.push_back(static_cast<Real>(y[static_cast<std::size_t>(row)]));
  const Scale of_target = scale_of(scaled, target);
  for (Real& value : scaled) value = (value - of_target.centre) / of_target.unit;
  const auto [low, high] = std::minmax_element(scaled.begin(), scaled.end());

  const std::vector<Vector> rows = scaled_rows(X, train, scales);
  Dual dual(rows, scaled, parameters);
  dual.solve(1e-12L * (*high - *low));
  std::vector<double> predictions;
  for (const Vector& x : scaled_rows(X, held_out, scales)) {
    Real prediction = dual.bias();
    for (std::size_t i = 0; i < rows.size(); ++i)
      prediction += dual.coefficient(i) * kernel_value(parameters, rows[i], x);
    predictions.push_back(static_cast<double>(prediction * of_target.unit + of_target.centre));
  }
  return predictions;
}

}  // namespace kilofold
