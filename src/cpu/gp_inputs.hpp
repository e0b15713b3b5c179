// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/contract.hpp"
#include "cpu/gram.hpp"
#include "cpu/linear_kernels.hpp"
#include "cpu/scratch.hpp"
#include "kilofold/backend.hpp"
#include "kilofold/core/cells.hpp"

/// What the Gaussian-process ops read of their arguments.
namespace kilofold::cpu {

/// Refuse arguments of an op that builds one covariance matrix an item.
template <class Args> void check_matrices(const Args& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  check_kernel(a.kernel, a.table->d);
  for (std::int64_t i = 0; i < a.n_items; ++i) check_inputs(*a.table, a.scaled, a.rows[i], i);
}

/// The scaled inputs of one item.
struct ItemInputs {
  std::int64_t u;  ///< training rows, or replicate sets
  std::int64_t m;  ///< held-out rows
  std::int64_t d;
  const double* X;  ///< (u, d)
  std::int64_t ld_X;
  const double* Z;  ///< (m, d)
  std::int64_t ld_Z;
  const double* y;      ///< (u)
  const double* count;  ///< (u), null unless collapsed
  double within;
  double centre;  ///< of the target
  double scale;

  bool finite() const;
};
ItemInputs inputs_of(const TableView& table, const ScaledInputs& scaled, const RowSetView& rows, std::int64_t item);

/// Fills covariance matrices and right-hand sides of items into panels; keeps its arrays between items.
class CovarianceBuilder {
 public:
  /// `kernel` is checked here, item by item. The triangle: K, or C^(1/2) K C^(1/2) of collapsed rows, plus ratio on the
  /// diagonal. Extra rows: cross covariances, the target, the columns of the basis, each times C^(1/2). Padding in
  /// place.
  void fill(const ItemInputs& inputs, const KernelArgs& kernel, std::int64_t item, Mean mean, double ratio,
            const Panels& A);

 private:
  FeatureRows divided(const double* X, std::int64_t n, std::int64_t d, std::int64_t ld, const KernelArgs& kernel,
                      std::int64_t item, Scratch<double>& store);

  Scratch<double> train_store_, held_out_store_, weight_store_;
};

/// The columns of a mean function's basis, (1, x_1 .. x_d): those that the training rows tell from the earlier ones.
/// A column that they do not gets the coefficient 0.
class Basis {
 public:
  /// Choose by Gram-Schmidt on the training rows, left to right: a column counts where more than max(u, q) eps of its
  /// norm is left.
  void choose(Mean mean, const double* X, std::int64_t ld, std::int64_t u, std::int64_t d);

  std::int64_t size() const { return size_; }
  /// Number of chosen column j among all columns of the basis.
  std::int64_t column(std::int64_t j) const { return chosen_[j]; }

  /// The chosen columns for rows Z (n, d), padded with zeros to whole blocks.
  Columns of(const double* Z, std::int64_t ld, std::int64_t n, Scratch<double>& store) const;

 private:
  Scratch<double> all_store_;
  Scratch<std::int64_t> chosen_store_;
  std::int64_t* chosen_ = nullptr;
  std::int64_t size_ = 0;
};

/// Set n doubles to NaN.
void fill_nan(double* x, std::int64_t n);

}  // namespace kilofold::cpu
