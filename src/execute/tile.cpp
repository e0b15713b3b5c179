// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "execute/tile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "execute/tile_nodes.hpp"

namespace kilofold {

Tile::Tile(const Plan& plan, const StudyData& study, const Backend& backend, double fit_time_limit, BufferPool& pool,
           std::vector<std::int64_t>& items)
    : plan_(plan), study_(study), backend_(backend), fit_time_limit_(fit_time_limit), pool_(pool), items_done_(items) {
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
  const auto first = static_cast<std::size_t>(fit.item * node.prediction.stride + fit.lane * node.ld_held_out);
  return {node.host_prediction.data() + first, node.host_sd.empty() ? nullptr : node.host_sd.data() + first,
          node.host_status[at]};
}

double Tile::log_marginal_likelihood(std::size_t n) const {
  const Fit& fit = fits_[n];
  const NodeItems& node = nodes_[static_cast<std::size_t>(fit.node.value)];
  if (node.host_log_marginal_likelihood.empty()) return std::numeric_limits<double>::quiet_NaN();
  return node.host_log_marginal_likelihood[static_cast<std::size_t>(fit.item * node.n_lanes() + fit.lane)];
}

float Tile::diagnostic(std::size_t n, std::string_view name) const {
  const Fit& fit = fits_[n];
  const NodeItems& node = nodes_[static_cast<std::size_t>(fit.node.value)];
  for (const NodeItems::Diagnostic& column : node.host_diagnostics)
    if (column.name == name) return column.values[static_cast<std::size_t>(fit.item * node.n_lanes() + fit.lane)];
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
  throw MachineError(text);
}

void Tile::fetch_predictions(NodeItems& node) {
  const auto lanes = static_cast<std::size_t>(node.n_items() * node.n_lanes());
  const auto fetch = [&](std::vector<double>& host, const Batch<double>& values) {  // at once: a copy has its price
    host.resize(static_cast<std::size_t>(node.n_items() * values.stride));
    check(backend_.download(host.data(), values.data, host.size() * sizeof(double)), node);
  };
  fetch(node.host_prediction, node.prediction);
  if (node.sd.data != nullptr) fetch(node.host_sd, node.sd);
  node.host_status.resize(lanes);
  check(backend_.download(node.host_status.data(), node.status.as<void>(), lanes * sizeof(std::int32_t)), node);
}

template <class T> std::vector<T> Tile::fetch_diagnostic(NodeItems& node, const char* name, const T* values) {
  std::vector<T> host(static_cast<std::size_t>(node.n_items() * node.n_lanes()));
  check(backend_.download(host.data(), values, host.size() * sizeof(T)), node);
  NodeItems::Diagnostic& column = node.host_diagnostics.emplace_back(NodeItems::Diagnostic{name, {}});
  const auto is_missing = [](T value) { return std::is_integral_v<T> && value < 0; };
  for (const T value : host)
    column.values.push_back(is_missing(value) ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value));
  return host;
}

template std::vector<std::int32_t> Tile::fetch_diagnostic(NodeItems&, const char*, const std::int32_t*);
template std::vector<double> Tile::fetch_diagnostic(NodeItems&, const char*, const double*);

}  // namespace kilofold
