// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "execute/tile.hpp"
#include "execute/tile_nodes.hpp"

/// One function an op: what backend.hpp asks for, found in the plan and in earlier values.
namespace kilofold {
void Tile::standardize(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const std::int64_t d = study_.table().d;
  const std::int64_t most_train = node.on_all_rows() ? study_.table().n : study_.most_train(node.fold);
  node.ld_train = padded(most_train);
  node.ld_held_out = padded(study_.most_held_out(node.fold));
  node.X_train = node.allocate<double>(pool_, node.ld_train * d);
  node.X_held_out = node.allocate<double>(pool_, node.ld_held_out * d);
  node.y_train = node.allocate<double>(pool_, node.ld_train);
  node.count = node.allocate<double>(pool_, node.ld_train);
  node.within = node.allocate<double>(pool_, 1);
  node.centre = node.allocate<double>(pool_, d + 1);
  node.scale = node.allocate<double>(pool_, d + 1);
  const Batch<std::int32_t> status = node.allocate<std::int32_t>(pool_, 1);

  const StandardizeArgs args{&study_.table(),
                             node.n_items(),
                             rows.data(),
                             choice<Scaling>(node.plan->node, "features"),
                             choice<Scaling>(node.plan->node, "target"),
                             choice<FitOn>(node.plan->node, "fit_on"),
                             choice<Replicates>(node.plan->node, "replicates"),
                             node.ld_train,
                             node.ld_held_out,
                             node.X_train,
                             node.X_held_out,
                             node.y_train,
                             node.count,
                             node.within,
                             node.centre,
                             node.scale,
                             status.data};
  check(backend_.standardize(&args), node);
}

void Tile::least_squares(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const Scaled scaled = scaled_inputs(node);
  const Values alpha = parameter(node, "alpha");
  node.ld_held_out = scaled.view.ld_held_out;
  const Batch<double> coefficient = node.allocate<double>(pool_, (study_.table().d + 1) * node.n_lanes());
  allocate_predictions(node);

  const LeastSquaresArgs args{.table = &study_.table(),
                              .n_items = node.n_items(),
                              .n_lanes = node.n_lanes(),
                              .rows = rows.data(),
                              .scaled = scaled.view,
                              .alpha = alpha.view(),
                              .coefficient = coefficient,
                              .prediction = node.prediction,
                              .status = node.status.as<std::int32_t>()};
  check(backend_.least_squares(&args), node);
  fetch_predictions(node);
}

Tile::RandomKeys Tile::random_keys(const NodeItems& node) const {
  RandomKeys keys;
  const auto seed = static_cast<std::size_t>(node.seed.value);
  const auto fold = static_cast<std::size_t>(node.fold.value);
  const bool random = node.plan->node.binding("model_seed") != nullptr;
  const Values model_seed = random ? parameter(node, "model_seed") : Values{};
  for (std::int64_t i = 0; i < node.n_items(); ++i) {
    const double value = plan_.axes[seed].values[static_cast<std::size_t>(node.item(i)[seed])];
    keys.fold_seed.push_back(static_cast<std::uint32_t>(value));
    const double set = plan_.axes[fold].values[static_cast<std::size_t>(node.item(i)[fold])];
    keys.fold.push_back(static_cast<std::uint32_t>(set));
    const double own = random ? model_seed.values[static_cast<std::size_t>(i * model_seed.item_stride)] : 0.0;
    keys.model_seed.push_back(static_cast<std::uint32_t>(own));
  }
  return keys;
}

RandomSource Tile::RandomKeys::source() const { return {model_seed.data(), fold_seed.data(), fold.data()}; }

void Tile::allocate_trees(NodeItems& node, const Values& members, const Values& min_leaf) {
  const std::int64_t lanes = node.tree.n_lanes = node.n_lanes();
  std::int64_t most_nodes = 0;  // of a member, in all its lanes
  for (auto item = min_leaf.values.begin(); item != min_leaf.values.end(); item += lanes) {
    std::int64_t nodes = 0;
    for (const double leaf : std::span(item, static_cast<std::size_t>(lanes)))
      nodes += 2 * std::max<std::int64_t>(1, study_.most_train(node.fold) / static_cast<std::int64_t>(leaf)) - 1;
    most_nodes = std::max(most_nodes, nodes);
  }
  node.tree.n_members = static_cast<std::int64_t>(*std::ranges::max_element(members.values));
  node.tree.capacity = node.tree.n_members * most_nodes;
  node.tree.begin = node.allocate<std::int32_t>(pool_, node.tree.n_members * lanes + 1);
  node.tree.feature = node.allocate<std::int32_t>(pool_, node.tree.capacity);
  node.tree.cut = node.allocate<std::int32_t>(pool_, node.tree.capacity);
  node.tree.left = node.allocate<std::int32_t>(pool_, node.tree.capacity);
  node.tree.mean = node.allocate<double>(pool_, node.tree.capacity);
  allocate_status(node);
}

Tile::LeafValues Tile::leaf_limits(const NodeItems& node, bool wanted) const {
  if (!wanted || node.plan->node.binding("ccp_alpha") == nullptr) return {};
  return {{parameter(node, "max_leaf_nodes"), parameter(node, "min_impurity_decrease"), parameter(node, "ccp_alpha")}};
}

LeafLimits Tile::LeafValues::view() const {
  if (values.empty()) return {};
  return {values[0].view(), values[1].view(), values[2].view()};
}

void Tile::grow_trees(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const RandomKeys keys = random_keys(node);
  const Values members = parameter(node, "n_estimators");
  const Values max_depth = parameter(node, "max_depth");
  const Values min_split = parameter(node, "min_samples_split");
  const Values min_leaf = parameter(node, "min_samples_leaf");
  const Values max_features = parameter(node, "max_features");
  allocate_trees(node, members, min_leaf);
  if (node.plan->node.binding("gains")->fixed != 0) node.tree.gain = node.allocate<double>(pool_, node.tree.capacity);
  const GrowTreesArgs args{.table = &study_.table(),
                           .n_items = node.n_items(),
                           .rows = rows.data(),
                           .sampling = choice<Sampling>(node.plan->node, "sampling"),
                           .random = keys.source(),
                           .n_estimators = members.view(),
                           .max_depth = max_depth.view(),
                           .min_samples_split = min_split.view(),
                           .min_samples_leaf = min_leaf.view(),
                           .max_features = max_features.view(),
                           .tree = node.tree,
                           .status = node.status.as<std::int32_t>()};
  check(backend_.grow_trees(&args), node);
}

void Tile::boost(NodeItems& node) {
  const std::vector<RowSetView> rows = rows_of(node);
  const RandomKeys keys = random_keys(node);
  const Values members = parameter(node, "n_estimators");
  const Values rate = parameter(node, "learning_rate");
  const Values loss = parameter(node, "loss");
  const Values start = parameter(node, node.plan->node.binding("init") != nullptr ? "init" : "start");
  const bool resamples = node.plan->node.binding("resample") != nullptr;
  const Values resample = resamples ? parameter(node, "resample") : Values{};
  const Values max_depth = parameter(node, "max_depth");
  const Values min_split = parameter(node, "min_samples_split");
  const Values min_leaf = parameter(node, "min_samples_leaf");
  const LeafValues leaves = leaf_limits(node, true);
  allocate_trees(node, members, min_leaf);
  node.weight = node.allocate<double>(pool_, node.tree.n_members);
  node.base = node.allocate<double>(pool_, 1);
  node.n_grown = node.allocate<std::int32_t>(pool_, 1);
  const BoostArgs args{.table = &study_.table(),
                       .n_items = node.n_items(),
                       .rows = rows.data(),
                       .method = choice<Boosting>(node.plan->node, "method"),
                       .random = keys.source(),
                       .n_estimators = members.view(),
                       .learning_rate = rate.view(),
                       .loss = loss.view(),
                       .start = start.view(),
                       .resample = resample.view(),
                       .max_depth = max_depth.view(),
                       .min_samples_split = min_split.view(),
                       .min_samples_leaf = min_leaf.view(),
                       .leaves = leaves.view(),
                       .tree = node.tree,
                       .weight = node.weight,
                       .base = node.base,
                       .n_grown = node.n_grown,
                       .status = node.status.as<std::int32_t>()};
  check(backend_.boost(&args), node);
}

void Tile::read_trees(NodeItems& node) {
  const NodeItems& grown = input(node, 0);
  const std::vector<RowSetView> rows = rows_of(node);
  const std::vector<std::int32_t> slot = slots(node, grown);
  const Values max_depth = parameter(node, "max_depth");
  const Values members = parameter(node, "n_estimators");
  const LeafValues leaves = leaf_limits(node, grown.tree.gain.data != nullptr);
  std::vector<std::int32_t> tree_lane;
  for (std::int64_t l = 0; l < node.n_lanes(); ++l)
    tree_lane.push_back(grown.lane_index.at(grown.lanes.key(node.lane(static_cast<std::size_t>(l)))));
  node.ld_held_out = padded(study_.most_held_out(node.fold));
  allocate_predictions(node);
  const ReadTreesArgs args{.table = &study_.table(),
                           .n_items = node.n_items(),
                           .n_lanes = node.n_lanes(),
                           .rows = rows.data(),
                           .slot = slot.data(),
                           .tree_lane = tree_lane.data(),
                           .ld_held_out = node.ld_held_out,
                           .tree = grown.tree,
                           .combine = choice<Combine>(node.plan->node, "combine"),
                           .weight = {grown.weight.data, grown.weight.stride},
                           .base = {grown.base.data, grown.base.stride},
                           .n_grown = {grown.n_grown.data, grown.n_grown.stride},
                           .tree_status = grown.status.as<std::int32_t>(),
                           .max_depth = max_depth.view(),
                           .n_estimators = members.view(),
                           .leaves = leaves.view(),
                           .prediction = node.prediction,
                           .n_used = node.allocate_lanes<std::int32_t>(pool_).data,
                           .status = node.status.as<std::int32_t>()};
  check(backend_.read_trees(&args), node);
  fetch_predictions(node);
  fetch_diagnostic<std::int32_t>(node, "n_members", args.n_used);
}

void Tile::allocate_status(NodeItems& node) {
  node.status = pool_.acquire(static_cast<std::size_t>(node.n_items() * node.n_lanes()) * sizeof(std::int32_t));
}

void Tile::allocate_predictions(NodeItems& node) {
  node.prediction = node.allocate<double>(pool_, node.ld_held_out * node.n_lanes());
  allocate_status(node);
}

}  // namespace kilofold
