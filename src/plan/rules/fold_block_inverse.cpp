// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/fold_block_inverse.hpp"

#include <algorithm>

#include "kilofold/core/kernel_functions.hpp"
#include "plan/rules/gp_nodes.hpp"

namespace kilofold {
namespace {

/// Some fit's gamma is made of the variance of its training rows: the word `scale`.
bool scales_gamma(const Node& matrix, const Group& group, std::span<const Axis> axes) {
  const Binding* gamma = matrix.binding("gamma");
  if (gamma == nullptr) return false;
  if (!gamma->axis) return gamma->fixed == gamma_scale;
  const std::vector<double>& values = axes[static_cast<std::size_t>(gamma->axis.value)].values;
  return std::ranges::any_of(group.grid.column_of(gamma->axis).code,
                             [&](std::int32_t code) { return values[static_cast<std::size_t>(code)] == gamma_scale; });
}

std::variant<std::vector<Node>, Refusal> rewrite(const Group& group, std::span<const Axis> axes) {
  std::vector<Node> nodes = group.nodes;
  const std::optional<GpNodes> gp = find_gp(nodes);
  if (!gp) return Refusal{};
  if (gp->is_tuned) return Refusal{"every training set has hyperparameters of its own (optimizer)"};
  if (group.tuning && group.tuning->inner_folds > 0)
    return Refusal{"a training set of an inner fold leaves out more rows than it predicts"};
  Node& scaled = nodes[gp->scaled];
  Node& matrix = nodes[gp->matrix];
  Node& posterior = nodes[gp->posterior];
  if (!is_fixed(scaled, "fit_on", FitOn::all) && !is_fixed(scaled, "features", Scaling::none))
    return Refusal{"features are scaled by each fold's own training rows (fit_on: fold)"};
  if (matrix.op != Op::factor) return Refusal{"noise_shift has reduced each fold's matrix"};
  if (scales_gamma(matrix, group, axes)) return Refusal{"gamma: scale is of each fold's own training rows"};
  if (is_fixed(scaled, "replicates", Replicates::collapse)) return Refusal{"collapsed rows differ from fold to fold"};

  for (const AxisId rows : {group.seed, group.fold}) {
    scaled.reads.erase(rows);
    matrix.reads.erase(rows);
  }
  fix(scaled, "fit_on", FitOn::all);
  matrix.op = Op::invert;
  std::erase_if(matrix.bindings, [](const Binding& binding) { return binding.parameter == "mean"; });
  posterior.op = Op::fold_posterior;
  posterior.bindings.push_back(*scaled.binding("target"));
  fix(scaled, "target", Scaling::none);  // each fold scales its own
  posterior.reads.erase(group.fold);
  posterior.lanes.insert(group.fold);
  return nodes;
}

}  // namespace

const Rule fold_block_inverse{"fold_block_inverse", Sameness::rounding, "error of fold F = [(A^-1)_FF]^-1 (A^-1 y)_F",
                              &rewrite};

}  // namespace kilofold
