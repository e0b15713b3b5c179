// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/noise_shift.hpp"

#include <algorithm>

#include "plan/rules/gp_nodes.hpp"

namespace kilofold {
namespace {

constexpr const char* shifts[] = {"noise_variance", "signal_variance"};

std::variant<std::vector<Node>, Refusal> rewrite(const Group& group, std::span<const Axis> axes) {
  return shift_noise(group, axes, Factorized::tridiagonal);
}

}  // namespace

std::variant<std::vector<Node>, Refusal> shift_noise(const Group& group, std::span<const Axis> axes, Factorized form) {
  std::vector<Node> nodes = group.nodes;
  const std::optional<GpNodes> gp = find_gp(nodes);
  if (!gp) return Refusal{};
  if (gp->is_tuned) return Refusal{"every training set has a noise of its own (optimizer)"};
  Node& matrix = nodes[gp->matrix];
  Node& posterior = nodes[gp->posterior];
  if (matrix.op == Op::reduce) return Refusal{"the matrix is reduced already"};
  bool any = false;
  for (const char* shift : shifts) {
    if (is_tied(posterior, shift, group.grid))
      return Refusal{axes[static_cast<std::size_t>(posterior.binding(shift)->axis.value)].name +
                     " moves together with another parameter"};
    any = any || free_axis(posterior, shift, group.grid);
  }
  if (!any) return Refusal{"one noise level only"};

  matrix.op = Op::reduce;
  for (const char* shift : shifts) {
    if (const Binding* binding = matrix.binding(shift); binding->axis) {
      matrix.reads.erase(binding->axis);
      posterior.reads.erase(binding->axis);
      posterior.lanes.insert(binding->axis);
    }
    std::erase_if(matrix.bindings, [&](const Binding& binding) { return binding.parameter == shift; });
  }
  std::erase_if(matrix.bindings, [](const Binding& binding) { return binding.parameter == "noise_floor"; });
  matrix.bindings.push_back({"form", {}, static_cast<double>(static_cast<std::int32_t>(form))});
  fix(posterior, "form", form);
  return nodes;
}

const Rule noise_shift{"noise_shift", Sameness::rounding, "K + s I = Q (T + s I) Q'", &rewrite};

}  // namespace kilofold
