// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace kilofold::cpu {

/// Value of a smooth function at x; writes the gradient. NaN where the function is not defined.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

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

/// Minimise a function in a box by L-BFGS with projection: variables that the gradient pushes against their bound rest,
/// the others take the two-loop step, cut back to the box and halved until the value falls enough (Armijo).
///
/// Cost      one evaluation a step tried; ten pairs of vectors
/// Accuracy  bitwise: plain loops in index order
/// Source    Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4 and 3.1; Bertsekas 1982 for the projection
Minimum minimise(const Objective& objective, std::vector<double> start, const Box& box, double gradient_tolerance,
                 std::int32_t most_iterations);

}  // namespace kilofold::cpu
