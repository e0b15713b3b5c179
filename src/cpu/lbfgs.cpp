// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

namespace kilofold::cpu {
namespace {

constexpr std::size_t most_pairs = 10;
constexpr int most_halvings = 40;
constexpr double sufficient_decrease = 1e-4;
constexpr double least_curvature = 1e-10;  // of a pair worth keeping, relative to its lengths
constexpr double rounding = 8 * std::numeric_limits<double>::epsilon();

using Vector = std::vector<double>;

struct Pair {
  Vector step;
  Vector change;  ///< of the gradient
};

class Minimiser {
 public:
  Minimiser(const Objective& objective, const Box& box, Vector start) : objective_(objective), box_(box) {
    x_ = std::move(start);
    clip(x_);
    gradient_.resize(x_.size());
    value_ = objective_(x_, gradient_);
  }

  Minimum run(double tolerance, std::int32_t most_iterations);

 private:
  void clip(Vector& x) const {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::min(std::max(x[i], box_.lower[i]), box_.upper[i]);
  }
  void find_free();
  double free_dot(const Vector& a, const Vector& b) const {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (free_[i]) sum = std::fma(a[i], b[i], sum);
    return sum;
  }
  double gradient_norm() const;
  Vector direction() const;
  Vector steepest() const;
  bool search(const Vector& direction, double first_step);

  const Objective& objective_;
  const Box& box_;
  Vector x_;
  Vector gradient_;
  double value_ = 0;
  std::vector<char> free_;
  std::deque<Pair> pairs_;
};

void Minimiser::find_free() {
  free_.assign(x_.size(), 1);
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const bool held_below = x_[i] <= box_.lower[i] && gradient_[i] > 0;
    const bool held_above = x_[i] >= box_.upper[i] && gradient_[i] < 0;
    free_[i] = held_below || held_above ? 0 : 1;
  }
}

double Minimiser::gradient_norm() const {
  double norm = 0;
  for (std::size_t i = 0; i < x_.size(); ++i)
    if (free_[i]) norm = std::max(norm, std::abs(gradient_[i]));
  return norm;
}

Vector Minimiser::steepest() const {
  Vector d(x_.size(), 0.0);
  for (std::size_t i = 0; i < d.size(); ++i)
    if (free_[i]) d[i] = -gradient_[i];
  return d;
}

Vector Minimiser::direction() const {
  Vector d = steepest();
  Vector weight(pairs_.size(), 0.0);
  std::vector<double> curvature(pairs_.size());
  double scale = 1.0;
  for (std::size_t p = pairs_.size(); p-- > 0;) {
    const auto& [step, change] = pairs_[p];
    curvature[p] = free_dot(step, change);
    if (!(curvature[p] > 0)) continue;
    if (scale == 1.0) scale = curvature[p] / free_dot(change, change);
    weight[p] = free_dot(step, d) / curvature[p];
    for (std::size_t i = 0; i < d.size(); ++i)
      if (free_[i]) d[i] = std::fma(-weight[p], change[i], d[i]);
  }
  for (double& v : d) v *= scale;
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    const auto& [step, change] = pairs_[p];
    if (!(curvature[p] > 0)) continue;
    const double back = weight[p] - free_dot(change, d) / curvature[p];
    for (std::size_t i = 0; i < d.size(); ++i)
      if (free_[i]) d[i] = std::fma(back, step[i], d[i]);
  }
  return d;
}

/// Step along the projected direction. False where no step lowers the value.
bool Minimiser::search(const Vector& direction, double first_step) {
  Vector gradient(x_.size());
  double length = first_step;
  for (int halving = 0; halving < most_halvings; ++halving, length /= 2) {
    Vector x(x_.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::fma(length, direction[i], x_[i]);
    clip(x);
    double expected = 0;
    for (std::size_t i = 0; i < x.size(); ++i) expected = std::fma(gradient_[i], x[i] - x_[i], expected);
    if (!(expected < 0)) return false;
    const double value = objective_(x, gradient);
    if (!(value <= value_ + sufficient_decrease * expected)) continue;  // NaN is no decrease
    Pair pair{x, gradient};
    for (std::size_t i = 0; i < x.size(); ++i) {
      pair.step[i] -= x_[i];
      pair.change[i] -= gradient_[i];
    }
    const double curvature = free_dot(pair.step, pair.change);
    const double lengths = std::sqrt(free_dot(pair.step, pair.step) * free_dot(pair.change, pair.change));
    if (curvature > least_curvature * lengths) pairs_.push_back(std::move(pair));
    if (pairs_.size() > most_pairs) pairs_.pop_front();
    x_ = std::move(x);
    gradient_ = gradient;
    value_ = value;
    return true;
  }
  return false;
}

Minimum Minimiser::run(double tolerance, std::int32_t most_iterations) {
  Minimum minimum{x_, value_, 0, 0, false};
  if (!std::isfinite(value_)) return minimum;
  for (std::int32_t k = 0; k < most_iterations && !minimum.converged; ++k) {
    find_free();
    if (gradient_norm() <= tolerance) {
      minimum.converged = true;
      break;
    }
    const double before = value_;
    Vector d = direction();
    if (!(free_dot(d, gradient_) < 0)) {
      pairs_.clear();
      d = steepest();
    }
    const double first = pairs_.empty() ? std::min(1.0, 1.0 / gradient_norm()) : 1.0;
    bool moved = search(d, first);
    if (!moved && !pairs_.empty()) {  // the curvature remembered may mislead near the end
      pairs_.clear();
      moved = search(steepest(), std::min(1.0, 1.0 / gradient_norm()));
    }
    minimum.iterations = k + 1;
    minimum.converged = !moved || before - value_ <= rounding * std::abs(value_);
  }
  find_free();
  minimum.x = x_;
  minimum.value = value_;
  minimum.gradient_norm = gradient_norm();
  return minimum;
}

}  // namespace

Minimum minimise(const Objective& objective, std::vector<double> start, const Box& box, double gradient_tolerance,
                 std::int32_t most_iterations) {
  return Minimiser(objective, box, std::move(start)).run(gradient_tolerance, most_iterations);
}

}  // namespace kilofold::cpu
