// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "importance/samples.hpp"

namespace kilofold {

/// The bin of every row, and how many bins there are; none is empty.
struct Bins {
  std::vector<std::int32_t> bin;
  std::int32_t n_bins = 0;
};

/// Sort a column into bins.
///
/// Every edge is a value of the column: the bin of x is the number of edges <= x.
/// - at most B distinct values: each but the smallest is an edge
/// - quantile: the sorted values at (from 0) ceil((n - 1) b / B), b = 1 .. B - 1, repeats dropped. This is numpy's
/// linear
///   quantile and `searchsorted(side="right")`, in integers. An edge at the smallest value would have nothing below it;
///   it moves to the next distinct value, so that a column of mostly zeros does not end up in one bin
/// - equal_width: the first value of every interval floor(B (x - min) / (max - min)) that holds any; the last is closed
Bins bin_column(Column x, const Binning& binning);

/// Rows in order of bin, then index: those of bin b are row[begin[b]] .. row[begin[b + 1] - 1].
struct RowsByBin {
  std::vector<std::int32_t> row;
  std::vector<std::int64_t> begin;

  explicit RowsByBin(const Bins& bins);
  std::span<const std::int32_t> of(std::int64_t bin) const;
  std::int64_t n_bins() const { return std::ssize(begin) - 1; }
};

}  // namespace kilofold
