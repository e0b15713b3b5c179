// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "kilofold/backend/arguments.hpp"
#include "kilofold/core/exp_log.hpp"
#include "kilofold/core/lbfgs.hpp"
#include "kilofold/core/random.hpp"

/// The searches of `maximize_lml`, the same in every backend, of host memory alone: a backend owes them the
/// likelihoods.
namespace kilofold {

/// Refuse arguments whose searches cannot begin.
inline void check_searches(const MaximizeLmlArgs& a) {
  check_stationary(a.kernel);
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const double restarts = value(a.n_restarts, i);
    require(restarts >= 0 && std::isfinite(restarts) && restarts == std::floor(restarts),
            "n_restarts must be a whole number of at least 0");
  }
}

/// How many starts an item has, its written parameters among them.
inline std::uint32_t n_starts(const MaximizeLmlArgs& a, std::int64_t item) {
  return static_cast<std::uint32_t>(value(a.n_restarts, item)) + 1;
}

/// What the item's parameters say: a length scale a feature, alpha, noise and signal variance.
inline std::vector<double> written_theta(const MaximizeLmlArgs& a, std::int64_t item) {
  std::vector<double> theta;
  for (std::int64_t f = 0; f < a.table->d; ++f)
    theta.push_back(value(a.kernel.length_scale, item, a.kernel.n_length_scales == 1 ? 0 : f));
  theta.push_back(value(a.kernel.alpha, item));
  theta.push_back(value(a.noise_variance, item));
  theta.push_back(value(a.signal_variance, item));
  return theta;
}

/// One start of one item. Its variables are the logarithms of the length scales, or of the first where they keep their
/// ratios, then of alpha, noise and signal variance.
class LmlSearch {
 public:
  LmlSearch(const MaximizeLmlArgs& a, std::int64_t item, std::uint32_t start)
      : n_scales_(a.per_feature ? static_cast<std::size_t>(a.table->d) : 1),
        written_(written_theta(a, item)),
        lbfgs_(begin(a, item, start)) {}

  bool done() const { return lbfgs_.done(); }
  const Minimum& minimum() const { return lbfgs_.minimum(); }  ///< of minus the likelihood
  /// The hyperparameters (d + 3) whose likelihood is wanted next.
  std::vector<double> asked() const { return theta(lbfgs_.asked()); }

  /// Their likelihood, NaN where the covariance is not positive definite, and its gradient by their logarithms (d + 3).
  void tell(double lml, std::span<const double> slope) {
    std::vector<double> gradient(n_scales_ + 3, 0.0);
    const std::size_t d = slope.size() - 3;
    for (std::size_t f = 0; f < d; ++f) gradient[n_scales_ == 1 ? 0 : f] -= slope[f];
    for (std::size_t i = 0; i < 3; ++i) gradient[n_scales_ + i] = -slope[d + i];
    lbfgs_.tell(-lml, gradient);
  }

  /// Hyperparameters of some variables.
  std::vector<double> theta(std::span<const double> x) const {
    std::vector<double> theta;
    const std::size_t d = written_.size() - 3;
    for (std::size_t f = 0; f < d; ++f)
      theta.push_back(n_scales_ == d ? exponential(x[f]) : exponential(x[0]) * (written_[f] / written_[0]));
    for (std::size_t i = n_scales_; i < x.size(); ++i) theta.push_back(exponential(x[i]));
    return theta;
  }

 private:
  static constexpr double lowest = 1e-5;  // scikit-learn's bounds of every hyperparameter
  static constexpr double highest = 1e5;
  static constexpr double gradient_tolerance = 1e-5;
  static constexpr std::int32_t most_iterations = 200;

  static double exponential(double x) { return x < 0 ? exp_minus(-x) : 1.0 / exp_minus(x); }

  Lbfgs begin(const MaximizeLmlArgs& a, std::int64_t item, std::uint32_t start) const {
    std::vector<double> x = start_at(a, item, start);
    Box box{std::vector(x.size(), natural_log(lowest)), std::vector(x.size(), natural_log(highest))};
    // alpha rests unless the kernel reads it
    if (a.kernel.kernel != Kernel::rational_quadratic) box.lower[n_scales_] = box.upper[n_scales_] = x[n_scales_];
    return {std::move(x), std::move(box), gradient_tolerance, most_iterations};
  }

  std::vector<double> start_at(const MaximizeLmlArgs& a, std::int64_t item, std::uint32_t start) const {
    std::vector<double> x(written_.begin(), written_.begin() + static_cast<std::ptrdiff_t>(n_scales_));
    x.insert(x.end(), written_.end() - 3, written_.end());
    const MemberRandom random{a.random.model_seed[item], a.random.fold_seed[item], a.random.fold[item], start};
    const double low = natural_log(lowest), high = natural_log(highest);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (start == 0)
        x[i] = natural_log(std::min(std::max(x[i], lowest), highest));
      else
        x[i] = low + uniform(random.bits(Draw::start, static_cast<std::uint32_t>(i))) * (high - low);
    }
    return x;
  }

  std::size_t n_scales_;
  std::vector<double> written_;
  Lbfgs lbfgs_;
};

/// What `maximize_lml` says of an item.
struct LmlAnswer {
  std::vector<double> theta;  ///< (d + 3)
  double log_marginal_likelihood;
  double gradient_norm;
  std::int32_t iterations;  ///< all starts
  FitStatus status;
};

/// The answer of an item that has none: what is written, NaN and its status.
inline LmlAnswer no_answer(const MaximizeLmlArgs& a, std::int64_t item, std::int32_t iterations, FitStatus status) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {written_theta(a, item), nan, nan, iterations, status};
}

/// The best end of an item's searches, in the order of its starts: the earliest on ties.
inline LmlAnswer best_answer(const MaximizeLmlArgs& a, std::int64_t item, std::span<const LmlSearch> searches) {
  const LmlSearch* best = &searches.front();
  std::int32_t iterations = 0;
  for (const LmlSearch& search : searches) {
    iterations += search.minimum().iterations;
    if (std::isnan(best->minimum().value) || search.minimum().value < best->minimum().value) best = &search;
  }
  const Minimum& end = best->minimum();
  if (!std::isfinite(end.value)) return no_answer(a, item, iterations, FitStatus::not_positive_definite);
  return {best->theta(end.x), -end.value, end.gradient_norm, iterations,
          end.converged ? FitStatus::ok : FitStatus::iteration_limit};
}

}  // namespace kilofold
