// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gp_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/cholesky.hpp"
#include "cpu/contract.hpp"
#include "cpu/gp_kernels.hpp"
#include "cpu/svr_words.hpp"

namespace kilofold::cpu {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

bool all_finite(const double* x, std::int64_t rows, std::int64_t columns, std::int64_t ld) {
  for (std::int64_t j = 0; j < columns; ++j) {
    for (std::int64_t i = 0; i < rows; ++i) {
      if (!std::isfinite(x[i + j * ld])) return false;
    }
  }
  return true;
}

/// The kernel of one item with its parameters; a word for gamma becomes its number.
KernelFunction function_of(const KernelArgs& kernel, const ItemInputs& in, std::int64_t item) {
  KernelFunction function = kernel_function(kernel, item);
  // only read; Columns has one pointer for filling and reading
  function.gamma = resolved_gamma(function.gamma, {const_cast<double*>(in.X), in.u, in.d, in.ld_X}, in.count);
  return function;
}

/// Column j of the basis (1, x_1 .. x_d), zero from row n on.
void basis_column(const double* X, std::int64_t ld, std::int64_t n, std::int64_t j, double* out) {
  if (j == 0) {
    std::fill(out, out + n, 1.0);
  } else {
    std::memcpy(out, X + (j - 1) * ld, static_cast<std::size_t>(n) * sizeof(double));
  }
  std::fill(out + n, out + padded(n), 0.0);
}

}  // namespace

bool ItemInputs::finite() const {
  return all_finite(X, u, d, ld_X) && all_finite(Z, m, d, ld_Z) && all_finite(y, u, 1, u) && std::isfinite(within) &&
         std::isfinite(centre) && std::isfinite(scale);
}

ItemInputs inputs_of(const TableView& table, const ScaledInputs& scaled, const RowSetView& rows, std::int64_t item) {
  const std::int64_t slot = scaled.slot[item];
  const bool collapse = scaled.replicates == Replicates::collapse;
  return {.u = rows_used(rows, scaled.replicates),
          .m = rows.n_held_out,
          .d = table.d,
          .X = scaled.X_train.data + slot * scaled.X_train.stride,
          .ld_X = scaled.ld_train,
          .Z = scaled.X_held_out.data + slot * scaled.X_held_out.stride,
          .ld_Z = scaled.ld_held_out,
          .y = scaled.y_train.data + slot * scaled.y_train.stride,
          .count = collapse ? scaled.count.data + slot * scaled.count.stride : nullptr,
          .within = collapse ? scaled.within.data[slot * scaled.within.stride] : 0.0,
          .centre = scaled.centre.data[slot * scaled.centre.stride + table.d],
          .scale = scaled.scale.data[slot * scaled.scale.stride + table.d]};
}

FeatureRows CovarianceBuilder::divided(const double* X, std::int64_t n, std::int64_t d, std::int64_t ld,
                                       const KernelArgs& kernel, std::int64_t item, Scratch<double>& store) {
  double* const out = store.get(padded(n) * d);
  for (std::int64_t j = 0; j < d; ++j) {
    const double scale = length_scale(kernel, item, j);
    double* const column = out + j * padded(n);
    for (std::int64_t i = 0; i < n; ++i) column[i] = X[i + j * ld] / scale;
    std::fill(column + n, column + padded(n), 0.0);
  }
  return {out, n, d, padded(n)};
}

void CovarianceBuilder::fill(const ItemInputs& in, const KernelArgs& kernel, std::int64_t item, Mean mean, double ratio,
                             const Panels& A) {
  const FeatureRows train = divided(in.X, in.u, in.d, in.ld_X, kernel, item, train_store_);
  const FeatureRows held_out = divided(in.Z, in.m, in.d, in.ld_Z, kernel, item, held_out_store_);
  const KernelFunction function = function_of(kernel, in, item);
  double* const root = weight_store_.get(A.columns());
  std::fill(root, root + A.columns(), 1.0);
  if (in.count != nullptr) {
    for (std::int64_t i = 0; i < in.u; ++i) root[i] = std::sqrt(in.count[i]);
  }
  const double* const weight = in.count == nullptr ? nullptr : root;
  fill_triangle(function, train, weight, A);
  for (std::int64_t i = 0; i < in.u; ++i) {
    double& own = A.at(i, i);
    if (reads_distance(function.kernel)) own = in.count == nullptr ? 1.0 : in.count[i];  // k(x, x) = 1
    own += ratio;
  }
  if (A.n_extra > 0) {
    fill_extra(function, held_out, train, weight, A);
    for (std::int64_t i = 0; i < in.u; ++i) A.extra(in.m, i) = in.y[i] * root[i];
    for (std::int64_t j = 0; j < basis_columns(mean, in.d); ++j) {
      const double* const column = in.X + (j - 1) * in.ld_X;
      for (std::int64_t i = 0; i < in.u; ++i) A.extra(in.m + 1 + j, i) = (j == 0 ? 1.0 : column[i]) * root[i];
    }
  }
  pad(A);
}

void Basis::choose(Mean mean, const double* X, std::int64_t ld, std::int64_t u, std::int64_t d) {
  const std::int64_t q = basis_columns(mean, d);
  chosen_ = chosen_store_.get(q);
  size_ = 0;
  const Columns directions{all_store_.get(padded(u) * q), u, 0, padded(u)};
  const double tolerance = static_cast<double>(std::max(u, q)) * eps;
  for (std::int64_t j = 0; j < q; ++j) {
    double* const left = directions.col(size_);
    basis_column(X, ld, u, j, left);
    const double whole = std::sqrt(inner_product(left, left, directions.ld));
    for (std::int64_t k = 0; k < size_; ++k) {
      add_multiple(-inner_product(directions.col(k), left, directions.ld), directions.col(k), left, directions.ld);
    }
    const double norm = std::sqrt(inner_product(left, left, directions.ld));
    if (!(norm > tolerance * whole)) continue;
    divide(left, directions.ld, norm);
    chosen_[size_++] = j;
  }
}

Columns Basis::of(const double* Z, std::int64_t ld, std::int64_t n, Scratch<double>& store) const {
  const Columns columns{store.get(padded(n) * size_), n, size_, padded(n)};
  for (std::int64_t j = 0; j < size_; ++j) basis_column(Z, ld, n, chosen_[j], columns.col(j));
  return columns;
}

void fill_nan(double* x, std::int64_t n) { std::fill(x, x + n, std::numeric_limits<double>::quiet_NaN()); }

}  // namespace kilofold::cpu
