// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_gp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "reference/reference_scaling.hpp"

namespace kilofold {
namespace {

using Real = long double;
using Vector = std::vector<Real>;
using Square = std::vector<Vector>;

constexpr Real eps = std::numeric_limits<double>::epsilon();

Real dot(const Vector& a, const Vector& b) {
  Real s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
  return s;
}

Real covariance(const ReferenceGp& model, const Vector& a, const Vector& b) {
  Real q = 0;
  for (std::size_t f = 0; f < a.size(); ++f) {
    const Real difference = (a[f] - b[f]) / model.length_scale[model.length_scale.size() == 1 ? 0 : f];
    q += difference * difference;
  }
  const Real s = std::sqrt(q), gamma = model.gamma;
  switch (model.kernel) {
    case Kernel::squared_exponential:
      return std::exp(-q / 2);
    case Kernel::matern32:
      return (1 + std::sqrt(3.0L) * s) * std::exp(-std::sqrt(3.0L) * s);
    case Kernel::matern52:
      return (1 + std::sqrt(5.0L) * s + 5 * q / 3) * std::exp(-std::sqrt(5.0L) * s);
    case Kernel::rational_quadratic:
      return std::pow(1 + q / (2 * static_cast<Real>(model.alpha)), -static_cast<Real>(model.alpha));
    case Kernel::exponential:
      return std::exp(-s);
    case Kernel::rbf:
      return std::exp(-gamma * q);
    case Kernel::linear:
      return dot(a, b);
    case Kernel::polynomial:
      return std::pow(gamma * dot(a, b) + model.coef0, static_cast<Real>(model.degree));
  }
  return NAN;
}

/// The lower triangular L with L L' = A.
Square cholesky(const Square& A) {
  Square L(A.size(), Vector(A.size(), 0));
  for (std::size_t j = 0; j < A.size(); ++j) {
    for (std::size_t i = j; i < A.size(); ++i) {
      Real s = A[i][j];
      for (std::size_t k = 0; k < j; ++k) s -= L[i][k] * L[j][k];
      L[i][j] = i == j ? std::sqrt(s) : s / L[j][j];
    }
  }
  return L;
}

Vector solve(const Square& L, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= L[i][k] * b[k];
    b[i] /= L[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= L[k][i] * b[k];
    b[i] /= L[i][i];
  }
  return b;
}

Vector times(const Square& A, const Vector& x) {
  Vector y;
  for (const Vector& row : A) y.push_back(dot(row, x));
  return y;
}

/// Largest eigenvalue of a positive definite operator, from below.
template <class Apply> Real largest_eigenvalue(std::size_t n, Apply apply) {
  Vector x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 1 + static_cast<Real>(i % 7);
  Real norm = 0;
  for (int step = 0; step < 30; ++step) {
    norm = std::sqrt(dot(x, x));
    for (Real& v : x) v /= norm;
    x = apply(x);
  }
  return std::sqrt(dot(x, x));
}

/// Ratio of the largest and smallest eigenvalue of A = L L'.
Real condition_of(const Square& A, const Square& L) {
  const Real largest = largest_eigenvalue(A.size(), [&](const Vector& x) { return times(A, x); });
  const Real inverse = largest_eigenvalue(A.size(), [&](const Vector& x) { return solve(L, x); });
  return largest * inverse;
}

/// The basis (1, x_1 .. x_d) of rows; column by column.
Square basis_of(const Square& rows, Mean mean) {
  Square columns;
  if (mean != Mean::zero) columns.push_back(Vector(rows.size(), 1));
  for (std::size_t f = 0; mean == Mean::linear && !rows.empty() && f < rows[0].size(); ++f) {
    columns.emplace_back();
    for (const Vector& row : rows) columns.back().push_back(row[f]);
  }
  return columns;
}

/// Which columns are independent of those left of them.
std::vector<bool> independent(const Square& columns) {
  std::vector<bool> kept;
  Square directions;
  for (Vector left : columns) {
    const Real whole = std::sqrt(dot(left, left));
    for (const Vector& q : directions) {
      const Real along = dot(q, left);
      for (std::size_t i = 0; i < left.size(); ++i) left[i] -= along * q[i];
    }
    const Real norm = std::sqrt(dot(left, left));
    kept.push_back(norm > static_cast<Real>(std::max(left.size(), columns.size())) * eps * whole);
    if (!kept.back()) continue;
    for (Real& v : left) v /= norm;
    directions.push_back(left);
  }
  return kept;
}

void keep(Square& columns, const std::vector<bool>& kept) {
  std::size_t next = 0;
  for (std::size_t j = 0; j < kept.size() && j < columns.size(); ++j) {
    if (kept[j]) std::swap(columns[next++], columns[j]);
  }
  columns.resize(std::min(next, columns.size()));
}

/// One fit: the training rows' solves, by name.
struct Fit {
  Square L;        ///< of A
  Square H;        ///< basis columns
  Square A_inv_H;  ///< A^-1 H, column by column
  Square G;        ///< Cholesky factor of H' A^-1 H
  Vector b;
  Vector residual;  ///< y - H b
  Vector A_inv_residual;
};

Fit fit_of(const Square& A, const Vector& y, Square H) {
  Fit fit;
  fit.L = cholesky(A);
  fit.H = std::move(H);
  for (const Vector& h : fit.H) fit.A_inv_H.push_back(solve(fit.L, h));
  Square product;
  Vector right;
  for (const Vector& h : fit.H) {
    product.emplace_back();
    for (const Vector& a : fit.A_inv_H) product.back().push_back(dot(h, a));
  }
  for (const Vector& a : fit.A_inv_H) right.push_back(dot(a, y));
  fit.G = cholesky(product);
  fit.b = solve(fit.G, right);
  fit.residual = y;
  for (std::size_t j = 0; j < fit.b.size(); ++j) {
    for (std::size_t i = 0; i < y.size(); ++i) fit.residual[i] -= fit.b[j] * fit.H[j][i];
  }
  fit.A_inv_residual = solve(fit.L, fit.residual);
  return fit;
}

/// The mean's coefficients where every target is 1.
Vector coefficients_of_ones(const Fit& fit) {
  Vector right;
  for (const Vector& a : fit.A_inv_H) right.push_back(std::accumulate(a.begin(), a.end(), Real{0}));
  return solve(fit.G, right);
}

struct Scaled {
  Square train, held_out;  ///< rows of features
  Vector y;
  ReferenceScale target;
};

Scaled scale(MatrixView<const double> X, std::span<const double> y, std::span<const std::int32_t> train,
             std::span<const std::int32_t> held_out, std::span<const std::int32_t> feature_rows,
             const ReferenceGp& model) {
  Scaled s{Square(train.size()), Square(held_out.size()), {}, reference_scale(y.data(), train, model.target)};
  for (std::int64_t f = 0; f < X.cols; ++f) {
    const ReferenceScale scale = reference_scale(X.col(f), feature_rows, model.features);
    for (std::size_t i = 0; i < train.size(); ++i) s.train[i].push_back(scale.of(X(train[i], f)));
    for (std::size_t i = 0; i < held_out.size(); ++i) s.held_out[i].push_back(scale.of(X(held_out[i], f)));
  }
  for (const std::int32_t i : train) s.y.push_back(s.target.of(y[static_cast<std::size_t>(i)]));
  return s;
}

}  // namespace

ReferenceGpFit reference_gp(MatrixView<const double> X, std::span<const double> y, std::span<const std::int32_t> train,
                            std::span<const std::int32_t> held_out, std::span<const std::int32_t> feature_rows,
                            const ReferenceGp& model) {
  const Scaled s = scale(X, y, train, held_out, feature_rows, model);
  const std::size_t n = train.size();
  const Real v = model.signal_variance;
  const Real floor = model.noise_floor == NoiseFloor::raise ? 16 * static_cast<Real>(X.rows) * eps * v : 0;
  const Real noise = std::max<Real>(model.noise_variance, floor);
  Square A(n, Vector(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) A[i][j] = covariance(model, s.train[i], s.train[j]) + (i == j ? noise / v : 0);
  }
  Square H = basis_of(s.train, model.mean), H_held_out = basis_of(s.held_out, model.mean);
  const std::vector<bool> kept = independent(H);
  keep(H, kept);
  keep(H_held_out, kept);
  const Fit fit = fit_of(A, s.y, H);

  const Vector A_inv_ones = solve(fit.L, Vector(n, 1)), b_of_ones = coefficients_of_ones(fit);
  Real centre_kept = 0, largest_variance = 0;
  ReferenceGpFit out;
  for (std::size_t e = 0; e < held_out.size(); ++e) {
    Vector k, w;
    for (const Vector& row : s.train) k.push_back(covariance(model, s.held_out[e], row));
    Real mean = dot(k, fit.A_inv_residual);
    for (std::size_t j = 0; j < H.size(); ++j) {
      mean += H_held_out[j][e] * fit.b[j];
      w.push_back(H_held_out[j][e] - dot(fit.A_inv_H[j], k));
    }
    const Real own = covariance(model, s.held_out[e], s.held_out[e]);
    const Real variance = v * (own - dot(k, solve(fit.L, k)) + dot(w, solve(fit.G, w))) + noise;
    centre_kept = std::max(centre_kept, std::fabs(1 - dot(k, A_inv_ones) - dot(w, b_of_ones)));
    largest_variance = std::max(largest_variance, variance);
    out.mean.push_back(static_cast<double>(s.target.centre + s.target.unit * mean));
    out.sd.push_back(static_cast<double>(s.target.unit * std::sqrt(variance)));
  }
  Real log_det = 0;
  for (std::size_t i = 0; i < n; ++i) log_det += std::log(fit.L[i][i]) + std::log(v) / 2;
  const Real two_pi = 8 * std::atan(1.0L);
  out.log_marginal_likelihood = static_cast<double>(-dot(fit.residual, fit.A_inv_residual) / (2 * v) - log_det -
                                                    static_cast<Real>(n) / 2 * std::log(two_pi));
  out.condition = static_cast<double>(condition_of(A, fit.L));
  out.target_sd = static_cast<double>(reference_scale(y.data(), train, Scaling::zscore).unit);
  const Real unit = s.target.unit, relative = 50 * eps * out.condition, off = s.target.centre_rounding;
  const Real size = std::max<Real>(unit * std::sqrt(dot(s.y, s.y) / static_cast<Real>(n)), model.least_size);
  out.bound = static_cast<double>(relative * size + centre_kept * off) + answer_rounding(out.mean);
  out.sd_bound = static_cast<double>(relative * std::max<Real>(out.target_sd, unit * std::sqrt(v)) +
                                     std::sqrt(largest_variance) * off * off / unit);
  return out;
}

}  // namespace kilofold
