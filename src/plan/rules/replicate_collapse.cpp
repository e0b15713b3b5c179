// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/replicate_collapse.hpp"

#include "plan/rules/gp_nodes.hpp"

namespace kilofold {
namespace {

std::variant<std::vector<Node>, Refusal> rewrite(const Group& group, std::span<const Axis>) {
  std::vector<Node> nodes = group.nodes;
  const std::optional<GpNodes> gp = find_gp(nodes);
  if (!gp) return Refusal{};
  if (group.n_distinct == group.n_samples) return Refusal{"no two rows have equal features"};
  for (Node& node : nodes) fix(node, "replicates", Replicates::collapse);
  return nodes;
}

}  // namespace

const Rule replicate_collapse{"replicate_collapse", Sameness::rounding,
                              "rows with equal features = their mean, with noise / count", &rewrite};

}  // namespace kilofold
