// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kilofold/core/reduction.hpp"

namespace kilofold {

/// A tree node's target sum, split so that its rows can be centred without rounding: sum = n * centre + rest, 0 <= rest
/// < n.
///
/// Sums below are of (q - centre) over rows, q the fixed-point target. Centring on the node keeps the gain's relative
/// precision where a deep node's rows are alike, and lets mathematically equal splits tie in bits.
struct NodeTotal {
  std::int64_t n;
  std::int64_t centre;
  std::int64_t rest;
};

KILOFOLD_HD inline NodeTotal node_total(std::int64_t sum, std::int64_t n) {
  std::int64_t centre = sum / n;
  if (centre * n > sum) --centre;
  return {n, centre, sum - centre * n};
}

/// n times the decrease of the node's squared error when n_left of its rows, of centred sum left, go to one side.
///
/// With a = left:  n (a^2 / n_L + (rest - a)^2 / n_R - rest^2 / n) = (n a - n_L rest)^2 / (n_L n_R).
/// The numerator is formed from the halves of a so that it is rounded once (n <= 2^22): the two sides may change places
/// without changing a bit, and the gain is zero exactly when both sides have the same mean.
/// Accuracy  four roundings, relative to the decrease itself
KILOFOLD_HD inline double split_gain(const NodeTotal& node, std::int64_t left, std::int64_t n_left) {
  const double n = static_cast<double>(node.n), n_l = static_cast<double>(n_left);
  const double high = static_cast<double>(left >> 31), low = static_cast<double>(left & 0x7fffffff);
  const double difference = std::fma(high * n, 0x1p31, low * n - n_l * static_cast<double>(node.rest));
  return difference * difference / (n_l * (n - n_l));
}

}  // namespace kilofold
