// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/tile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "execute/tile_nodes.hpp"
#include "kilofold/backend/leave.hpp"

namespace kilofold {

Tile::Tile(const Plan& plan, const StudyData& study, const Backend& backend, double fit_time_limit, Pools& pools,
           std::vector<std::int64_t>& items)
    : plan_(plan),
      study_(study),
      backend_(backend),
      fit_time_limit_(fit_time_limit),
      pool_(pools.values),
      items_done_(items),
      downloads_(backend, pools.results) {
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

void Tile::finish() {
  if (downloads_.finish() != 0) throw MachineError(fmt::format("{} backend: {}", backend_.name, backend_.last_error()));
}

Tile::Prediction Tile::prediction(std::size_t n) const {
  const Fit& fit = fits_[n];
  const NodeItems& node = nodes_[static_cast<std::size_t>(fit.node.value)];
  const auto at = static_cast<std::size_t>(fit.item * node.n_lanes() + fit.lane);
  const auto first = static_cast<std::size_t>(fit.item * node.prediction.stride + fit.lane * node.ld_held_out);
  return {node.host_prediction + first, node.host_sd == nullptr ? nullptr : node.host_sd + first, node.host_status[at]};
}

double Tile::log_marginal_likelihood(std::size_t n) const {
  const Fit& fit = fits_[n];
  const NodeItems& node = nodes_[static_cast<std::size_t>(fit.node.value)];
  if (node.host_log_marginal_likelihood == nullptr) return std::numeric_limits<double>::quiet_NaN();
  return node.host_log_marginal_likelihood[static_cast<std::size_t>(fit.item * node.n_lanes() + fit.lane)];
}

float Tile::diagnostic(std::size_t n, std::string_view name) const {
  const Fit& fit = fits_[n];
  const NodeItems& node = nodes_[static_cast<std::size_t>(fit.node.value)];
  for (const NodeItems::Diagnostic& column : node.host_diagnostics)
    if (column.name == name) return column.at(static_cast<std::size_t>(fit.item * node.n_lanes() + fit.lane));
  return std::numeric_limits<float>::quiet_NaN();
}

void Tile::evaluate(NodeItems& node) {
  switch (node.plan->node.op) {
    case Op::standardize:
      return standardize(node);
    case Op::factor:
      return factor(node);
    case Op::invert:
      return invert(node);
    case Op::reduce:
      return reduce(node);
    case Op::posterior:
      return posterior(node);
    case Op::fold_posterior:
      return fold_posterior(node);
    case Op::maximize_lml:
      return maximize_lml(node);
    case Op::least_squares:
      return least_squares(node);
    case Op::grow_trees:
      return grow_trees(node);
    case Op::boost:
      return boost(node);
    case Op::read_trees:
      return read_trees(node);
    case Op::svr_path:
      return svr_path(node);
  }
}

std::vector<RowSetView> Tile::rows_of(const NodeItems& node) const {
  if (node.on_all_rows()) return std::vector(static_cast<std::size_t>(node.n_items()), study_.all_rows());
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
  if (binding == nullptr) return tuned_parameter(node, name);
  const auto lanes = static_cast<std::size_t>(node.n_lanes());
  if (!binding->axis) return {std::vector<double>(lanes, binding->fixed), 0};

  const auto axis = static_cast<std::size_t>(binding->axis.value);
  const std::vector<double>& values = plan_.axes[axis].values;
  std::vector<double> out;
  if (node.plan->node.lanes.contains(binding->axis)) {
    for (std::size_t l = 0; l < lanes; ++l) out.push_back(values[static_cast<std::size_t>(node.lane(l)[axis])]);
    return {out, 0};
  }
  const std::int32_t width = plan_.axes[axis].width;
  if (width > 1) {  // a list of numbers an item; never a lane
    for (std::int64_t i = 0; i < node.n_items(); ++i) {
      const std::span<const double> point = plan_.axes[axis].point(node.item(i)[axis]);
      out.insert(out.end(), point.begin(), point.end());
    }
    return {out, width};
  }
  for (std::int64_t i = 0; i < node.n_items(); ++i)
    out.insert(out.end(), lanes, values[static_cast<std::size_t>(node.item(i)[axis])]);
  return {out, node.n_lanes()};
}

void Tile::check(int code, const NodeItems& node) const {
  if (code == 0) return;
  const std::string text =
      fmt::format("{} backend: {}: {}", backend_.name, name(node.plan->node.op), backend_.last_error());
  if (code == out_of_memory) throw OutOfMemory(text);
  if (code == op_stopped) throw Stopped{};
  throw MachineError(text);
}

float Tile::NodeItems::Diagnostic::at(std::size_t lane_of_item) const {
  if (const auto* const numbers = std::get_if<const double*>(&values))
    return static_cast<float>((*numbers)[lane_of_item]);
  if (const auto* const own = std::get_if<std::vector<float>>(&values)) return (*own)[lane_of_item];
  const std::int32_t count = std::get<const std::int32_t*>(values)[lane_of_item];
  return count < 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(count);
}

template <class T> const T* Tile::fetch(const NodeItems& node, const T* values, std::size_t n) {
  void* const to = downloads_.place(n * sizeof(T));
  check(downloads_.begin(to, values, n * sizeof(T)), node);
  return static_cast<const T*>(to);
}

void Tile::fetch_predictions(NodeItems& node) {
  const auto lanes = static_cast<std::size_t>(node.n_items() * node.n_lanes());
  const auto of_all_items = [&](const Batch<double>& values) -> const double* {
    // No op reads an output: where the host can, its numbers lie there as long as the tile lives.
    if (backend_.memory == nullptr) return values.data;
    const std::int64_t n = node.n_items() * values.stride;  // at once: a copy has its price
    return fetch(node, values.data, static_cast<std::size_t>(n));
  };
  node.host_prediction = of_all_items(node.prediction);
  if (node.sd.data != nullptr) node.host_sd = of_all_items(node.sd);
  node.host_status = fetch(node, node.status.as<const std::int32_t>(), lanes);
}

template <class T> const T* Tile::fetch_diagnostic(NodeItems& node, const char* name, const T* values) {
  const T* const host = fetch(node, values, static_cast<std::size_t>(node.n_items() * node.n_lanes()));
  node.host_diagnostics.push_back({name, host});
  return host;
}

template const std::int32_t* Tile::fetch_diagnostic(NodeItems&, const char*, const std::int32_t*);
template const double* Tile::fetch_diagnostic(NodeItems&, const char*, const double*);

}  // namespace kilofold
