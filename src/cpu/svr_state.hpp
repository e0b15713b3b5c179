// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/svr_problem.hpp"

namespace kilofold::cpu {

/// Where the solver stands: each unique row lies on a kink of its loss, its coefficient a whole multiple of C, or on a
/// piece between two kinks, its coefficient free and its prediction on the piece's threshold.
///
/// State 2 k is kink k, state 2 k + 1 is piece k. h = K beta, kept up to date by the steps and so with rounding.
class SvrState {
 public:
  void bind(const SvrProblem& problem);

  /// All coefficients zero.
  void start(double C);
  /// Take over the solution of another C: coefficients and h grow in proportion.
  void scale_to(double C);
  /// h from the coefficients, rows ascending.
  void recompute();

  /// At most `limit` steps of sequential minimal optimisation with second-order choice of pairs; ends when the KKT gap
  /// is below `tolerance`. Returns the steps.
  std::int64_t exchange_pairs(std::int64_t limit, double tolerance);
  /// KKT gap of the coefficients, and the bias in the middle of it.
  double gap(double* bias) const;

  /// Middle of the bias values that all kinks admit.
  double middle() const;
  /// Put up to `limit` kinks on the pieces that their residuals ask for, worst first; with no row free at least the
  /// worst pair. Returns how many ask by more than `tolerance`.
  std::int64_t free_violators(double tolerance, std::int64_t limit);
  /// Put the free coefficients that left their piece on its nearer end.
  void clip();

  bool is_free(std::int64_t row) const { return (state[at(row)] & 1) != 0; }
  std::int32_t place(std::int64_t row) const { return state[at(row)] >> 1; }  ///< number of the kink or piece
  double bound(std::int64_t row, std::int32_t k) const { return problem->loss.kink(row, k) * C; }
  double threshold(std::int64_t row) const { return problem->loss.threshold(row, place(row)); }
  void put_on_kink(std::int64_t row, std::int32_t k);
  void put_on_piece(std::int64_t row, std::int32_t k) { state[at(row)] = 2 * k + 1; }

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  const SvrProblem* problem = nullptr;
  double C = 0;
  double b = 0;
  std::vector<std::int32_t> state;
  std::vector<double> beta, h;  ///< padded

 private:
  struct Pair;
  double move_pair(std::int64_t i, std::int64_t j, double slope, double curvature);
  void set_slopes(std::int64_t row);
  void set_all_slopes();
  Slopes slopes() { return {h.data(), up_.data(), down_.data(), problem->K.ld}; }

  std::vector<double> up_, down_;
  std::vector<std::int32_t> support_;
  std::vector<double> weight_;
};

}  // namespace kilofold::cpu
