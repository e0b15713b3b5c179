// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "cpu/contract.hpp"
#include "cpu/flavour.hpp"
#include "cpu/gp_answer.hpp"
#include "cpu/ops.hpp"
#include "cpu/panel_solves.hpp"
#include "cpu/standardize.hpp"

namespace kilofold::cpu {
namespace {

/// What the folds of an item share: B applied to the target and to the basis (of mean zero: to 1, for the centring).
class WholeFit {
 public:
  void prepare(const FoldPosteriorArgs& a, std::int64_t item) {
    B = {const_cast<double*>(a.inverse.data) + a.slot[item] * a.inverse.stride, a.table->n};
    inputs = inputs_of(*a.table, a.scaled, whole_table(*a.table), item);
    const Mean mean = a.mean_function == Mean::zero ? Mean::constant : a.mean_function;
    target = basis_columns(mean, inputs.d);
    const std::int64_t ld = padded(B.n);
    H = {store_.get(2 * ld * (target + 2)), B.n, target + 2, ld};
    BH = {H.data + ld * (target + 2), B.n, target + 2, ld};
    for (std::int64_t j = 0; j <= target; ++j) {
      const double* const from = j == target ? inputs.y : inputs.X + (j - 1) * inputs.ld_X;
      for (std::int64_t i = 0; i < ld; ++i) H.col(j)[i] = i >= B.n ? 0.0 : j == 0 ? 1.0 : from[i];
      multiply(B, H.col(j), BH.col(j));
    }
    has_residual_ = a.mean_function != Mean::zero && find_residual(a.mean_function);
  }

  /// h_j' B h_k.
  double product(std::int64_t j, std::int64_t k) const { return inner_product(H.col(j), BH.col(k), H.ld); }

  /// The target for folds with this basis: P takes the same from it as from the residual of the fit to all rows, which
  /// has nothing large to cancel. That one serves the basis it was fitted with.
  std::int64_t target_for(const Basis& basis) const {
    bool equal = has_residual_ && basis.size() == basis_.size();
    for (std::int64_t j = 0; equal && j < basis.size(); ++j) equal = basis.column(j) == basis_.column(j);
    return equal ? target + 1 : target;
  }

  /// R'R = H'BH of a basis, by the recurrence of a Cholesky factor, and g = R'^-1 H'B h_right. Returns false where H'BH
  /// is not positive definite.
  bool factor(const Basis& basis, std::int64_t right, double* R, double* g) const {
    const std::int64_t q = basis.size();
    for (std::int64_t j = 0; j <= q; ++j) {
      double* const column = j == q ? g : R + j * q;
      for (std::int64_t i = 0; i < std::min(j + 1, q); ++i) {
        double s = product(basis.column(i), j == q ? right : basis.column(j));
        for (std::int64_t k = 0; k < i; ++k) s = std::fma(-R[k + i * q], column[k], s);
        if (i == j && !(s > 0)) return false;
        column[i] = i == j ? std::sqrt(s) : s / R[i + i * q];
      }
    }
    return true;
  }

  SymmetricInverse B{};
  ItemInputs inputs{};
  std::int64_t target = 0;  ///< column of the target, after those of the basis; then its residual
  Columns H{}, BH{};

 private:
  /// Residual of the target after generalised least squares on all rows.
  bool find_residual(Mean mean) {
    basis_.choose(mean, inputs.X, inputs.ld_X, B.n, inputs.d);
    const std::int64_t q = basis_.size();
    double* const R = R_store_.get(q * (q + 1));
    double* const b = R + q * q;
    if (!factor(basis_, target, R, b)) return false;
    double* const residual = H.col(target + 1);
    std::copy(H.col(target), H.col(target) + H.ld, residual);
    for (std::int64_t j = q - 1; j >= 0; --j) {
      for (std::int64_t k = j + 1; k < q; ++k) b[j] = std::fma(-R[j + k * q], b[k], b[j]);
      b[j] /= R[j + j * q];
      add_multiple(-b[j], H.col(basis_.column(j)), residual, H.ld);
    }
    multiply(B, residual, BH.col(target + 1));
    return true;
  }

