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
  check_matrices(a);
  check_stationary(a.kernel);
  for (std::int64_t i = 0; i < a.n_items; ++i)
    require_count(value(a.n_restarts, i, 0), 0, Infinite::refused, "n_restarts must be a whole number of at least 0");
}

/// What the item's parameters say: a length scale a feature, alpha, noise and signal variance.
std::vector<double> written(const MaximizeLmlArgs& a, std::int64_t item) {
  std::vector<double> theta;
  for (std::int64_t f = 0; f < a.table->d; ++f)
    theta.push_back(value(a.kernel.length_scale, item, a.kernel.n_length_scales == 1 ? 0 : f));
  theta.push_back(value(a.kernel.alpha, item, 0));
  theta.push_back(value(a.noise_variance, item, 0));
  theta.push_back(value(a.signal_variance, item, 0));
  return theta;
}

/// The search of one item: its variables are the logarithms of the length scales, or of the first where they keep their
/// ratios, then of alpha, noise and signal variance.
class Search {
 public:
  Search(const MaximizeLmlArgs& a, std::int64_t item, Likelihood& likelihood)
      : args_(a), item_(item), likelihood_(likelihood), written_(written(a, item)) {}

  Minimum from(std::uint32_t start);
  std::vector<double> theta(std::span<const double> x) const;

 private:
  std::size_t n_scales() const { return args_.per_feature ? static_cast<std::size_t>(args_.table->d) : 1; }
  std::vector<double> start_at(std::uint32_t start) const;
  Box box(const std::vector<double>& start) const;
  double evaluate(std::span<const double> x, std::span<double> gradient);

  const MaximizeLmlArgs& args_;
  std::int64_t item_;
  Likelihood& likelihood_;
  std::vector<double> written_;
};

std::vector<double> Search::theta(std::span<const double> x) const {
  std::vector<double> theta;
  for (std::size_t f = 0; f < static_cast<std::size_t>(args_.table->d); ++f)
    theta.push_back(args_.per_feature ? exponential_of(x[f]) : exponential_of(x[0]) * (written_[f] / written_[0]));
  for (std::size_t i = n_scales(); i < x.size(); ++i) theta.push_back(exponential_of(x[i]));
  return theta;
}

std::vector<double> Search::start_at(std::uint32_t start) const {
  std::vector<double> x(written_.begin(), written_.begin() + static_cast<std::ptrdiff_t>(n_scales()));
  x.insert(x.end(), written_.end() - 3, written_.end());
  const RandomSource& source = args_.random;
  const MemberRandom random{source.model_seed[item_], source.fold_seed[item_], source.fold[item_], start};
  const double low = natural_log(lowest), high = natural_log(highest);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (start == 0)
      x[i] = natural_log(std::min(std::max(x[i], lowest), highest));
    else
      x[i] = low + uniform(random.bits(Draw::start, static_cast<std::uint32_t>(i))) * (high - low);
  }
  return x;
}

/// Where the search may go; alpha rests unless the kernel reads it.
Box Search::box(const std::vector<double>& start) const {
  Box box{std::vector(start.size(), natural_log(lowest)), std::vector(start.size(), natural_log(highest))};
  const std::size_t alpha = n_scales();
  if (args_.kernel.kernel != Kernel::rational_quadratic) box.lower[alpha] = box.upper[alpha] = start[alpha];
  return box;
}

double Search::evaluate(std::span<const double> x, std::span<double> gradient) {
  const std::vector<double> at = theta(x);
  std::vector<double> slope(at.size());
  const double value = likelihood_.evaluate(at, slope);
  std::fill(gradient.begin(), gradient.end(), 0.0);
  const std::size_t d = at.size() - 3;
  for (std::size_t f = 0; f < d; ++f) gradient[args_.per_feature ? f : 0] -= slope[f];
  for (std::size_t i = 0; i < 3; ++i) gradient[n_scales() + i] = -slope[d + i];
  return -value;
}

Minimum Search::from(std::uint32_t start) {
  const std::vector<double> first = start_at(start);
  const auto objective = [this](std::span<const double> x, std::span<double> gradient) {
    return evaluate(x, gradient);
  };
  return minimise(objective, first, box(first), gradient_tolerance, most_iterations);
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
  likelihood.begin(inputs, a.rows[item].n_train, a.table->n, a.kernel.kernel, a.table->d, a.mean, a.noise_floor);
  Search search(a, item, likelihood);
  Minimum best{{}, nan, nan, 0, false};
  std::int32_t iterations = 0;
  const auto starts = static_cast<std::uint32_t>(value(a.n_restarts, item, 0)) + 1;
  for (std::uint32_t start = 0; start < starts; ++start) {
    Minimum end = search.from(start);
    iterations += end.iterations;
    if (std::isnan(best.value) || end.value < best.value) best = std::move(end);
  }
  if (!std::isfinite(best.value))
    return write(a, item, written(a, item), nan, nan, iterations, FitStatus::not_positive_definite);
  write(a, item, search.theta(best.x), -best.value, best.gradient_norm, iterations,
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
