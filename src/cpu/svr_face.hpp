// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/panels.hpp"
#include "cpu/scratch.hpp"
#include "cpu/svr_state.hpp"

namespace kilofold::cpu {

/// The free rows of a state, ascending, and the Cholesky factor of their block of K.
class FreeBlock {
 public:
  /// Another K: the factor is void.
  void forget() { factored_.clear(); }
  void gather(const SvrState& s);
  /// Factor, the diagonal enlarged by the share `jitter` of itself; nothing to do where the last factor was of the same
  /// rows and jitter. False where the block is singular: a pivot is at most size() epsilon of its diagonal.
  bool factor(const SvrProblem& problem, double jitter);
  /// z = K_FF^-1 z; z padded, zero beyond size().
  void solve(double* z) const;
  /// The same in a quicker order, for directions; z zero before row `first`.
  void solve_by_blocks(double* z, std::int64_t first = 0);
  /// Largest over smallest pivot, squared.
  double condition() const;

  std::int64_t size() const { return static_cast<std::int64_t>(rows.size()); }
  std::int64_t row(std::int64_t i) const { return rows[static_cast<std::size_t>(i)]; }

  std::vector<std::int32_t> rows;

 private:
  bool eliminate(const SvrProblem& problem, double jitter);

  std::vector<std::int32_t> factored_;  ///< rows of the factor; empty: there is none
  double jitter_ = 0;
  Panels factor_{nullptr, 0, 0};
  Scratch<double> factor_store_, inverse_store_;
  const double* inverse_ = nullptr;  ///< of the factor's diagonal blocks, once they are asked for
};

/// Minimises the objective over the free coefficients, as far as the pieces' ends allow.
class SvrFace {
 public:
  enum class End { reached, cut_short };

  /// `free` holds the factor of the last face afterwards.
  explicit SvrFace(FreeBlock& free) : free_(free) {}

  /// Go to the minimiser of the face; where a coefficient reaches the end of its piece, put it on that kink and go on
  /// without it. Its column of the inverse, corrected by those of the kinks before it, gives the new direction.
  /// cut_short: some columns are enough, a new factor is cheaper.
  ///
  /// The block may be singular here: its diagonal is enlarged, which bends the direction and no more.
  End minimise(SvrState& s);

 private:
  void settle_at_most_one(SvrState& s);
  bool prepare(SvrState& s);
  End walk(SvrState& s);
  std::int64_t first_end(double* share) const;
  void drop(std::int64_t i);
  void apply(SvrState& s);

  FreeBlock& free_;
  std::int64_t f_ = 0, padded_ = 0;
  double sum_ones_ = 0;
  Scratch<double> vector_store_, column_store_;
  double *ones_ = nullptr, *step_ = nullptr, *beta_ = nullptr, *start_ = nullptr, *low_ = nullptr, *high_ = nullptr;
  Columns columns_{};
  std::vector<std::int32_t> dropped_, column_index_;
  std::vector<double> weight_;
  std::vector<char> gone_;
};

}  // namespace kilofold::cpu
