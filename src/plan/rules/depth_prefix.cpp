// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/depth_prefix.hpp"

#include <algorithm>

namespace kilofold {
namespace {

const Grid::Factor& factor_of(const Grid& grid, AxisId axis) {
  for (const Grid::Factor& factor : grid.factors())
    if (std::ranges::any_of(factor.columns, [&](const Grid::Column& column) { return column.axis == axis; }))
      return factor;
  throw_bug("invariant", "a bound axis is one of the grid's", __FILE__, __LINE__);
}

double largest(const Grid::Factor& factor, const Axis& axis) {
  double value = -1;
  for (std::int32_t code : factor.columns.front().code)
    value = std::max(value, axis.values[static_cast<std::size_t>(code)]);
  return value;
}

Binding& binding(Node& node, std::string_view parameter) {
  return *std::ranges::find(node.bindings, parameter, &Binding::parameter);
}

std::variant<std::vector<Node>, Refusal> rewrite(const Group& group, std::span<const Axis> axes) {
  std::vector<Node> nodes = group.nodes;
  bool found = false;
  for (std::size_t grow = 0; grow < nodes.size(); ++grow) {
    if (nodes[grow].op != Op::grow_trees) continue;
    found = true;
    Binding& grown = binding(nodes[grow], "max_depth");
    if (!grown.axis) return Refusal{"one depth only"};
    const AxisId depth = grown.axis;
    const Grid::Factor& factor = factor_of(group.grid, depth);
    if (factor.columns.size() > 1) return Refusal{"max_depth moves together with another parameter"};
    if (factor.rows() == 1) return Refusal{"one depth only"};

    for (std::size_t reader = grow + 1; reader < nodes.size(); ++reader) {
      if (std::ranges::find(nodes[reader].inputs, NodeId(static_cast<int>(grow))) == nodes[reader].inputs.end())
        continue;
      if (nodes[reader].op != Op::read_trees) return Refusal{"the trees feed more than predictions"};
      nodes[reader].reads.erase(depth);
      nodes[reader].lanes.insert(depth);
    }
    nodes[grow].reads.erase(depth);
    grown.axis = AxisId{};
    grown.fixed = largest(factor, axes[static_cast<std::size_t>(depth.value)]);
  }
  if (!found) return Refusal{"no trees"};
  return nodes;
}

}  // namespace

const Rule depth_prefix{"depth_prefix", Sameness::bitwise, "truncate(grow(D), d) = grow(d)", &rewrite};

}  // namespace kilofold
