// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/trial_grids.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace kilofold {
namespace {

using Tuple = std::vector<std::int32_t>;

constexpr std::int64_t most_listed = 1 << 22;  // rows; a study's trials are fewer

std::int32_t width_of(const ModelSpec& entry, std::string_view parameter) {
  std::int32_t width = 1;
  for (const ParameterBlock& block : entry.blocks) width = std::max(width, block.axis(parameter).width);
  if (entry.as_published) width = std::max(width, entry.as_published->block.axis(parameter).width);
  return width;
}

/// A number stands for that number at every feature.
std::vector<double> widened(const ParameterAxis& axis, std::int32_t width) {
  if (axis.width == width) return axis.values;
  std::vector<double> values;
  for (double value : axis.values) values.insert(values.end(), static_cast<std::size_t>(width), value);
  return values;
}

Grid make_grid(const ModelSpec& entry, const ParameterBlock& block, std::vector<Axis>& axes) {
  Grid grid;
  for (const ParameterFactor& factor : block.factors) {
    Grid::Factor made;
    for (const ParameterAxis& axis : factor.axes) {
      const std::int32_t width = width_of(entry, axis.name);
      made.columns.push_back(column_on(axes, axis.name, widened(axis, width), width));
    }
    grid.add(std::move(made));
  }
  return grid;
}

AxisSet axes_of(const Grid::Factor& factor) {
  AxisSet axes;
  for (const Grid::Column& column : factor.columns) axes.insert(column.axis);
  return axes;
}

/// The factors of a grid that lie in a set of axes, multiplied out: one factor, its columns by ascending axis.
Grid::Factor listed(const Grid& grid, const AxisSet& component) {
  Grid::Factor all;
  std::int64_t rows = 1;
  for (const Grid::Factor& factor : grid.factors()) {
    if (!component.intersects(axes_of(factor))) continue;
    if (rows * factor.rows() > most_listed)
      throw InputError("two mappings of `parameters` overlap and tie parameters in different ways",
                       "write what they share once");
    for (Grid::Column& column : all.columns) {
      Tuple repeated;
      for (std::int32_t code : column.code)
        repeated.insert(repeated.end(), static_cast<std::size_t>(factor.rows()), code);
      column.code = std::move(repeated);
    }
    for (const Grid::Column& column : factor.columns) {
      Grid::Column& added = all.columns.emplace_back(Grid::Column{column.axis, {}});
      for (std::int64_t i = 0; i < rows; ++i)
        added.code.insert(added.code.end(), column.code.begin(), column.code.end());
    }
    rows *= factor.rows();
  }
  std::ranges::sort(all.columns, {}, &Grid::Column::axis);
  return all;
}

Tuple tuple_at(const Grid::Factor& factor, std::int64_t row, const AxisSet& axes) {
  Tuple tuple;
  for (const Grid::Column& column : factor.columns)
    if (axes.contains(column.axis)) tuple.push_back(column.code[static_cast<std::size_t>(row)]);
  return tuple;
}

/// For every row of a listed factor, whether a grid holds it.
std::vector<bool> held_by(const Grid& grid, const Grid::Factor& rows) {
  std::vector<bool> held(static_cast<std::size_t>(rows.rows()), true);
  for (const Grid::Factor& factor : grid.factors()) {
    const AxisSet axes = axes_of(factor);
    if (!axes.intersects(axes_of(rows))) continue;
    Grid::Factor ordered = factor;
    std::ranges::sort(ordered.columns, {}, &Grid::Column::axis);
    std::set<Tuple> tuples;
    for (std::int64_t row = 0; row < factor.rows(); ++row) tuples.insert(tuple_at(ordered, row, axes));
    for (std::size_t row = 0; row < held.size(); ++row)
      held[row] = held[row] && tuples.contains(tuple_at(rows, static_cast<std::int64_t>(row), axes));
  }
  return held;
}

Grid::Factor chosen(const Grid::Factor& factor, const std::vector<bool>& rows, bool wanted) {
  Grid::Factor kept = factor;
  for (Grid::Column& column : kept.columns) {
    column.code.clear();
    for (std::size_t row = 0; row < rows.size(); ++row)
      if (rows[row] == wanted)
        column.code.push_back(factor.columns[static_cast<std::size_t>(&column - kept.columns.data())].code[row]);
  }
  return kept;
}

/// The smallest sets of axes that no factor of either grid straddles.
std::vector<AxisSet> components(const Grid& a, const Grid& b) {
  std::vector<AxisSet> components;
  for (const Grid* grid : {&a, &b})
    for (const Grid::Factor& factor : grid->factors()) {
      AxisSet merged = axes_of(factor);
      std::erase_if(components, [&](const AxisSet& other) {
        const bool joins = other.intersects(merged);
        if (joins) merged = merged | other;
        return joins;
      });
      components.push_back(merged);
    }
  return components;
}

/// The points of `grid` that `taken` has not, as disjoint products: for each component in turn, those that agree with
/// `taken` in the components before and differ here.
std::vector<Grid> without(const Grid& grid, const Grid& taken) {
  struct Part {
    Grid::Factor rows;
    std::vector<bool> held;
  };
  std::vector<Part> parts;
  const std::vector<AxisSet> sets = components(grid, taken);
  for (const AxisSet& set : sets) {
    // The shorter side settles cheaply whether there is anything in common at all.
    const Grid::Factor theirs = listed(taken, set);
    if (std::ranges::count(held_by(grid, theirs), true) == 0) return {grid};
  }
  for (const AxisSet& set : sets) {
    Grid::Factor rows = listed(grid, set);
    std::vector<bool> held = held_by(taken, rows);
    parts.push_back({std::move(rows), std::move(held)});
  }
  std::vector<Grid> pieces;
  for (std::size_t differs = 0; differs < parts.size(); ++differs) {
    Grid piece;
    bool empty = false;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      Grid::Factor factor = p > differs ? parts[p].rows : chosen(parts[p].rows, parts[p].held, p < differs);
      empty = empty || factor.rows() == 0;
      if (!empty) piece.add(std::move(factor));
    }
    if (!empty) pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace

Grid::Column column_on(std::vector<Axis>& axes, const std::string& name, const std::vector<double>& values,
                       std::int32_t width) {
  const auto same = [&](const Axis& axis) { return axis.name == name && axis.width == width; };
  auto axis = std::ranges::find_if(axes, same);
  if (axis == axes.end()) {
    if (axes.size() == AxisSet::capacity)
      throw InputError("the study has more than 128 different parameters", "split it into several studies");
    axes.push_back({name, {}, width});
    axis = axes.end() - 1;
  }
  Grid::Column column{AxisId(static_cast<int>(axis - axes.begin())), {}};
  const auto take = [&](auto& code_of, const auto& point_at) {
    const std::size_t known = axis->values.size();
    for (std::size_t at = 0; at < known; at += static_cast<std::size_t>(width))
      code_of.emplace(point_at(axis->values, at), static_cast<std::int32_t>(code_of.size()));
    for (std::size_t at = 0; at < values.size(); at += static_cast<std::size_t>(width)) {
      const auto [entry, added] = code_of.try_emplace(point_at(values, at), static_cast<std::int32_t>(axis->size()));
      if (added)
        axis->values.insert(axis->values.end(), values.begin() + static_cast<std::ptrdiff_t>(at),
                            values.begin() + static_cast<std::ptrdiff_t>(at) + width);
      column.code.push_back(entry->second);
    }
  };
  if (width == 1) {
    std::unordered_map<double, std::int32_t> code_of;
    take(code_of, [](const std::vector<double>& all, std::size_t at) { return all[at]; });
  } else {
    std::map<std::vector<double>, std::int32_t> code_of;
    take(code_of, [&](const std::vector<double>& all, std::size_t at) {
      return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(at),
                                 all.begin() + static_cast<std::ptrdiff_t>(at) + width);
    });
  }
  return column;
}

std::vector<Grid> trial_grids(const ModelSpec& entry, std::vector<Axis>& axes) {
  std::vector<Grid> blocks;
  for (const ParameterBlock& block : entry.blocks) blocks.push_back(make_grid(entry, block, axes));
  if (entry.as_published) blocks.push_back(make_grid(entry, entry.as_published->block, axes));
  std::vector<Grid> grids;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    std::vector<Grid> pieces = {blocks[b]};
    for (std::size_t before = 0; before < b; ++before) {
      std::vector<Grid> left;
      for (const Grid& piece : pieces)
        for (Grid& rest : without(piece, blocks[before])) left.push_back(std::move(rest));
      pieces = std::move(left);
    }
    for (Grid& piece : pieces) grids.push_back(std::move(piece));
  }
  return grids;
}

}  // namespace kilofold
