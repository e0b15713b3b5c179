// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "cpu/contract.hpp"
#include "cpu/linear_kernels.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "kilofold/backend/leave.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

/// Copy columns into whole blocks, zero below their rows.
Columns padded_copy(const double* from, std::int64_t ld_from, std::int64_t rows, std::int64_t count, double* to) {
  const Columns copy{to, rows, count, padded(rows)};
  for (std::int64_t j = 0; j < count; ++j) {
    std::memcpy(copy.col(j), from + j * ld_from, static_cast<std::size_t>(rows) * sizeof(double));
    std::fill(copy.col(j) + rows, copy.col(j) + copy.ld, 0.0);
  }
  return copy;
}

/// The factorisation of one item that answers every ridge penalty.
///
/// With the centred design X = Q R, the columns g_k of R' J, J the Jacobi rotations, are orthogonal: g_k = s_k v_k, and
/// z = J' Q' y. So w(alpha) = V diag(s / (s^2 + alpha)) U' y = sum over k of g_k z_k / (s_k^2 + alpha).
///
/// All of X is held times one power of two, and y times its own, so that no square leaves the range of double.
class Factorisation {
 public:
  void factor(const double* X, std::int64_t ld, const double* y, std::int64_t n, std::int64_t d) {
    n_ = n;
    d_ = d;
    mean_ = mean_store_.get(d + 1);
    double* const data = design_store_.get(padded(n) * (d + 1));
    Columns A = padded_copy(X, ld, n, d, data);
    padded_copy(y, n, n, 1, A.col(d));
    A.count = d + 1;
    centre_columns(A, mean_);
    design_exponent_ = normalise({data, n, d, A.ld});
    target_unit_ = std::ldexp(1.0, -normalise({A.col(d), n, 1, A.ld}));
    mean_[d] /= target_unit_;
    const std::int64_t n_columns = std::min(n, d);
    householder(A, n_columns, reflector_store_.get(A.ld));
    transpose_triangle(A, n_columns);
    square_ = square_store_.get(n_columns);
    orthogonalise(G_, z_, square_);
    count_rank();
  }

  /// Weights (d) of one penalty, then the intercept, for the target in target_unit().
  const double* solve(double alpha) {
    // s^2 + alpha is held in units of 2^lift: alpha may exceed by far what a small design's squares are scaled to
    const int lift = alpha > 0 ? std::max(0, 2 * design_exponent_ + std::ilogb(alpha)) : 0;
    const double penalty = std::ldexp(alpha, 2 * design_exponent_ - lift), lifted = std::ldexp(1.0, -lift);
    double* const factor = factor_store_.get(G_.count);
    for (std::int64_t k = 0; k < G_.count; ++k) factor[k] = counts(k) ? z_[k] / (square_[k] * lifted + penalty) : 0.0;
    double* const w = weight_store_.get(padded(d_ + 1));
    combine(G_, factor, w);
    const double unit = std::ldexp(1.0, design_exponent_ - lift);
    double intercept = mean_[d_];
    for (std::int64_t j = 0; j < d_; ++j) {
      w[j] *= unit;
      intercept = std::fma(-mean_[j], w[j], intercept);
    }
    w[d_] = intercept;
    return w;
  }

  /// Is the least-squares solution of this penalty one of many?
  bool is_deficient(double alpha) const { return alpha == 0 && rank_ < d_; }

  /// A power of two.
  double target_unit() const { return target_unit_; }

 private:
  /// G = R' (d, n_columns) and z = the first entries of Q' y.
  void transpose_triangle(const Columns& A, std::int64_t n_columns) {
    G_ = {triangle_store_.get(padded(d_) * n_columns), d_, n_columns, padded(d_)};
    z_ = target_store_.get(n_columns);
    for (std::int64_t k = 0; k < n_columns; ++k) {
      std::fill(G_.col(k), G_.col(k) + G_.ld, 0.0);
      for (std::int64_t j = k; j < d_; ++j) G_.col(k)[j] = A.col(j)[k];
      z_[k] = A.col(d_)[k];
    }
  }

