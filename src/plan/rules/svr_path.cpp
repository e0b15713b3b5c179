// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/svr_path.hpp"

#include <algorithm>

namespace kilofold {
namespace {

/// The node's axes of C and epsilon.
AxisSet path_axes(const Node& node) {
  AxisSet axes;
  for (const char* parameter : {"C", "epsilon"})
    if (const Binding* binding = node.binding(parameter); binding->axis) axes.insert(binding->axis);
  return axes;
}

std::variant<std::vector<Node>, Refusal> rewrite(const Group& group, std::span<const Axis>) {
  std::vector<Node> nodes = group.nodes;
  const auto solver = std::ranges::find(nodes, Op::svr_path, &Node::op);
  if (solver == nodes.end()) return Refusal{""};
  const AxisSet moved = path_axes(*solver);
  if (group.grid.count(moved) == 1) return Refusal{"one C and one epsilon only"};
  for (const Grid::Factor& factor : group.grid.factors()) {
    AxisSet tied;
    for (const Grid::Column& column : factor.columns) tied.insert(column.axis);
    if (tied.intersects(moved) && !moved.includes(tied))
      return Refusal{"C or epsilon moves together with another parameter"};
  }
  solver->reads = solver->reads - moved;
  solver->lanes = solver->lanes | moved;
  return nodes;
}

}  // namespace

const Rule svr_path{"svr_path", Sameness::bitwise, "solve(C, epsilon | warm) = solve(C, epsilon | cold)", rewrite};

}  // namespace kilofold
