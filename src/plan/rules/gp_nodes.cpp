// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/gp_nodes.hpp"

#include <algorithm>

namespace kilofold {
namespace {

const Grid::Factor* factor_of(const Node& node, std::string_view parameter, const Grid& grid) {
  const Binding* binding = node.binding(parameter);
  return binding != nullptr && binding->axis ? &grid.factor_of(binding->axis) : nullptr;
}

}  // namespace

std::optional<GpNodes> find_gp(const std::vector<Node>& nodes) {
  const auto matrix =
      std::ranges::find_if(nodes, [](const Node& node) { return node.op == Op::factor || node.op == Op::reduce; });
  if (matrix == nodes.end()) return std::nullopt;
  KILOFOLD_EXPECT(nodes.back().op == Op::posterior);
  return GpNodes{static_cast<std::size_t>(matrix->inputs.front().value),
                 static_cast<std::size_t>(matrix - nodes.begin()), nodes.size() - 1, matrix->inputs.size() > 1};
}

std::optional<AxisId> free_axis(const Node& node, std::string_view parameter, const Grid& grid) {
  const Grid::Factor* factor = factor_of(node, parameter, grid);
  if (factor == nullptr || factor->columns.size() > 1 || factor->rows() == 1) return std::nullopt;
  return node.binding(parameter)->axis;
}

bool is_tied(const Node& node, std::string_view parameter, const Grid& grid) {
  const Grid::Factor* factor = factor_of(node, parameter, grid);
  return factor != nullptr && factor->columns.size() > 1;
}

}  // namespace kilofold