  void count_rank() {
    double largest = 0;
    for (std::int64_t k = 0; k < G_.count; ++k) largest = std::fmax(largest, std::sqrt(square_[k]));
    zero_below_ = static_cast<double>(std::max(n_, d_)) * std::numeric_limits<double>::epsilon() * largest;
    rank_ = 0;
    for (std::int64_t k = 0; k < G_.count; ++k) rank_ += counts(k);
  }

  // A NaN counts, so that it reaches the coefficients and the status.
  bool counts(std::int64_t k) const { return square_[k] != 0 && !(std::sqrt(square_[k]) < zero_below_); }

  std::int64_t n_ = 0, d_ = 0, rank_ = 0;
  int design_exponent_ = 0;
  double target_unit_ = 1;
  double zero_below_ = 0;
  Columns G_{};
  double *mean_ = nullptr, *z_ = nullptr, *square_ = nullptr;
  Scratch<double> design_store_, reflector_store_, triangle_store_, mean_store_, target_store_, square_store_,
      factor_store_, weight_store_;
};

void check(const LeastSquaresArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0 && a.n_lanes >= 0, "n_items and n_lanes must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_inputs(*a.table, a.scaled, a.rows[i], i);
    for (std::int64_t l = 0; l < a.n_lanes; ++l) {
      const double alpha = value(a.alpha, i, l);
      require(std::isfinite(alpha) && alpha >= 0, "alpha must be a finite number of at least 0");
    }
  }
}

bool all_finite(const double* x, std::int64_t n) {
  return std::all_of(x, x + n, [](double v) { return std::isfinite(v); });
}

void least_squares_item(const LeastSquaresArgs& a, std::int64_t item) {
  thread_local Factorisation problem;
  thread_local Scratch<double> held_out_store, prediction_store;
  const ScaledInputs& in = a.scaled;
  const std::int64_t d = a.table->d, slot = in.slot[item];
  const std::int64_t n = a.rows[item].n_train, m = a.rows[item].n_held_out;
  problem.factor(in.X_train.data + slot * in.X_train.stride, in.ld_train, in.y_train.data + slot * in.y_train.stride, n,
                 d);
  const double centre = in.centre.data[slot * in.centre.stride + d];
  const double scale = in.scale.data[slot * in.scale.stride + d];
  const Columns held_out = padded_copy(in.X_held_out.data + slot * in.X_held_out.stride, in.ld_held_out, m, d,
                                       held_out_store.get(padded(m) * d));
  double* const predicted = prediction_store.get(padded(m));
  for (std::int64_t lane = 0; lane < a.n_lanes; ++lane) {
    double* const coefficient = a.coefficient.data + item * a.coefficient.stride + lane * (d + 1);
    double* const prediction = a.prediction.data + item * a.prediction.stride + lane * in.ld_held_out;
    const double alpha = value(a.alpha, item, lane);
    const double* const w = problem.solve(alpha);
    predict(held_out, w, w[d], centre, scale * problem.target_unit(), predicted);
    std::copy(predicted, predicted + m, prediction);
    for (std::int64_t j = 0; j <= d; ++j) coefficient[j] = w[j] * problem.target_unit();
    FitStatus status = problem.is_deficient(alpha) ? FitStatus::rank_deficient : FitStatus::ok;
    if (!all_finite(coefficient, d + 1) || !all_finite(prediction, m)) {
      status = FitStatus::not_finite;
      std::fill(coefficient, coefficient + d + 1, std::numeric_limits<double>::quiet_NaN());
      std::fill(prediction, prediction + m, std::numeric_limits<double>::quiet_NaN());
    }
    a.status[item * a.n_lanes + lane] = static_cast<std::int32_t>(status);
  }
}

}  // namespace

int least_squares(const LeastSquaresArgs* args) {
  return guarded("least_squares", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) {
      leave_if_stopped();
      least_squares_item(*args, item);
    }
  });
}

}  // namespace kilofold::cpu
