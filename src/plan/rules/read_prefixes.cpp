// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/read_prefixes.hpp"

#include <algorithm>

namespace kilofold {
namespace {

double largest(const Grid::Factor& factor, const Axis& axis) {
  double value = -1;
  for (std::int32_t code : factor.columns.front().code)
    value = std::max(value, axis.values[static_cast<std::size_t>(code)]);
  return value;
}

bool reads_from(const Node& reader, std::size_t input) {
  return std::ranges::find(reader.inputs, NodeId(static_cast<int>(input))) != reader.inputs.end();
}

}  // namespace

std::variant<std::vector<Node>, Refusal> read_prefixes(const Prefix& prefix, const Group& group,
                                                       std::span<const Axis> axes) {
  std::vector<Node> nodes = group.nodes;
  bool found = false;
  for (std::size_t grow = 0; grow < nodes.size(); ++grow) {
    if (!prefix.grown_by(nodes[grow].op)) continue;
    found = true;
    Binding& grown = *std::ranges::find(nodes[grow].bindings, prefix.parameter, &Binding::parameter);
    if (!grown.axis) return Refusal{prefix.one_value_only};
    const AxisId moved = grown.axis;
    const Grid::Factor& factor = group.grid.factor_of(moved);
    if (factor.columns.size() > 1) return Refusal{prefix.tied};
    if (factor.rows() == 1) return Refusal{prefix.one_value_only};

    for (std::size_t reader = grow + 1; reader < nodes.size(); ++reader) {
      if (!reads_from(nodes[reader], grow)) continue;
      if (nodes[reader].op != Op::read_trees) return Refusal{"the trees feed more than predictions"};
      nodes[reader].reads.erase(moved);
      nodes[reader].lanes.insert(moved);
    }
    nodes[grow].reads.erase(moved);
    if (prefix.growth == Growth::of_every_value) {
      nodes[grow].lanes.insert(moved);
      continue;
    }
    grown.axis = AxisId{};
    grown.fixed = largest(factor, axes[static_cast<std::size_t>(moved.value)]);
  }
  if (!found) {
    const bool trees = std::ranges::any_of(nodes, [](const Node& node) { return node.op == Op::read_trees; });
    return Refusal{trees ? prefix.nothing_grown : ""};
  }
  return nodes;
}

}  // namespace kilofold
