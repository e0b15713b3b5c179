// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "execute/tile.hpp"
#include "execute/tile_nodes.hpp"

/// The ops of Gaussian processes: what backend.hpp asks for, found in the plan and in earlier values.
namespace kilofold {
namespace {

template <class T> Batch<const T> readable(const Batch<T>& batch) { return {batch.data, batch.stride}; }

}  // namespace

const Tile::NodeItems& Tile::input(const NodeItems& node, std::size_t which) const {
  return nodes_[static_cast<std::size_t>(node.plan->node.inputs[which].value)];
}

Tile::Scaled Tile::scaled_inputs(const NodeItems& node) const {
  const NodeItems& scaled = input(node, 0);
  Scaled inputs{slots(node, scaled), {}};
  inputs.view = {.slot = inputs.slot.data(),
                 .ld_train = scaled.ld_train,
                 .ld_held_out = scaled.ld_held_out,
                 .replicates = choice<Replicates>(scaled.plan->node, "replicates"),
                 .X_train = readable(scaled.X_train),
                 .X_held_out = readable(scaled.X_held_out),
                 .y_train = readable(scaled.y_train),
                 .count = readable(scaled.count),
                 .within = readable(scaled.within),
                 .centre = readable(scaled.centre),
                 .scale = readable(scaled.scale)};
  return inputs;
}

Tile::Variances Tile::variances_of(const NodeItems& node) const {
  return {parameter(node, "noise_variance"), parameter(node, "signal_variance")};
}

Tile::KernelValues Tile::kernel_values(const NodeItems& node) const {
  std::int64_t n_length_scales = 1;
  if (const Binding* written = node.plan->node.binding("length_scale")) {
    if (written->axis) n_length_scales = plan_.axes[static_cast<std::size_t>(written->axis.value)].width;
  } else {
    n_length_scales = tuner(node).n_theta - 3;
  }
  KernelValues values{choice<Kernel>(node.plan->node, "kernel"),
                      n_length_scales,
                      parameter(node, "length_scale"),
                      parameter(node, "rq_alpha"),
                      {},
                      {},
                      {}};
  if (node.plan->node.binding("gamma") == nullptr) return values;  // a Gaussian process
  values.gamma = parameter(node, "gamma");
  values.coef0 = parameter(node, "coef0");
  values.degree = parameter(node, "degree");
  return values;
}

const Tile::NodeItems& Tile::tuner(const NodeItems& node) const {
  for (NodeId id : node.plan->node.inputs) {
    const NodeItems& input = nodes_[static_cast<std::size_t>(id.value)];
    if (input.plan->node.op == Op::maximize_lml) return input;
  }
  throw_bug("invariant", "a parameter is bound or tuned", __FILE__, __LINE__);
}

Tile::Values Tile::tuned_parameter(const NodeItems& node, std::string_view name) const {
  const NodeItems& tuned = tuner(node);
  const std::int64_t scales = tuned.n_theta - 3;
  const bool is_length = name == "length_scale";
  const std::int64_t first = is_length                  ? 0
                             : name == "rq_alpha"       ? scales
                             : name == "noise_variance" ? scales + 1
                                                        : scales + 2;
  const std::int64_t count = is_length ? scales : 1;
  Values out{{}, count};
  for (std::int32_t slot : slots(node, tuned)) {
    const auto at = tuned.host_theta.begin() + slot * tuned.n_theta + first;
    out.values.insert(out.values.end(), at, at + count);
  }
  return out;
}

void Tile::maximize_lml(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const Scaled scaled = scaled_inputs(node);
  const KernelValues kernel = kernel_values(node);
  const Variances variances = variances_of(node);
  const Values restarts = parameter(node, "n_restarts_optimizer");
  const RandomKeys keys = random_keys(node);
  node.n_theta = study_.table().d + 3;
  const auto theta_values = static_cast<std::size_t>(node.n_items() * node.n_theta);
  const Batch<double> theta{node.buffers.emplace_back(pool_.acquire(theta_values * sizeof(double))).as<double>(),
                            node.n_theta};
  allocate_status(node);
  const MaximizeLmlArgs args{.table = &study_.table(),
                             .n_items = node.n_items(),
                             .rows = rows.data(),
                             .scaled = scaled.view,
                             .kernel = kernel.view(),
                             .mean = choice<Mean>(node.plan->node, "mean"),
                             .noise_variance = variances.noise.view(),
                             .signal_variance = variances.signal.view(),
                             .noise_floor = choice<NoiseFloor>(node.plan->node, "noise_floor"),
                             .per_feature = node.plan->node.binding("per_feature")->fixed != 0,
                             .n_restarts = restarts.view(),
                             .random = keys.source(),
                             .theta = theta,
                             .log_marginal_likelihood = node.allocate_lanes<double>(pool_),
                             .gradient_norm = node.allocate_lanes<double>(pool_),
                             .iterations = node.allocate_lanes<std::int32_t>(pool_),
                             .status = node.status.as<std::int32_t>()};
  check(backend_.maximize_lml(&args), node);
  node.host_theta.resize(theta_values);
  check(backend_.download(node.host_theta.data(), theta.data, node.host_theta.size() * sizeof(double)), node);
}

std::int64_t Tile::right_hand_sides(const NodeItems& node) const {
  const auto mean = choice<Mean>(node.plan->node, "mean");
  return study_.most_held_out(node.fold) + 1 + basis_columns(mean, study_.table().d);
}

void Tile::factor(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const Scaled scaled = scaled_inputs(node);
  const KernelValues kernel = kernel_values(node);
  const Variances variances = variances_of(node);
  node.matrix =
      node.allocate<double>(pool_, backend_.factor_doubles(study_.most_train(node.fold), right_hand_sides(node)));
  node.jitter = node.allocate<double>(pool_, 1);
  allocate_status(node);
  const FactorArgs args{.table = &study_.table(),
                        .n_items = node.n_items(),
                        .rows = rows.data(),
                        .scaled = scaled.view,
                        .kernel = kernel.view(),
                        .mean = choice<Mean>(node.plan->node, "mean"),
                        .noise_variance = variances.noise.view(),
                        .signal_variance = variances.signal.view(),
                        .noise_floor = choice<NoiseFloor>(node.plan->node, "noise_floor"),
                        .factor = node.matrix,
                        .jitter = node.jitter,
                        .status = node.status.as<std::int32_t>()};
  check(backend_.factor(&args), node);
}

void Tile::reduce(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const Scaled scaled = scaled_inputs(node);
  const KernelValues kernel = kernel_values(node);
  const auto form = choice<Factorized>(node.plan->node, "form");
  node.matrix = node.allocate<double>(
      pool_, backend_.reduced_doubles(form, study_.most_train(node.fold), right_hand_sides(node)));
  allocate_status(node);
  const ReduceArgs args{.form = form,
                        .table = &study_.table(),
                        .n_items = node.n_items(),
                        .rows = rows.data(),
                        .scaled = scaled.view,
                        .kernel = kernel.view(),
                        .mean = choice<Mean>(node.plan->node, "mean"),
                        .reduced = node.matrix,
                        .status = node.status.as<std::int32_t>()};
  check(backend_.reduce(&args), node);
}

void Tile::invert(NodeItems& node) {
  const Scaled scaled = scaled_inputs(node);
  const KernelValues kernel = kernel_values(node);
  const Variances variances = variances_of(node);
  node.matrix = node.allocate<double>(pool_, backend_.inverse_doubles(study_.table().n));
  node.jitter = node.allocate<double>(pool_, 1);
  allocate_status(node);
  const InvertArgs args{.table = &study_.table(),
                        .n_items = node.n_items(),
                        .scaled = scaled.view,
                        .kernel = kernel.view(),
                        .noise_variance = variances.noise.view(),
                        .signal_variance = variances.signal.view(),
                        .noise_floor = choice<NoiseFloor>(node.plan->node, "noise_floor"),
                        .inverse = node.matrix,
                        .jitter = node.jitter,
                        .status = node.status.as<std::int32_t>()};
  check(backend_.invert(&args), node);
}

void Tile::posterior(NodeItems& node) {
  const NodeItems& matrix = input(node, 1);
  const std::vector<RowSetView> rows = rows_of(node);
  const Scaled scaled = scaled_inputs(node);
  const std::vector<std::int32_t> slot = slots(node, matrix);
  const Variances variances = variances_of(node);
  allocate_posterior(node);
  const PosteriorArgs args{.table = &study_.table(),
                           .n_items = node.n_items(),
                           .n_lanes = node.n_lanes(),
                           .rows = rows.data(),
                           .scaled = scaled.view,
                           .mean_function = choice<Mean>(node.plan->node, "mean"),
                           .form = choice<Factorized>(node.plan->node, "form"),
                           .slot = slot.data(),
                           .source = readable(matrix.matrix),
                           .source_status = matrix.status.as<std::int32_t>(),
                           .noise_variance = variances.noise.view(),
                           .signal_variance = variances.signal.view(),
                           .noise_floor = choice<NoiseFloor>(node.plan->node, "noise_floor"),
                           .mean = node.prediction,
                           .sd = node.sd,
                           .log_marginal_likelihood = node.log_marginal_likelihood,
                           .jitter = node.jitter,
                           .status = node.status.as<std::int32_t>()};
  check(backend_.posterior(&args), node);
  fetch_posterior(node, variances);
}

void Tile::fold_posterior(NodeItems& node) {
  const NodeItems& inverse = input(node, 1);
  std::vector<RowSetView> rows;  // of every item and lane: the seed's folds
  for (std::int64_t i = 0; i < node.n_items(); ++i)
    for (std::size_t l = 0; l < static_cast<std::size_t>(node.n_lanes()); ++l)
      rows.push_back(study_.rows(node.fold, node.item(i)[static_cast<std::size_t>(node.seed.value)],
                                 node.lane(l)[static_cast<std::size_t>(node.fold.value)]));
  const Scaled scaled = scaled_inputs(node);
  const std::vector<std::int32_t> slot = slots(node, inverse);
  const Variances variances = variances_of(node);
  allocate_posterior(node);
  const FoldPosteriorArgs args{.table = &study_.table(),
                               .n_items = node.n_items(),
                               .n_lanes = node.n_lanes(),
                               .rows = rows.data(),
                               .scaled = scaled.view,
                               .target = choice<Scaling>(node.plan->node, "target"),
                               .mean_function = choice<Mean>(node.plan->node, "mean"),
                               .slot = slot.data(),
                               .ld_held_out = node.ld_held_out,
                               .inverse = readable(inverse.matrix),
                               .inverse_status = inverse.status.as<std::int32_t>(),
                               .noise_variance = variances.noise.view(),
                               .signal_variance = variances.signal.view(),
                               .noise_floor = choice<NoiseFloor>(node.plan->node, "noise_floor"),
                               .mean = node.prediction,
                               .sd = node.sd,
                               .log_marginal_likelihood = node.log_marginal_likelihood,
                               .jitter = node.jitter,
                               .status = node.status.as<std::int32_t>()};
  check(backend_.fold_posterior(&args), node);
  fetch_posterior(node, variances);
}

void Tile::allocate_posterior(NodeItems& node) {
  node.ld_held_out = padded(study_.most_held_out(node.fold));
  allocate_predictions(node);
  node.sd = node.allocate<double>(pool_, node.ld_held_out * node.n_lanes());
  node.log_marginal_likelihood = node.allocate_lanes<double>(pool_);
  node.jitter = node.allocate_lanes<double>(pool_);
}

void Tile::fetch_posterior(NodeItems& node, const Variances& variances) {
  fetch_predictions(node);
  node.host_log_marginal_likelihood =
      fetch_diagnostic<double>(node, "log_marginal_likelihood", node.log_marginal_likelihood.data);
  fetch_diagnostic<double>(node, "jitter", node.jitter.data);
  keep_values(node, "noise_variance", variances.noise, 0);
  keep_values(node, "signal_variance", variances.signal, 0);
  if (node.plan->node.inputs.size() <= 2) return;  // nothing was searched for
  const Values length_scale = tuned_parameter(node, "length_scale");
  for (std::int64_t f = 0; f < length_scale.item_stride; ++f)
    keep_values(node, "length_scale." + std::to_string(f), length_scale, f);
  keep_values(node, "rq_alpha", tuned_parameter(node, "rq_alpha"), 0);
}

void Tile::keep_values(NodeItems& node, std::string name, const Values& values, std::int64_t first) {
  std::vector<float> column;
  for (std::int64_t i = 0; i < node.n_items(); ++i)
    for (std::int64_t l = 0; l < node.n_lanes(); ++l)
      column.push_back(static_cast<float>(values.values[static_cast<std::size_t>(i * values.item_stride + first + l)]));
  node.host_diagnostics.push_back({std::move(name), std::move(column)});
}

}  // namespace kilofold
