// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <utility>

#include "kilofold/plan.hpp"

namespace kilofold {
namespace {

using Tuple = std::vector<std::int32_t>;

/// Distinct rows of a factor over some of its axes, ascending; a factor that has none of them gives one empty tuple.
std::vector<Tuple> distinct_tuples(const Grid::Factor& factor, const AxisSet& axes) {
  std::vector<const Grid::Column*> columns;
  for (const Grid::Column& column : factor.columns)
    if (axes.contains(column.axis)) columns.push_back(&column);
  if (columns.empty()) return {Tuple{}};
  std::ranges::sort(columns, {}, [](const Grid::Column* c) { return c->axis; });

  std::vector<Tuple> tuples;
  for (std::int64_t row = 0; row < factor.rows(); ++row) {
    Tuple& tuple = tuples.emplace_back();
    for (const Grid::Column* column : columns) tuple.push_back(column->code[static_cast<std::size_t>(row)]);
  }
  std::ranges::sort(tuples);
  tuples.erase(std::unique(tuples.begin(), tuples.end()), tuples.end());
  return tuples;
}

std::int64_t distinct_codes(std::vector<std::int32_t> codes) {
  std::ranges::sort(codes);
  return std::unique(codes.begin(), codes.end()) - codes.begin();
}

/// Axes that sit in one factor of any grid belong to one block; projections are products over blocks.
std::vector<AxisSet> blocks_of(std::span<const Grid* const> grids, const AxisSet& axes) {
  std::vector<AxisSet> blocks;
  for (AxisId axis : axes.list()) blocks.push_back({axis});
  for (const Grid* grid : grids)
    for (const Grid::Factor& factor : grid->factors()) {
      AxisSet joined;
      for (const Grid::Column& column : factor.columns)
        if (axes.contains(column.axis)) joined.insert(column.axis);
      AxisSet merged;
      std::erase_if(blocks, [&](const AxisSet& block) {
        if (!block.intersects(joined)) return false;
        merged = merged | block;
        return true;
      });
      if (!merged.empty()) blocks.push_back(merged);
    }
  return blocks;
}

/// Distinct tuples of one block in one grid: the product of the grid's factors inside it, axes ascending.
std::vector<Tuple> block_tuples(const Grid& grid, const AxisSet& block) {
  using Row = std::vector<std::pair<AxisId, std::int32_t>>;
  std::vector<Row> rows{Row{}};
  for (const Grid::Factor& factor : grid.factors()) {
    std::vector<AxisId> axes;
    for (const Grid::Column& column : factor.columns)
      if (block.contains(column.axis)) axes.push_back(column.axis);
    if (axes.empty()) continue;
    std::ranges::sort(axes);
    std::vector<Row> extended;
    for (const Row& row : rows)
      for (const Tuple& tuple : distinct_tuples(factor, block)) {
        Row& next = extended.emplace_back(row);
        for (std::size_t i = 0; i < axes.size(); ++i) next.emplace_back(axes[i], tuple[i]);
      }
    rows = std::move(extended);
  }
  std::vector<Tuple> tuples;
  for (Row& row : rows) {
    std::ranges::sort(row);
    Tuple& tuple = tuples.emplace_back();
    for (const auto& [axis, code] : row) tuple.push_back(code);
  }
  std::ranges::sort(tuples);
  return tuples;
}

/// Sets of tuples, ascending, one a block: their product is what a grid reads.
using Product = std::vector<std::vector<Tuple>>;

bool is_within(const Product& part, const Product& whole) {
  return std::ranges::equal(part, whole, [](const auto& a, const auto& b) { return std::ranges::includes(b, a); });
}

/// Keep the products of which none lies within another: most entries of a study read the same.
void add_unless_within(Product product, std::vector<Product>& products) {
  if (std::ranges::any_of(products, [&](const Product& other) { return is_within(product, other); })) return;
  std::erase_if(products, [&](const Product& other) { return is_within(other, product); });
  products.push_back(std::move(product));
}

}  // namespace

void AxisSet::insert(AxisId axis) {
  KILOFOLD_EXPECT(axis.value >= 0 && static_cast<std::size_t>(axis.value) < capacity);
  bits_.set(static_cast<std::size_t>(axis.value));
}

void AxisSet::erase(AxisId axis) { bits_.reset(static_cast<std::size_t>(axis.value)); }

std::vector<AxisId> AxisSet::list() const {
  std::vector<AxisId> axes;
  for (std::size_t i = bits_._Find_first(); i < capacity; i = bits_._Find_next(i))
    axes.emplace_back(static_cast<int>(i));
  return axes;
}

void Grid::add(Factor factor) {
  KILOFOLD_EXPECT(!factor.columns.empty() && factor.rows() > 0);
  for (const Column& column : factor.columns) {
    KILOFOLD_EXPECT(static_cast<std::int64_t>(column.code.size()) == factor.rows());
    KILOFOLD_EXPECT(!axes().contains(column.axis));
  }
  factors_.push_back(std::move(factor));
}

const Grid::Factor& Grid::factor_of(AxisId axis) const {
  for (const Factor& factor : factors_)
    if (std::ranges::find(factor.columns, axis, &Column::axis) != factor.columns.end()) return factor;
  throw_bug("precondition", "the grid has the axis", __FILE__, __LINE__);
}

const Grid::Column& Grid::column_of(AxisId axis) const {
  return *std::ranges::find(factor_of(axis).columns, axis, &Column::axis);
}

AxisSet Grid::axes() const {
  AxisSet axes;
  for (const Factor& factor : factors_)
    for (const Column& column : factor.columns) axes.insert(column.axis);
  return axes;
}

std::int64_t Grid::size() const {
  std::int64_t size = 1;
  for (const Factor& factor : factors_)
    if (__builtin_mul_overflow(size, factor.rows(), &size))
      throw InputError("the study asks for more than 2^63 fits", "make the grid smaller");
  return size;
}

std::int64_t Grid::count(const AxisSet& wanted) const {
  std::int64_t count = 1;
  for (const Factor& factor : factors_)
    if (factor.columns.size() == 1)
      count *= wanted.contains(factor.columns.front().axis) ? distinct_codes(factor.columns.front().code) : 1;
    else
      count *= static_cast<std::int64_t>(distinct_tuples(factor, wanted).size());
  return count;
}

std::int32_t Grid::code_at(AxisId axis, std::int64_t point) const {
  for (std::size_t f = factors_.size(); f-- > 0;) {
    const auto row = static_cast<std::size_t>(point % factors_[f].rows());
    for (const Column& column : factors_[f].columns)
      if (column.axis == axis) return column.code[row];
    point /= factors_[f].rows();
  }
  throw_bug("precondition", "the grid has the axis", __FILE__, __LINE__);
}

std::int64_t count_union(std::span<const Grid* const> grids, const AxisSet& axes) {
  KILOFOLD_EXPECT(!grids.empty() && grids.size() <= 16);
  const std::vector<AxisSet> blocks = blocks_of(grids, axes);
  std::vector<Product> tuples;
  for (const Grid* grid : grids) {
    Product product;
    for (const AxisSet& block : blocks) product.push_back(block_tuples(*grid, block));
    add_unless_within(std::move(product), tuples);
  }

  std::int64_t total = 0;
  for (std::uint32_t subset = 1; subset < (1U << tuples.size()); ++subset) {
    std::int64_t common = 1;
    for (std::size_t b = 0; b < blocks.size() && common > 0; ++b) {
      std::vector<Tuple> shared;
      bool first = true;
      for (std::size_t g = 0; g < tuples.size(); ++g) {
        if (((subset >> g) & 1U) == 0) continue;
        if (std::exchange(first, false)) {
          shared = tuples[g][b];
          continue;
        }
        std::vector<Tuple> next;
        std::ranges::set_intersection(shared, tuples[g][b], std::back_inserter(next));
        shared = std::move(next);
      }
      common *= static_cast<std::int64_t>(shared.size());
    }
    total += __builtin_popcount(subset) % 2 == 1 ? common : -common;
  }
  return total;
}

}  // namespace kilofold
