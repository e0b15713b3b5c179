// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/neighbors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

constexpr std::int64_t block_rows = 256;   // distances of one query to one block: 2 KB
constexpr std::size_t block_queries = 16;  // share a block of Z while it is in the cache

struct Neighbor {
  double distance;
  std::int32_t row;
  friend auto operator<=>(const Neighbor&, const Neighbor&) = default;
};

/// The k nearest of the rows offered so far; rows are offered in ascending index.
class Nearest {
 public:
  explicit Nearest(std::int32_t k) : k_(static_cast<std::size_t>(k)) { heap_.reserve(k_); }

  void offer(double distance, std::int32_t row) {
    if (heap_.size() == k_) {
      // A later row that is only as near as the farthest held one loses by its index.
      if (distance >= heap_.front().distance) return;
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    heap_.push_back({distance, row});
    std::push_heap(heap_.begin(), heap_.end());
  }

  /// Rows, nearest first. Ends the search.
  std::vector<std::int32_t> rows() {
    std::sort_heap(heap_.begin(), heap_.end());
    std::vector<std::int32_t> rows;
    for (const Neighbor& neighbor : heap_) rows.push_back(neighbor.row);
    return rows;
  }

 private:
  std::size_t k_;
  std::vector<Neighbor> heap_;  ///< the farthest on top
};

using Distances = std::array<double, block_rows>;

void distances(const Matrix<double>& Z, std::int32_t query, std::int64_t first, std::int64_t count, Distances& out) {
  out.fill(0.0);
  for (std::int64_t j = 0; j < Z.cols(); ++j) {
    const double* const z = Z.view().col(j) + first;
    const double own = Z(query, j);
    for (std::int64_t i = 0; i < count; ++i) out[static_cast<std::size_t>(i)] += std::abs(z[i] - own);
  }
}

}  // namespace

void visit_nearest(const Matrix<double>& Z, std::span<const std::int32_t> queries, std::int32_t k,
                   const std::function<void(std::int32_t, std::span<const std::int32_t>)>& visit) {
  KILOFOLD_EXPECT(k >= 1 && k < Z.rows());
  Distances distance;
  for (std::size_t begin = 0; begin < queries.size(); begin += block_queries) {
    const auto block = queries.subspan(begin, std::min(block_queries, queries.size() - begin));
    std::vector<Nearest> nearest(block.size(), Nearest(k));
    for (std::int64_t first = 0; first < Z.rows(); first += block_rows) {
      const std::int64_t count = std::min(block_rows, Z.rows() - first);
      for (std::size_t q = 0; q < block.size(); ++q) {
        distances(Z, block[q], first, count, distance);
        for (std::int64_t i = 0; i < count; ++i) {
          const auto row = static_cast<std::int32_t>(first + i);
          if (row != block[q]) nearest[q].offer(distance[static_cast<std::size_t>(i)], row);
        }
      }
    }
    for (std::size_t q = 0; q < block.size(); ++q) visit(block[q], nearest[q].rows());
  }
}

}  // namespace kilofold
