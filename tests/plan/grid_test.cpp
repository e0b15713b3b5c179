// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "kilofold/plan.hpp"

namespace kilofold {
namespace {

Grid::Factor axis_factor(int axis, std::vector<std::int32_t> codes) { return {{{AxisId(axis), std::move(codes)}}}; }

/// Every point of a grid as codes over `n_axes` axes, by plain counting.
std::vector<std::vector<std::int32_t>> list_points(const Grid& grid, std::size_t n_axes) {
  std::vector<std::vector<std::int32_t>> points{std::vector<std::int32_t>(n_axes, -1)};
  for (const Grid::Factor& factor : grid.factors()) {
    std::vector<std::vector<std::int32_t>> extended;
    for (const auto& point : points)
      for (std::int64_t row = 0; row < factor.rows(); ++row) {
        auto& next = extended.emplace_back(point);
        for (const Grid::Column& column : factor.columns)
          next[static_cast<std::size_t>(column.axis.value)] = column.code[static_cast<std::size_t>(row)];
      }
    points = std::move(extended);
  }
  return points;
}

std::set<std::vector<std::int32_t>> project(const Grid& grid, const AxisSet& axes, std::size_t n_axes) {
  std::set<std::vector<std::int32_t>> projected;
  for (const auto& point : list_points(grid, n_axes)) {
    std::vector<std::int32_t> tuple;
    for (AxisId axis : axes.list()) tuple.push_back(point[static_cast<std::size_t>(axis.value)]);
    projected.insert(tuple);
  }
  return projected;
}

constexpr int n_axes = 6;

/// A grid over all axes, in random factors of one to three columns with random code rows.
Grid random_grid(std::mt19937& random) {
  Grid grid;
  for (int axis = 0; axis < n_axes;) {
    const int columns = std::min(n_axes - axis, 1 + static_cast<int>(random() % 3));
    const std::size_t rows = 1 + random() % 4;
    Grid::Factor factor;
    for (int c = 0; c < columns; ++c) {
      Grid::Column column{AxisId(axis + c), {}};
      for (std::size_t r = 0; r < rows; ++r) column.code.push_back(static_cast<std::int32_t>(random() % 3));
      factor.columns.push_back(std::move(column));
    }
    grid.add(std::move(factor));
    axis += columns;
  }
  return grid;
}

AxisSet random_axes(std::mt19937& random) {
  AxisSet axes;
  for (int axis = 0; axis < n_axes; ++axis)
    if (random() % 2 == 0) axes.insert(AxisId(axis));
  return axes;
}

TEST(Grid, CountsAProductByHand) {
  Grid grid;
  grid.add(axis_factor(0, {0, 1, 2}));
  grid.add(axis_factor(1, {0, 1}));
  EXPECT_EQ(grid.size(), 6);
  EXPECT_EQ(grid.count({AxisId(0)}), 3);
  EXPECT_EQ(grid.count({AxisId(0), AxisId(1)}), 6);
  EXPECT_EQ(grid.count({}), 1);
}

TEST(Grid, CountsDistinctTuplesOfAxesThatMoveTogether) {
  Grid grid;
  grid.add({{{AxisId(0), {0, 0, 1}}, {AxisId(1), {0, 1, 1}}}});
  EXPECT_EQ(grid.count({AxisId(0)}), 2);
  EXPECT_EQ(grid.count({AxisId(0), AxisId(1)}), 3);
}

TEST(Grid, RefusesMorePointsThanCanBeCounted) {
  Grid grid;
  for (int axis = 0; axis < 4; ++axis) grid.add(axis_factor(axis, std::vector<std::int32_t>(100000, 0)));
  EXPECT_THROW(grid.size(), InputError);
}

TEST(Grid, CountEqualsEnumerationOnRandomGrids) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const Grid grid = random_grid(random);
    const AxisSet axes = random_axes(random);
    EXPECT_EQ(grid.count(axes), static_cast<std::int64_t>(project(grid, axes, n_axes).size()));
  }
}

TEST(CountUnion, EqualsEnumerationOnRandomGrids) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::vector<Grid> grids;
    for (std::size_t g = 0; g < 1 + random() % 4U; ++g) grids.push_back(random_grid(random));
    const AxisSet axes = random_axes(random);
    std::set<std::vector<std::int32_t>> all;
    std::vector<const Grid*> pointers;
    for (const Grid& grid : grids) {
      all.merge(project(grid, axes, n_axes));
      pointers.push_back(&grid);
    }
    EXPECT_EQ(count_union(pointers, axes), static_cast<std::int64_t>(all.size()));
  }
}

}  // namespace
}  // namespace kilofold
