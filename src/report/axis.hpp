// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// One axis of a plot: what it spans and where its ticks stand.
namespace kilofold::report {

struct Range {
  double low = 0;
  double high = 1;

  double span() const { return high - low; }
  bool contains(double value) const { return low <= value && value <= high; }
};

/// The smallest range that holds all finite values; [0, 1] where there are none.
Range range_of(std::span<const double> values);

/// A range with a margin of a fraction of its span at both ends; one without a span gets one.
Range padded(Range range, double fraction);

/// Ticks at multiples of 1, 2 or 5 times a power of ten within a range, at most `most` of them (at least two fit), no
/// closer than `least_step`: 1 for counts.
struct Ticks {
  std::vector<double> values;
  double step = 0;
};
Ticks nice_ticks(Range range, int most, double least_step = 0);

/// What to take from ticks whose labels would differ only behind their sixth digit: a number near their middle,
/// rounded to ten times the power of ten that their span is below. 0 where labels are short enough.
double offset_of(const Ticks& ticks);

/// A tick's label, with as many digits as the step needs.
std::string tick_label(double value, double step);

}  // namespace kilofold::report
