// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/bins.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

using Values = std::vector<double>;

Values quantile_edges(const Values& sorted, const Values& levels, std::int64_t n_bins) {
  const std::int64_t last = std::ssize(sorted) - 1;
  Values edges;
  for (std::int64_t b = 1; b < n_bins; ++b) {
    const double value = sorted[static_cast<std::size_t>((last * b + n_bins - 1) / n_bins)];
    const double edge = value == levels[0] ? levels[1] : value;
    if (edges.empty() || edges.back() != edge) edges.push_back(edge);
  }
  return edges;
}

Values equal_width_edges(const Values& levels, std::int64_t n_bins) {
  const Values position = range_scaled(levels);
  const auto interval = [&](std::size_t i) {
    const auto floor = static_cast<std::int64_t>(position[i] * static_cast<double>(n_bins));
    return std::min(floor, n_bins - 1);
  };
  Values edges;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    if (interval(i) != interval(i - 1)) edges.push_back(levels[i]);
  }
  return edges;
}

Values bin_edges(Column x, const Binning& binning) {
  Values sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  Values levels;
  std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(levels));
  if (std::ssize(levels) <= binning.max_bins) return {levels.begin() + 1, levels.end()};
  return binning.edges == BinEdges::quantile ? quantile_edges(sorted, levels, binning.max_bins)
                                             : equal_width_edges(levels, binning.max_bins);
}

}  // namespace

Bins bin_column(Column x, const Binning& binning) {
  KILOFOLD_EXPECT(binning.max_bins >= 2);
  const Values edges = bin_edges(x, binning);
  Bins bins{std::vector<std::int32_t>(x.size()), static_cast<std::int32_t>(edges.size()) + 1};
  std::transform(x.begin(), x.end(), bins.bin.begin(), [&](double value) {
    return static_cast<std::int32_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin());
  });
  return bins;
}

RowsByBin::RowsByBin(const Bins& bins) : row(bins.bin.size()), begin(static_cast<std::size_t>(bins.n_bins) + 1, 0) {
  for (const std::int32_t bin : bins.bin) ++begin[static_cast<std::size_t>(bin) + 1];
  for (std::size_t b = 1; b < begin.size(); ++b) begin[b] += begin[b - 1];
  std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
  for (std::size_t i = 0; i < bins.bin.size(); ++i) {
    const std::int64_t place = next[static_cast<std::size_t>(bins.bin[i])]++;
    row[static_cast<std::size_t>(place)] = static_cast<std::int32_t>(i);
  }
}

std::span<const std::int32_t> RowsByBin::of(std::int64_t bin) const {
  const auto b = static_cast<std::size_t>(bin);
  return std::span(row).subspan(static_cast<std::size_t>(begin[b]), static_cast<std::size_t>(begin[b + 1] - begin[b]));
}

}  // namespace kilofold
