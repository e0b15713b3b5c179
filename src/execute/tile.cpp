// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/tile.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "execute/tile_nodes.hpp"

namespace kilofold {

Tile::Tile(const Plan& plan, const StudyData& study, const Backend& backend, BufferPool& pool,
           std::vector<std::int64_t>& items)
    : plan_(plan), study_(study), backend_(backend), pool_(pool), items_done_(items) {
  for (std::size_t n = 0; n < plan.nodes.size(); ++n) {
    NodeItems& node = nodes_.emplace_back();
    node.id = NodeId(static_cast<int>(n));
    node.plan = &plan.nodes[n];
    node.reads = weigh(plan, node.plan->node.reads);
    node.lanes = weigh(plan, node.plan->node.lanes);
    const PlanGroup& group = plan.groups[static_cast<std::size_t>(node.plan->groups.front().value)];
    node.seed = group.group.seed;
    node.fold = group.group.fold;
    for (NodeId input : node.plan->node.inputs) ++nodes_[static_cast<std::size_t>(input.value)].readers;
  }
}

Tile::~Tile() {
  for (NodeItems& node : nodes_) node.release(pool_);
}

ItemKey Tile::Axes::key(const std::int32_t* codes) const {
  ItemKey key = 0;
  for (const auto& [axis, weight] : weights) key += static_cast<ItemKey>(codes[axis]) * weight;
  return key;
}

Tile::Axes Tile::weigh(const Plan& plan, const AxisSet& axes) {
  Axes weighed;
  ItemKey weight = 1;
  for (AxisId axis : axes.list()) {
    const auto index = static_cast<std::size_t>(axis.value);
    weighed.weights.emplace_back(index, weight);
    const auto size = static_cast<ItemKey>(plan.axes[index].size());
    KILOFOLD_ASSERT(weight <= ~ItemKey{0} / size);
    weight *= size;
  }
  return weighed;
}

void Tile::add(GroupId group, const UnitPoint& point) {
  const PlanGroup& planned = plan_.groups[static_cast<std::size_t>(group.value)];
  for (NodeId member : planned.members)
    nodes_[static_cast<std::size_t>(member.value)].need(point.codes, plan_.axes.size());
  const NodeItems& output = nodes_[static_cast<std::size_t>(planned.output().value)];
  fits_.push_back({planned.output(), output.last_item, output.last_lane});
}

void Tile::run() {
  for (NodeItems& node : nodes_) {
    if (node.n_items() == 0) continue;
    evaluate(node);
    items_done_[static_cast<std::size_t>(node.id.value)] += node.n_items();
    for (NodeId input : node.plan->node.inputs) {
      NodeItems& read = nodes_[static_cast<std::size_t>(input.value)];
      if (--read.readers == 0) read.release(pool_);
    }
  }
}

Tile::Prediction Tile::prediction(std::size_t n) const {
  const Fit& fit = fits_[n];
  const NodeItems& node = nodes_[static_cast<std::size_t>(fit.node.value)];
  const auto at = static_cast<std::size_t>(fit.item * node.n_lanes() + fit.lane);
  return {node.host_prediction.data() + at * static_cast<std::size_t>(node.ld_held_out), node.host_status[at],
          node.host_members.empty() ? -1 : node.host_members[at]};
}

void Tile::evaluate(NodeItems& node) {
  switch (node.plan->node.op) {
    case Op::standardize:
      return standardize(node);
    case Op::least_squares:
      return least_squares(node);
    case Op::grow_trees:
      return grow_trees(node);
    case Op::boost:
      return boost(node);
    case Op::read_trees:
      return read_trees(node);
  }
}

std::vector<RowSetView> Tile::rows_of(const NodeItems& node) const {
  std::vector<RowSetView> rows;
  for (std::int64_t i = 0; i < node.n_items(); ++i) {
    const std::int32_t* codes = node.item(i);
    rows.push_back(study_.rows(node.fold, codes[static_cast<std::size_t>(node.seed.value)],
                               codes[static_cast<std::size_t>(node.fold.value)]));
  }
  return rows;
}

std::vector<std::int32_t> Tile::slots(const NodeItems& node, const NodeItems& input) const {
  std::vector<std::int32_t> slots;
  for (std::int64_t i = 0; i < node.n_items(); ++i) slots.push_back(input.index.at(input.reads.key(node.item(i))));
  return slots;
}

Tile::Values Tile::parameter(const NodeItems& node, std::string_view name) const {
  const Binding* binding = node.plan->node.binding(name);
  KILOFOLD_EXPECT(binding != nullptr);
  const auto lanes = static_cast<std::size_t>(node.n_lanes());
  if (!binding->axis) return {std::vector<double>(lanes, binding->fixed), 0};

  const auto axis = static_cast<std::size_t>(binding->axis.value);
  const std::vector<double>& values = plan_.axes[axis].values;
  std::vector<double> out;
  if (node.plan->node.lanes.contains(binding->axis)) {
    for (std::size_t l = 0; l < lanes; ++l) out.push_back(values[static_cast<std::size_t>(node.lane(l)[axis])]);
    return {out, 0};
  }
  for (std::int64_t i = 0; i < node.n_items(); ++i)
    out.insert(out.end(), lanes, values[static_cast<std::size_t>(node.item(i)[axis])]);
  return {out, node.n_lanes()};
}

void Tile::check(int code, const NodeItems& node) const {
  if (code != 0)
    throw MachineError(
        fmt::format("{} backend: {}: {}", backend_.name, name(node.plan->node.op), backend_.last_error()));
}

void Tile::fetch_predictions(NodeItems& node) {
  const auto lanes = static_cast<std::size_t>(node.n_items() * node.n_lanes());
  const auto an_item = static_cast<std::size_t>(node.ld_held_out * node.n_lanes());
  node.host_prediction.resize(lanes * static_cast<std::size_t>(node.ld_held_out));
  node.host_status.resize(lanes);
  for (std::int64_t i = 0; i < node.n_items(); ++i)
    check(backend_.download(node.host_prediction.data() + static_cast<std::size_t>(i) * an_item,
                            node.prediction.data + i * node.prediction.stride, an_item * sizeof(double)),
          node);
  check(backend_.download(node.host_status.data(), node.status.as<void>(), lanes * sizeof(std::int32_t)), node);
  if (node.n_used.size() == 0) return;
  node.host_members.resize(lanes);
  check(backend_.download(node.host_members.data(), node.n_used.as<void>(), lanes * sizeof(std::int32_t)), node);
}

}  // namespace kilofold