  Scratch<double> store_, R_store_;
  Basis basis_;
  bool has_residual_ = false;
};

/// One fold of an item.
class Fold {
 public:
  Fold(const Factorisations& flavour, const FoldPosteriorArgs& a, std::int64_t item, std::int64_t lane,
       const WholeFit& whole)
      : flavour_(flavour), a_(a), rows_(a.rows[item * a.n_lanes + lane]), whole_(whole), m_(rows_.n_held_out) {}

  /// Returns false where a matrix is not positive definite.
  bool solve(double signal) {
    scale_target();
    right_ = right_store_.get(padded(m_));
    std::fill(right_, right_ + padded(m_), 0.0);
    const Panels block = held_out_block();
    if (a_.mean_function == Mean::zero) {
      centre_target();
    } else if (!remove_basis(block)) {
      return false;
    }
    if (flavour_.cholesky(block, ExtraRows::upper_triangle) < m_) return false;
    if (a_.mean_function == Mean::zero) log_det_ = 2.0 * log_diagonal(block);
    solve_lower(block, right_);
    quadratic_ -= inner_product(right_, right_, padded(m_));
    solve_lower_transposed(block, right_);
    double* const spread = spread_store_.get(padded(m_));
    square_rows(block.extra_rows(), ExtraRows::upper_triangle, spread);
    for (std::int64_t i = 0; i < m_; ++i) {
      // the error of the fold, in its scaled units, becomes the prediction, the spread the standard deviation
      right_[i] = std::fma(-unit_.scale, right_[i], a_.table->y[rows_.held_out[i]]);
      spread[i] = std::sqrt(signal * spread[i]) * unit_.scale;
    }
    return true;
  }

  const double* mean() const { return right_; }
  const double* sd() { return spread_store_.get(padded(m_)); }
  Evidence evidence() const { return {quadratic_, whole_.B.log_det() + log_det_, rows_.n_train, rows_.n_train, 0.0}; }

 private:
  /// The fold's scaled target is factor_ y + shift_ 1 of the whole table's.
  void scale_target() {
    double* const y = gather_store_.get(padded(rows_.n_train));
    gather(a_.table->y, rows_.train, rows_.n_train, 0.0, y);
    unit_ = unit_of(y, rows_.n_train, a_.target);
    factor_ = whole_.inputs.scale / unit_.scale;
    shift_ = (whole_.inputs.centre - unit_.centre) / unit_.scale;
  }

  /// B_FF, and the identity below it.
  Panels held_out_block() {
    const Panels block{block_store_.get(Panels::doubles(m_, m_)), m_, m_};
    for (std::int64_t i = 0; i < m_; ++i) {
      for (std::int64_t k = 0; k <= i; ++k) block.at(i, k) = whole_.B.at(rows_.held_out[i], rows_.held_out[k]);
    }
    set_identity(block);
    pad(block);
    return block;
  }

  /// Mean zero: the right-hand side and the quadratic form of the target in the fold's own unit.
  void centre_target() {
    const double* const By = whole_.BH.col(1);
    const double* const B1 = whole_.BH.col(0);
    for (std::int64_t i = 0; i < m_; ++i) {
      const std::int32_t row = rows_.held_out[i];
      right_[i] = std::fma(factor_, By[row], shift_ * B1[row]);
    }
    quadratic_ = factor_ * factor_ * whole_.product(1, 1);
    quadratic_ = std::fma(2.0 * factor_ * shift_, whole_.product(0, 1), quadratic_);
    quadratic_ = std::fma(shift_ * shift_, whole_.product(0, 0), quadratic_);
  }

