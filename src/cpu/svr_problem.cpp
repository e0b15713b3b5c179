// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/svr_problem.hpp"

#include <algorithm>
#include <cmath>

namespace kilofold::cpu {
namespace {

std::int64_t set_of(const SvrInputs& inputs, std::int64_t row) { return inputs.set == nullptr ? row : inputs.set[row]; }

/// The first row of each replicate set, in whole blocks.
Columns unique_rows(const SvrInputs& inputs, double* data) {
  const Columns unique{data, inputs.n_unique, inputs.X_train.count, padded(inputs.n_unique)};
  for (std::int64_t f = 0; f < unique.count; ++f) {
    std::fill(unique.col(f), unique.col(f) + unique.ld, 0.0);
    for (std::int64_t i = inputs.X_train.rows - 1; i >= 0; --i)
      unique.col(f)[set_of(inputs, i)] = inputs.X_train.col(f)[i];
  }
  return unique;
}

Columns padded_rows(const Columns& from, double* data) {
  const Columns copy{data, from.rows, from.count, padded(from.rows)};
  for (std::int64_t f = 0; f < copy.count; ++f) {
    std::fill(std::copy(from.col(f), from.col(f) + from.rows, copy.col(f)), copy.col(f) + copy.ld, 0.0);
  }
  return copy;
}

/// The power of two next to the mean of f(x, x).
double constant_for(const KernelFunction& f, const Columns& X) {
  double sum = 0;
  for (std::int64_t i = 0; i < X.rows; ++i) {
    double product = 0;
    for (std::int64_t feature = 0; feature < X.count; ++feature)
      product = std::fma(X.col(feature)[i], X.col(feature)[i], product);
    sum += evaluate(f, product);
  }
  const double mean = sum / static_cast<double>(X.rows);
  if (!(mean > 0) || !std::isfinite(mean)) return 1;
  int exponent = 0;
  const double fraction = std::frexp(mean, &exponent);
  return std::ldexp(1.0, fraction < 0.75 ? exponent - 1 : exponent);
}

}  // namespace

void SvrLoss::set_targets(const SvrInputs& inputs) {
  const std::int64_t n = inputs.X_train.rows, u = inputs.n_unique;
  begin_.assign(at(u + 1), 0);
  for (std::int64_t i = 0; i < n; ++i) ++begin_[at(set_of(inputs, i) + 1)];
  for (std::int64_t row = 0; row < u; ++row) begin_[at(row + 1)] += begin_[at(row)];
  target_.resize(at(n));
  std::vector<std::int64_t> next(begin_.begin(), begin_.end() - 1);
  for (std::int64_t i = 0; i < n; ++i) target_[at(next[at(set_of(inputs, i))]++)] = inputs.y[i];
  const auto [low, high] = std::minmax_element(target_.begin(), target_.end());
  spread_ = *high - *low;
  largest_ = std::fmax(std::fabs(*low), std::fabs(*high));
  for (std::int64_t row = 0; row < u; ++row)
    std::sort(target_.begin() + begin_[at(row)], target_.begin() + begin_[at(row + 1)]);
  pieces_.assign(at(u), 0);
  threshold_.resize(at(2 * n));
  kink_.resize(at(2 * n + u));
}

void SvrLoss::set_epsilon(double epsilon) {
  std::vector<double> sorted;
  for (std::int64_t row = 0; row < n_rows(); ++row) {
    sorted.clear();
    for (std::int64_t i = begin_[at(row)]; i < begin_[at(row + 1)]; ++i) {
      sorted.push_back(target_[at(i)] - epsilon);
      sorted.push_back(target_[at(i)] + epsilon);
    }
    std::sort(sorted.begin(), sorted.end());
    double* const threshold = threshold_.data() + 2 * begin_[at(row)];
    std::int32_t* const kink = kink_.data() + 2 * begin_[at(row)] + row;
    std::int32_t piece = -1;
    kink[0] = static_cast<std::int32_t>(sorted.size() / 2);
    for (const double t : sorted) {
      if (piece < 0 || t != threshold[piece]) {
        threshold[++piece] = t;
        kink[piece + 1] = kink[piece];
      }
      --kink[piece + 1];
    }
    pieces_[at(row)] = piece + 1;
  }
}

void SvrProblem::set(const SvrInputs& inputs, const KernelFunction& function) {
  const std::int64_t u = inputs.n_unique, m = inputs.X_held_out.rows, d = inputs.X_train.count;
  loss.set_targets(inputs);
  const Columns X = unique_rows(inputs, rows_store_.get(padded(u) * d));
  const Columns held_out = padded_rows(inputs.X_held_out, held_out_store_.get(padded(m) * d));
  const double shift = function.kernel == Kernel::rbf ? 0 : constant_for(function, X);
  K = {kernel_store_.get(padded(u) * u), u, u, padded(u)};
  cross = {cross_store_.get(padded(m) * u), m, u, padded(m)};
  kernel_columns(function, shift, X, X, K);
  kernel_columns(function, shift, held_out, X, cross);

  double* const own = diagonal_store_.get(padded(u));
  std::fill(own, own + padded(u), 0.0);
  largest_kernel = 0;
  for (std::int64_t i = 0; i < u; ++i) {
    own[i] = K.col(i)[i];
    largest_kernel = std::fmax(largest_kernel, own[i]);
  }
  diagonal = own;
}

}  // namespace kilofold::cpu
