// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/contract.hpp"
#include "cpu/gp_likelihood.hpp"
#include "cpu/lbfgs.hpp"
#include "cpu/ops.hpp"
#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/random.hpp"

namespace kilofold::cpu {
namespace {

constexpr double lowest = 1e-5;  // scikit-learn's bounds of every hyperparameter
constexpr double highest = 1e5;
constexpr double gradient_tolerance = 1e-5;
constexpr std::int32_t most_iterations = 200;  // a start

double exponential_of(double x) { return x < 0 ? exp_minus(-x) : 1.0 / exp_minus(x); }

void check(const MaximizeLmlArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  check_kernel(a.kernel, a.table->d);
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_inputs(*a.table, a.scaled, a.rows[i], i);
    require_count(value(a.n_restarts, i, 0), 0, Infinite::refused, "n_restarts must be a whole number of at least 0");
  }
}

/// What the item's parameters say: length scales, alpha, noise and signal variance.
std::vector<double> written(const MaximizeLmlArgs& a, std::int64_t item) {
  std::vector<double> theta;
  for (std::int64_t j = 0; j < a.kernel.n_length_scales; ++j) theta.push_back(value(a.kernel.length_scale, item, j));
  theta.push_back(value(a.kernel.alpha, item, 0));
  theta.push_back(value(a.noise_variance, item, 0));
  theta.push_back(value(a.signal_variance, item, 0));
  return theta;
}

/// Logarithms of the hyperparameters of one start.
std::vector<double> start_of(const MaximizeLmlArgs& a, std::int64_t item, std::uint32_t start) {
  std::vector<double> theta = written(a, item);
  const MemberRandom random{a.random.model_seed[item], a.random.fold_seed[item], a.random.fold[item], start};
  const double low = natural_log(lowest), high = natural_log(highest);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    if (start == 0)
      theta[i] = natural_log(std::min(std::max(theta[i], lowest), highest));
    else
      theta[i] = low + uniform(random.bits(Draw::start, static_cast<std::uint32_t>(i))) * (high - low);
  }
  return theta;
}

/// Where the search may go; alpha rests unless the kernel reads it.
Box box_of(const MaximizeLmlArgs& a, const std::vector<double>& start) {
  Box box{std::vector(start.size(), natural_log(lowest)), std::vector(start.size(), natural_log(highest))};
  const auto alpha = static_cast<std::size_t>(a.kernel.n_length_scales);
  if (a.kernel.kernel != Kernel::rational_quadratic) box.lower[alpha] = box.upper[alpha] = start[alpha];
  return box;
}

Minimum search(const MaximizeLmlArgs& a, std::int64_t item, Likelihood& likelihood, std::uint32_t start) {
  const std::vector<double> first = start_of(a, item, start);
  const auto objective = [&](std::span<const double> x, std::span<double> gradient) {
    std::vector<double> theta(x.size());
    std::transform(x.begin(), x.end(), theta.begin(), exponential_of);
    const double value = likelihood.evaluate(theta, gradient);
    for (double& g : gradient) g = -g;
    return -value;
  };
  return minimise(objective, first, box_of(a, first), gradient_tolerance, most_iterations);
}

void write(const MaximizeLmlArgs& a, std::int64_t item, const std::vector<double>& theta, double lml, double norm,
           std::int32_t iterations, FitStatus status) {
  std::copy(theta.begin(), theta.end(), a.theta.data + item * a.theta.stride);
  a.log_marginal_likelihood.data[item * a.log_marginal_likelihood.stride] = lml;
  a.gradient_norm.data[item * a.gradient_norm.stride] = norm;
  a.iterations.data[item * a.iterations.stride] = iterations;
  a.status[item] = static_cast<std::int32_t>(status);
}

void maximize_item(const MaximizeLmlArgs& a, std::int64_t item) {
  const ItemInputs inputs = inputs_of(*a.table, a.scaled, a.rows[item], item);
  const double nan = std::nan("");
  if (!inputs.finite()) return write(a, item, written(a, item), nan, nan, 0, FitStatus::not_finite);
  thread_local Likelihood likelihood;
  likelihood.begin(inputs, a.rows[item].n_train, a.table->n, a.kernel.kernel, a.kernel.n_length_scales, a.mean);
  Minimum best{{}, nan, nan, 0, false};
  std::int32_t iterations = 0;
  const auto starts = static_cast<std::uint32_t>(value(a.n_restarts, item, 0)) + 1;
  for (std::uint32_t start = 0; start < starts; ++start) {
    Minimum end = search(a, item, likelihood, start);
    iterations += end.iterations;
    if (std::isnan(best.value) || end.value < best.value) best = std::move(end);
  }
  if (!std::isfinite(best.value))
    return write(a, item, written(a, item), nan, nan, iterations, FitStatus::not_positive_definite);
  std::vector<double> theta(best.x.size());
  std::transform(best.x.begin(), best.x.end(), theta.begin(), exponential_of);
  write(a, item, theta, -best.value, best.gradient_norm, iterations,
        best.converged ? FitStatus::ok : FitStatus::iteration_limit);
}

}  // namespace

int maximize_lml(const MaximizeLmlArgs* args) {
  return guarded("maximize_lml", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) maximize_item(*args, item);
  });
}

}  // namespace kilofold::cpu
