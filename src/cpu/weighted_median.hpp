// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cpu/scratch.hpp"

namespace kilofold::cpu {

/// Weighted medians of the first T of some numbers, for every T wanted.
///
/// The numbers are put in order of (value, place) once; a median is the first of those with place < T at which the
/// cumulative weight, added in that order, reaches half the total. NaN where none does.
class WeightedMedian {
 public:
  /// The places' weights and the T wanted, each at most the number of weights.
  void start(std::span<const double> weight, std::span<const std::int32_t> first);

  /// median[l] is that of the first T = first[l] of value, which has as many numbers as there are weights, all finite.
  ///
  /// Cost      two passes of an 8-bit radix sort and two over the weights, whatever the number of T up to eight
  void find(const double* value, double* median);

 private:
  void sort(const double* value);

  std::span<const double> weight_;
  std::span<const std::int32_t> first_;
  Scratch<std::int32_t> order_store_, other_store_;
  Scratch<std::uint16_t> key_store_;
  Scratch<double> weight_store_, place_store_, first_store_;
  std::int32_t* order_ = nullptr;
};

}  // namespace kilofold::cpu
