// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/scratch.hpp"
#include "cpu/svr_kernels.hpp"

namespace kilofold::cpu {

/// What an item of svr_path gives to the solver: scaled rows, held-out rows and targets.
struct SvrInputs {
  Columns X_train;
  Columns X_held_out;
  const double* y;
  const std::int32_t* set;  ///< (n_train) replicate set of each row, numbered by first appearance; null: all differ
  std::int64_t n_unique;
};

/// The epsilon-insensitive loss of unique rows.
///
/// A unique row with c training rows has the thresholds y - epsilon and y + epsilon of each, ascending, equal ones
/// merged. Where its prediction rises past threshold k, its coefficient falls from kink(k) C to kink(k + 1) C;
/// kink(0) = c, the last one is -c.
class SvrLoss {
 public:
  void set_targets(const SvrInputs& inputs);
  void set_epsilon(double epsilon);

  std::int64_t n_rows() const { return static_cast<std::int64_t>(pieces_.size()); }
  std::int32_t pieces(std::int64_t row) const { return pieces_[at(row)]; }
  double threshold(std::int64_t row, std::int32_t piece) const { return threshold_[at(2 * begin_[at(row)] + piece)]; }
  std::int32_t kink(std::int64_t row, std::int32_t k) const { return kink_[at(2 * begin_[at(row)] + row + k)]; }
  double spread() const { return spread_; }    ///< range of the targets
  double largest() const { return largest_; }  ///< largest magnitude of a target

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  std::vector<std::int64_t> begin_;  ///< (rows + 1) first target of each row
  std::vector<double> target_;       ///< ascending within a row
  std::vector<double> threshold_;
  std::vector<std::int32_t> kink_, pieces_;
  double spread_ = 0, largest_ = 0;
};

/// Unique rows, their kernel matrix, and the kernel between held-out and unique rows.
class SvrProblem {
 public:
  /// Kernels that are singular on few features get a constant added: it changes nothing, since the coefficients sum to
  /// zero, and makes the bordered system of every face definite where its block alone is not. It is the power of two
  /// next to the mean of the diagonal.
  void set(const SvrInputs& inputs, const KernelFunction& function);

  SvrLoss loss;
  Columns K{};      ///< (u, u)
  Columns cross{};  ///< (m, u)
  const double* diagonal = nullptr;
  double largest_kernel = 0;

  std::int64_t n_rows() const { return K.rows; }

 private:
  Scratch<double> rows_store_, held_out_store_, kernel_store_, cross_store_, diagonal_store_;
};

}  // namespace kilofold::cpu