  /// A mean with a basis: B becomes P = B - U'U in block and target, U = R'^-1 H'B with R'R = H'BH.
  bool remove_basis(const Panels& block) {
    if (!log_det_of(block)) return false;
    choose_basis();
    const std::int64_t q = basis_.size(), target = whole_.target_for(basis_);
    double* const R = R_store_.get(q * (q + 1));
    double* const g = R + q * q;
    if (!whole_.factor(basis_, target, R, g)) return false;
    double* const U = U_store_.get(m_ * q);
    for (std::int64_t j = 0; j < q; ++j) {
      for (std::int64_t i = 0; i < m_; ++i) {
        double u = whole_.BH.col(basis_.column(j))[rows_.held_out[i]];
        for (std::int64_t k = 0; k < j; ++k) u = std::fma(-R[k + j * q], U[i + k * m_], u);
        U[i + j * m_] = u / R[j + j * q];
      }
    }
    quadratic_ = whole_.product(target, target);
    for (std::int64_t j = 0; j < q; ++j) quadratic_ = std::fma(-g[j], g[j], quadratic_);
    quadratic_ *= factor_ * factor_;
    for (std::int64_t i = 0; i < m_; ++i) {
      double right = whole_.BH.col(target)[rows_.held_out[i]];
      for (std::int64_t j = 0; j < q; ++j) right = std::fma(-U[i + j * m_], g[j], right);
      right_[i] = factor_ * right;
      for (std::int64_t k = 0; k <= i; ++k) {
        double& b = block.at(i, k);
        for (std::int64_t j = 0; j < q; ++j) b = std::fma(-U[i + j * m_], U[k + j * m_], b);
      }
    }
    return true;
  }

  /// ln det B_FF, from a copy of the block.
  bool log_det_of(const Panels& block) {
    const std::int64_t length = Panels::doubles(m_, 0);
    const Panels copy{copy_store_.get(length), m_, 0};
    std::memcpy(copy.data, block.data, static_cast<std::size_t>(length) * sizeof(double));
    if (flavour_.cholesky(copy, ExtraRows::full) < m_) return false;
    log_det_ = 2.0 * log_diagonal(copy);
    return true;
  }

  /// The columns of the basis that the fold's training rows can tell apart.
  void choose_basis() {
    const std::int64_t n = rows_.n_train, d = a_.mean_function == Mean::linear ? whole_.inputs.d : 0;
    double* const X = gather_store_.get(padded(n) * d);
    for (std::int64_t j = 0; j < d; ++j) gather(whole_.H.col(1 + j), rows_.train, n, 0.0, X + j * padded(n));
    basis_.choose(a_.mean_function, X, padded(n), n, d);
  }

  const Factorisations& flavour_;
  const FoldPosteriorArgs& a_;
  const RowSetView& rows_;
  const WholeFit& whole_;
  std::int64_t m_;
  Unit unit_{};
  double factor_ = 1, shift_ = 0, quadratic_ = 0, log_det_ = 0;
  double* right_ = nullptr;
  inline static thread_local Basis basis_;
  inline static thread_local Scratch<double> right_store_, spread_store_, block_store_, copy_store_, gather_store_,
      R_store_, U_store_;
};

void check(const FoldPosteriorArgs& a) {
  check_whole_table(a.table, a.scaled, a.n_items);
  require(a.n_lanes >= 0, "n_lanes must not be negative");
  for (std::int64_t i = 0; i < a.n_items * a.n_lanes; ++i) {
    const RowSetView& rows = a.rows[i];
    check_rows(*a.table, rows);
    require(rows.n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    require(rows.n_train + rows.n_held_out == a.table->n, "a fold's rows and its training rows must be all rows");
  }
}

void fold_posterior_item(const Factorisations& flavour, const FoldPosteriorArgs& a, std::int64_t item) {
  thread_local WholeFit whole;
  const auto source = static_cast<FitStatus>(a.inverse_status[a.slot[item]]);
  if (!failed(source) && !follows_its_like(a, item)) whole.prepare(a, item);
  for (std::int64_t lane = 0; lane < a.n_lanes; ++lane) {
    const Noise noise = noise_of(a, item, 0);
    const RowSetView& rows = a.rows[item * a.n_lanes + lane];
    const AnswerPlace place = place_of(a, item, lane, rows.n_held_out, a.ld_held_out);
    Fold fold(flavour, a, item, lane, whole);
    if (failed(source)) {
      write_failure(place, noise, source);
    } else if (!fold.solve(noise.signal)) {
      write_failure(place, noise, FitStatus::not_positive_definite);
    } else {
      write_answer(place, fold.mean(), fold.sd(), log_marginal_likelihood(fold.evidence(), noise), noise);
    }
  }
}

}  // namespace

int fold_posterior(const Factorisations& flavour, const FoldPosteriorArgs* args) {
  return guarded("fold_posterior", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) fold_posterior_item(flavour, *args, item);
  });
}

}  // namespace kilofold::cpu
