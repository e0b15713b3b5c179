// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "reference/reference.hpp"
#include "reference/reference_scaling.hpp"

namespace kilofold {
namespace {

using Vector = std::vector<long double>;

long double dot(const Vector& a, const Vector& b) {
  long double s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
  return s;
}

/// Add c times b to a.
void add(Vector& a, long double c, const Vector& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += c * b[i];
}

long double mean(const Vector& v) {
  long double s = 0;
  for (const long double x : v) s += x;
  return s / static_cast<long double>(v.size());
}

/// Some rows of a column, scaled.
Vector scaled(const double* column, std::span<const std::int32_t> rows, const ReferenceScale& scale) {
  Vector out;
  for (const std::int32_t i : rows) out.push_back(scale.of(column[i]));
  return out;
}

Vector minus(Vector v, long double centre) {
  for (long double& x : v) x -= centre;
  return v;
}

/// Orthonormal directions q and the coordinates of the columns in them: column = sum over k of coordinate[k] q[k].
struct Basis {
  std::vector<Vector> q;
  std::vector<Vector> coordinate;  ///< [column][k]
  std::vector<std::size_t> order;  ///< the columns that gave the directions
};

Basis orthonormalise(const std::vector<Vector>& columns, long double relative_zero) {
  Basis basis;
  std::vector<Vector> rest = columns;
  basis.coordinate.assign(columns.size(), {});
  long double first = 0;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    std::size_t largest = 0;
    for (std::size_t j = 1; j < rest.size(); ++j) {
      if (dot(rest[j], rest[j]) > dot(rest[largest], rest[largest])) largest = j;
    }
    const long double norm = std::sqrt(dot(rest[largest], rest[largest]));
    if (k == 0) first = norm;
    if (norm == 0 || norm < relative_zero * first) break;
    Vector q = rest[largest];
    for (long double& x : q) x /= norm;
    for (std::size_t j = 0; j < rest.size(); ++j) {
      long double along = 0;
      for (int pass = 0; pass < 2; ++pass) {
        const long double part = dot(q, rest[j]);
        add(rest[j], -part, q);
        along += part;
      }
      basis.coordinate[j].push_back(along);
    }
    // what is left of the chosen column is rounding
    std::fill(rest[largest].begin(), rest[largest].end(), 0.0L);
    basis.q.push_back(std::move(q));
    basis.order.push_back(largest);
  }
  return basis;
}

/// The solution that uses the chosen columns alone, by back substitution.
Vector basic_solution(const Basis& basis, const Vector& y) {
  Vector w(basis.coordinate.size(), 0.0L);
  Vector rest = y;
  Vector target;
  for (const Vector& q : basis.q) {
    target.push_back(dot(q, rest));
    add(rest, -target.back(), q);
  }
  for (std::size_t k = basis.q.size(); k-- > 0;) {
    const std::size_t column = basis.order[k];
    w[column] = target[k] / basis.coordinate[column][k];
    for (std::size_t i = 0; i < k; ++i) target[i] -= basis.coordinate[column][i] * w[column];
  }
  return w;
}

/// Project w on the span of the design's rows: the coordinates, read across the columns, span it.
Vector project_on_rows(const Basis& basis, const Vector& w) {
  std::vector<Vector> rows(basis.q.size(), Vector(w.size()));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (std::size_t j = 0; j < w.size(); ++j) rows[k][j] = basis.coordinate[j][k];
  }
  Vector projected(w.size(), 0.0L);
  for (const Vector& q : orthonormalise(rows, 0).q) add(projected, dot(q, w), q);
  return projected;
}

/// Directions of the columns; with a penalty, of the columns longer by d rows, sqrt(alpha) I w = 0.
Basis basis_of(std::vector<Vector> columns, double alpha) {
  const std::size_t n = columns.front().size(), d = columns.size();
  constexpr auto eps = static_cast<long double>(std::numeric_limits<double>::epsilon());
  if (alpha == 0) return orthonormalise(columns, static_cast<long double>(std::max(n, d)) * eps);
  for (std::size_t j = 0; j < d; ++j) {
    columns[j].resize(n + d, 0.0L);
    columns[j][n + j] = std::sqrt(static_cast<long double>(alpha));
  }
  return orthonormalise(columns, 0);
}

Vector solve(const std::vector<Vector>& columns, Vector y, double alpha) {
  const Basis basis = basis_of(columns, alpha);
  if (alpha != 0) y.resize(y.size() + columns.size(), 0.0L);
  const Vector w = basic_solution(basis, y);
  return basis.q.size() < columns.size() ? project_on_rows(basis, w) : w;
}

/// The training rows as scaled, centred columns.
struct Design {
  std::vector<Vector> columns;
  std::vector<ReferenceScale> scales;
  Vector means;  ///< of the scaled columns

  Design(MatrixView<const double> X, std::span<const std::int32_t> train, std::span<const std::int32_t> feature_rows,
         Scaling scaling) {
    for (std::int64_t j = 0; j < X.cols; ++j) {
      scales.push_back(reference_scale(X.col(j), feature_rows, scaling));
      const Vector column = scaled(X.col(j), train, scales.back());
      means.push_back(mean(column));
      columns.push_back(minus(column, means.back()));
    }
  }
};

/// Frobenius norm of R^-1, R the triangle of the columns that gave the directions; row by row of the inverse's columns.
long double inverse_norm(const Basis& basis) {
  const std::size_t r = basis.q.size();
  long double squares = 0;
  for (std::size_t c = 0; c < r; ++c) {
    Vector x(r, 0.0L);
    x[c] = 1;
    for (std::size_t k = c + 1; k-- > 0;) {
      for (std::size_t j = k + 1; j <= c; ++j) x[k] -= basis.coordinate[basis.order[j]][k] * x[j];
      x[k] /= basis.coordinate[basis.order[k]][k];
    }
    squares += dot(x, x);
  }
  return std::sqrt(squares);
}

}  // namespace

std::vector<double> reference_linear(MatrixView<const double> X, std::span<const double> y,
                                     std::span<const std::int32_t> train, std::span<const std::int32_t> held_out,
                                     std::span<const std::int32_t> feature_rows, Scaling features, Scaling target,
                                     double alpha) {
  const Design design(X, train, feature_rows, features);
  const ReferenceScale target_scale = reference_scale(y.data(), train, target);
  const Vector scaled_target = scaled(y.data(), train, target_scale);
  const long double target_mean = mean(scaled_target);
  const Vector w = solve(design.columns, minus(scaled_target, target_mean), alpha);

  std::vector<double> prediction;
  for (const std::int32_t i : held_out) {
    long double p = target_mean;
    for (std::size_t j = 0; j < w.size(); ++j)
      p += w[j] * (design.scales[j].of(X(i, static_cast<std::int64_t>(j))) - design.means[j]);
    prediction.push_back(static_cast<double>(target_scale.centre + target_scale.unit * p));
  }
  return prediction;
}

double reference_condition(MatrixView<const double> X, std::span<const std::int32_t> train,
                           std::span<const std::int32_t> feature_rows, Scaling features, double alpha) {
  const Basis basis = basis_of(Design(X, train, feature_rows, features).columns, alpha);
  long double squares = 0;
  for (const Vector& column : basis.coordinate) squares += dot(column, column);
  return basis.q.empty() ? 1 : static_cast<double>(std::sqrt(squares) * inverse_norm(basis));
}

}  // namespace kilofold
