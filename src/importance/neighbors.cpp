// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "importance/neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

constexpr std::int64_t block_rows = 512;   // their codes stay in the cache
constexpr std::size_t block_queries = 16;  // share such a block

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

  /// Distance that a row has to fall below; infinite until there are k.
  double farthest() const {
    return heap_.size() < k_ ? std::numeric_limits<double>::infinity() : heap_.front().distance;
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

/// The rows twice: exactly, and as a byte a feature, from which a distance is bounded below sixteen features at a time.
///
/// With c = floor(255 z), |z - z'| > (|c - c'| - 1) / 255; so rows that are farther than the farthest neighbour so far
/// are told apart without a look at their doubles.
class CodedRows {
 public:
  explicit CodedRows(const Matrix<double>& Z) : d_(Z.cols()), width_((Z.cols() + 31) / 32 * 32) {
    const auto n = static_cast<std::size_t>(Z.rows());
    codes_.assign(n * static_cast<std::size_t>(width_), 0);
    values_.resize(n * static_cast<std::size_t>(d_));
    for (std::int64_t i = 0; i < Z.rows(); ++i)
      for (std::int64_t j = 0; j < d_; ++j) {
        values_[static_cast<std::size_t>(i * d_ + j)] = Z(i, j);
        codes_[static_cast<std::size_t>(i * width_ + j)] = static_cast<std::uint8_t>(std::floor(255 * Z(i, j)));
      }
  }

  /// The first row from `first` on whose codes differ from the query's by at most `most` in sum; `end` where none does.
  std::int64_t next_near(std::int64_t query, std::int64_t first, std::int64_t end, std::int32_t most) const {
    switch (width_) {
      case 32:
        return next_near_of<32>(query, first, end, most);
      case 64:
        return next_near_of<64>(query, first, end, most);
      default:
        return next_near_of<0>(query, first, end, most);
    }
  }

  /// The largest code distance that rows nearer than `distance` can have. A little more than the bound, so that
  /// rounding decides nothing.
  std::int32_t most_code_distance(double distance) const {
    constexpr double slack = 1.0001;
    return static_cast<std::int32_t>(std::min(255 * slack * distance + static_cast<double>(d_) + 1, 1e9));
  }

  double distance(std::int64_t a, std::int64_t b) const {
    double sum = 0;
    for (std::int64_t j = 0; j < d_; ++j)
      sum += std::abs(values_[static_cast<std::size_t>(b * d_ + j)] - values_[static_cast<std::size_t>(a * d_ + j)]);
    return sum;
  }

 private:
  /// A width known when compiled makes the sum a few instructions; 0: any width.
  template <int width>
  std::int64_t next_near_of(std::int64_t query, std::int64_t first, std::int64_t end, std::int32_t most) const {
    const std::int64_t stride = width > 0 ? width : width_;
    const std::uint8_t* const x = codes_.data() + query * stride;
    const std::uint8_t* z = codes_.data() + first * stride;
    for (std::int64_t row = first; row < end; ++row, z += stride) {
      std::int32_t sum = 0;
      for (std::int64_t j = 0; j < stride; ++j) sum += std::abs(x[j] - z[j]);
      if (sum <= most) return row;
    }
    return end;
  }

  std::int64_t d_, width_;
  std::vector<std::uint8_t> codes_;  ///< (n, width), row-major, zeros up to whole blocks of 32
  std::vector<double> values_;       ///< (n, d), row-major
};

}  // namespace

void visit_nearest(const Matrix<double>& Z, std::span<const std::int32_t> queries, std::int32_t k,
                   const std::function<void(std::int32_t, std::span<const std::int32_t>)>& visit) {
  KILOFOLD_EXPECT(k >= 1 && k < Z.rows());
  const CodedRows rows(Z);
  for (std::size_t begin = 0; begin < queries.size(); begin += block_queries) {
    const auto block = queries.subspan(begin, std::min(block_queries, queries.size() - begin));
    std::vector<Nearest> nearest(block.size(), Nearest(k));
    for (std::int64_t first = 0; first < Z.rows(); first += block_rows) {
      const std::int64_t count = std::min(block_rows, Z.rows() - first);
      for (std::size_t q = 0; q < block.size(); ++q) {
        const std::int64_t end = first + count;
        const auto next = [&](std::int64_t from) {
          return rows.next_near(block[q], from, end, rows.most_code_distance(nearest[q].farthest()));
        };
        for (std::int64_t row = next(first); row < end; row = next(row + 1))
          if (row != block[q]) nearest[q].offer(rows.distance(block[q], row), static_cast<std::int32_t>(row));
      }
    }
    for (std::size_t q = 0; q < block.size(); ++q) visit(block[q], nearest[q].rows());
  }
}

}  // namespace kilofold
