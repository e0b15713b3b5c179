// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kilofold/core/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace kilofold {
namespace {

constexpr std::size_t most_pairs = 10;
constexpr int most_halvings = 40;
constexpr double sufficient_decrease = 1e-4;
constexpr double least_curvature = 1e-10;  // of a pair worth keeping, relative to its lengths
constexpr double rounding = 8 * std::numeric_limits<double>::epsilon();

}  // namespace

Lbfgs::Lbfgs(std::vector<double> start, Box box, double gradient_tolerance, std::int32_t most_iterations)
    : box_(std::move(box)),
      gradient_tolerance_(gradient_tolerance),
      most_iterations_(most_iterations),
      minimum_{{}, 0, 0, 0, false},
      x_(std::move(start)) {
  clip(x_);
  asked_ = x_;
}

void Lbfgs::tell(double value, std::span<const double> gradient) {
  if (!started_) {
    started_ = true;
    value_ = value;
    gradient_.assign(gradient.begin(), gradient.end());
    minimum_.x = x_;
    minimum_.value = value_;
    if (std::isfinite(value_))
      begin_iteration();
    else
      done_ = true;
  } else if (value <= value_ + sufficient_decrease * expected_) {
    take_step(value, gradient);
    end_iteration(true);
  } else {  // also NaN, which is no decrease
    ++halvings_;
    length_ /= 2;
    try_step();
  }
}

void Lbfgs::clip(Vector& x) const {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::min(std::max(x[i], box_.lower[i]), box_.upper[i]);
}

void Lbfgs::find_free() {
  free_.assign(x_.size(), 1);
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const bool held_below = x_[i] <= box_.lower[i] && gradient_[i] > 0;
    const bool held_above = x_[i] >= box_.upper[i] && gradient_[i] < 0;
    free_[i] = held_below || held_above ? 0 : 1;
  }
}

double Lbfgs::free_dot(const Vector& a, const Vector& b) const {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (free_[i]) sum = std::fma(a[i], b[i], sum);
  return sum;
}

double Lbfgs::gradient_norm() const {
  double norm = 0;
  for (std::size_t i = 0; i < x_.size(); ++i)
    if (free_[i]) norm = std::max(norm, std::abs(gradient_[i]));
  return norm;
}

/// Of a step of steepest descent: not longer than 1 in any variable.
double Lbfgs::first_length() const { return std::min(1.0, 1.0 / gradient_norm()); }

Lbfgs::Vector Lbfgs::steepest() const {
  Vector d(x_.size(), 0.0);
  for (std::size_t i = 0; i < d.size(); ++i)
    if (free_[i]) d[i] = -gradient_[i];
  return d;
}

Lbfgs::Vector Lbfgs::two_loop_direction() const {
  Vector d = steepest();
  Vector weight(pairs_.size(), 0.0);
  Vector curvature(pairs_.size());
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

void Lbfgs::begin_iteration() {
  if (minimum_.iterations == most_iterations_) return finish();
  find_free();
  if (gradient_norm() <= gradient_tolerance_) {
    minimum_.converged = true;
    return finish();
  }
  value_before_ = value_;
  Vector d = two_loop_direction();
  if (!(free_dot(d, gradient_) < 0)) {
    pairs_.clear();
    d = steepest();
  }
  search_along(std::move(d), pairs_.empty() ? first_length() : 1.0);
}

/// Search along the projected direction, from this length on.
void Lbfgs::search_along(Vector direction, double length) {
  direction_ = std::move(direction);
  length_ = length;
  halvings_ = 0;
  try_step();
}

/// Ask at the end of the step, unless no step lowers the value.
void Lbfgs::try_step() {
  expected_ = 0;
  if (halvings_ < most_halvings) {
    asked_.resize(x_.size());
    for (std::size_t i = 0; i < x_.size(); ++i) asked_[i] = std::fma(length_, direction_[i], x_[i]);
    clip(asked_);
    for (std::size_t i = 0; i < x_.size(); ++i) expected_ = std::fma(gradient_[i], asked_[i] - x_[i], expected_);
  }
  if (expected_ < 0) return;
  if (pairs_.empty()) return end_iteration(false);
  pairs_.clear();  // the curvature remembered may mislead near the end
  search_along(steepest(), first_length());
}

void Lbfgs::take_step(double value, std::span<const double> gradient) {
  Pair pair{asked_, Vector(gradient.begin(), gradient.end())};
  for (std::size_t i = 0; i < x_.size(); ++i) {
    pair.step[i] -= x_[i];
    pair.change[i] -= gradient_[i];
  }
  const double curvature = free_dot(pair.step, pair.change);
  const double lengths = std::sqrt(free_dot(pair.step, pair.step) * free_dot(pair.change, pair.change));
  if (curvature > least_curvature * lengths) pairs_.push_back(std::move(pair));
  if (pairs_.size() > most_pairs) pairs_.pop_front();
  x_ = asked_;
  gradient_.assign(gradient.begin(), gradient.end());
  value_ = value;
}

void Lbfgs::end_iteration(bool moved) {
  ++minimum_.iterations;
  minimum_.converged = !moved || value_before_ - value_ <= rounding * std::abs(value_);
  if (minimum_.converged)
    finish();
  else
    begin_iteration();
}

void Lbfgs::finish() {
  find_free();
  minimum_.x = x_;
  minimum_.value = value_;
  minimum_.gradient_norm = gradient_norm();
  done_ = true;
}

}  // namespace kilofold
