// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/gp_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/gp_answer.hpp"
#include "cpu/gp_kernels.hpp"
#include "cpu/panel_solves.hpp"
#include "kilofold/core/kernel_functions.hpp"
#include "kilofold/core/reduction.hpp"

namespace kilofold::cpu {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void Likelihood::begin(const ItemInputs& inputs, std::int64_t n, std::int64_t n_table, Kernel kernel,
                       std::int64_t n_length_scales, Mean mean, NoiseFloor noise_floor, const Factorisations& flavour) {
  flavour_ = &flavour;
  inputs_ = inputs;
  inputs_.m = 0;
  n_ = n;
  n_table_ = n_table;
  kernel_ = kernel;
  n_length_scales_ = n_length_scales;
  noise_floor_ = noise_floor;
  const std::int64_t u = inputs.u;
  A_ = {A_store_.get(Panels::doubles(u, u)), u, u};
  K_ = {K_store_.get(Panels::doubles(u, 0)), u, 0};
  inverse_ = {inverse_store_.get(SymmetricInverse::doubles(u)), u};
  basis_.choose(mean, inputs.X, inputs.ld_X, u, inputs.d);
}

/// False where A is not positive definite.
bool Likelihood::factorise(std::span<const double> theta, const Noise& noise) {
  const auto alpha = static_cast<std::size_t>(n_length_scales_);
  const KernelArgs kernel{kernel_, n_length_scales_, {theta.data(), 0}, {&theta[alpha], 0}};
  builder_.fill(inputs_, kernel, 0, Mean::zero, 0.0, K_);
  std::memcpy(A_.data, K_.data, static_cast<std::size_t>(Panels::doubles(inputs_.u, 0)) * sizeof(double));
  for (std::int64_t i = 0; i < inputs_.u; ++i) A_.at(i, i) += noise.ratio;
  set_identity(A_);
  if (flavour_->cholesky(A_, ExtraRows::upper_triangle) < A_.n) return false;
  flavour_->invert(A_, inverse_);
  return true;
}

/// Take the mean out of the target, whitened, and solve for what is left.
void Likelihood::whiten() {
  thread_local Scratch<double> basis_store;
  const std::int64_t q = basis_.size(), ld = A_.columns();
  const Columns H = basis_.of(inputs_.X, inputs_.ld_X, inputs_.u, basis_store);
  const Columns W{whitened_store_.get(ld * (q + 1)), inputs_.u, q, ld};
  for (std::int64_t j = 0; j <= q; ++j) {
    const double* const column = j == q ? inputs_.y : H.col(j);
    double* const out = W.col(j);
    std::fill(out, out + ld, 0.0);
    for (std::int64_t i = 0; i < inputs_.u; ++i)
      out[i] = inputs_.count == nullptr ? column[i] : column[i] * std::sqrt(inputs_.count[i]);
    solve_lower(A_, out);
  }
  double* const R = R_store_.get(q * q + q);
  double* const residual = W.col(q);
  project_out(W, residual, R, R + q * q);
  quadratic_ = inner_product(residual, residual, ld);
  solved_ = solved_store_.get(ld);
  std::copy(residual, residual + ld, solved_);
  solve_lower_transposed(A_, solved_);
}

Likelihood::Sums Likelihood::sum_pairs(std::span<const double> theta, double signal) {
  const auto d = static_cast<std::size_t>(inputs_.d);
  const KernelFunction function{kernel_, theta[static_cast<std::size_t>(n_length_scales_)]};
  Sums sums{std::vector<double>(d, 0.0), 0.0};
  const std::int64_t ld = A_.columns();
  double* const part = weighted_store_.get(ld * static_cast<std::int64_t>(d + 2));  // of every feature, q, weight
  double* const q = part + ld * static_cast<std::int64_t>(d);
  double* const weight = q + ld;
  for (std::int64_t k = 0; k < inputs_.u; ++k) {
    const std::int64_t first = k + 1;  // the diagonal's derivative is zero
    std::fill(q + first, q + inputs_.u, 0.0);
    for (std::size_t f = 0; f < d; ++f) {
      const double* const x = inputs_.X + static_cast<std::int64_t>(f) * inputs_.ld_X;
      const double length = theta[n_length_scales_ == 1 ? 0 : f];
      double* const squares = part + static_cast<std::int64_t>(f) * ld;
      for (std::int64_t i = first; i < inputs_.u; ++i) {
        const double step = (x[i] - x[k]) / length;
        squares[i] = step * step;
        q[i] += squares[i];
      }
    }
    const double factor = solved_[k] / signal;
    for (std::int64_t i = first; i < inputs_.u; ++i)
      weight[i] = (solved_[i] * factor - inverse_.at(i, k)) * K_.at(i, k);
    if (kernel_ == Kernel::rational_quadratic)
      for (std::int64_t i = first; i < inputs_.u; ++i)
        sums.by_alpha += weight[i] * slope_by_alpha(q[i], function.alpha);
    if (kernel_ != Kernel::squared_exponential)
      for (std::int64_t i = first; i < inputs_.u; ++i) weight[i] *= relative_slope(function, q[i]);
    for (std::size_t f = 0; f < d; ++f) {
      const double* const squares = part + static_cast<std::int64_t>(f) * ld;
      double chain[reduction_chains] = {};
      for (std::int64_t i = first; i < inputs_.u; ++i) chain[(i - first) % reduction_chains] += weight[i] * squares[i];
      sums.by_feature[f] += join_chains(chain);
    }
  }
  return sums;
}

double Likelihood::evaluate(std::span<const double> theta, std::span<double> gradient) {
  const auto scales = static_cast<std::size_t>(n_length_scales_);
  const Noise noise = noise_of(theta[scales + 1], theta[scales + 2], n_table_, noise_floor_);
  if (!factorise(theta, noise)) return nan;
  whiten();
  const Sums sums = sum_pairs(theta, noise.signal);

  double trace = 0;  // of A^-1
  for (std::int64_t i = 0; i < inputs_.u; ++i) trace += inverse_.at(i, i);
  const double square = inner_product(solved_, solved_, A_.columns());
  std::fill(gradient.begin(), gradient.end(), 0.0);
  // Each pair of rows stands for two elements of the matrix, which the one half in front undoes.
  for (std::size_t f = 0; f < sums.by_feature.size(); ++f) gradient[scales == 1 ? 0 : f] += sums.by_feature[f];
  gradient[scales] = sums.by_alpha;
  const Evidence evidence{quadratic_, 2.0 * log_diagonal(A_), inputs_.u, n_, inputs_.within};
  const VarianceSlopes slopes = variance_slopes(evidence, trace, square, noise);
  gradient[scales + 1] = slopes.by_noise;
  gradient[scales + 2] = slopes.by_signal;
  return log_marginal_likelihood(evidence, noise);
}

}  // namespace kilofold::cpu
