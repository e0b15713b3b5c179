// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace kilofold {

struct Box {
  std::vector<double> lower;
  std::vector<double> upper;
};

struct Minimum {
  std::vector<double> x;
  double value;          ///< NaN where the function is not defined at the start
  double gradient_norm;  ///< largest component of the gradient that a bound does not hold
  std::int32_t iterations;
  bool converged;  ///< gradient_norm below the tolerance, or no step lowers the value by more than its rounding
};

/// Minimise a smooth function in a box by L-BFGS with projection: variables that the gradient pushes against their
/// bound rest, the others take the two-loop step, cut back to the box and halved until the value falls enough (Armijo).
///
/// It asks and is told: whoever evaluates the function, one at a time or for many searches at once, holds the loop
///   while (!search.done()) search.tell(value at search.asked(), gradient);
///
/// Cost      one evaluation a step tried; ten pairs of vectors
/// Accuracy  bitwise: plain loops in index order
/// Source    Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4 and 3.1; Bertsekas 1982 for the projection
class Lbfgs {
 public:
  Lbfgs(std::vector<double> start, Box box, double gradient_tolerance, std::int32_t most_iterations);

  bool done() const { return done_; }
  /// Where the function is wanted next.
  const std::vector<double>& asked() const { return asked_; }
  /// Its value there, NaN where it is not defined, and its gradient.
  void tell(double value, std::span<const double> gradient);
  /// Requires  done
  const Minimum& minimum() const { return minimum_; }

 private:
  using Vector = std::vector<double>;
  struct Pair {
    Vector step;
    Vector change;  ///< of the gradient
  };

  void clip(Vector& x) const;
  void find_free();
  double free_dot(const Vector& a, const Vector& b) const;
  double gradient_norm() const;
  double first_length() const;
  Vector steepest() const;
  Vector two_loop_direction() const;
  void begin_iteration();
  void search_along(Vector direction, double length);
  void try_step();
  void take_step(double value, std::span<const double> gradient);
  void end_iteration(bool moved);
  void finish();

  Box box_;
  double gradient_tolerance_;
  std::int32_t most_iterations_;
  Vector asked_;
  bool started_ = false;  ///< the start is evaluated
  bool done_ = false;
  Minimum minimum_;

  Vector x_;
  Vector gradient_;
  double value_ = 0;
  double value_before_ = 0;  ///< of the iteration
  std::vector<char> free_;
  std::deque<Pair> pairs_;

  Vector direction_;
  double length_ = 0;
  double expected_ = 0;  ///< change of the value by the slope
  int halvings_ = 0;
};

}  // namespace kilofold
