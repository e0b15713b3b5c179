// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "execute/tile.hpp"

namespace kilofold {

/// One node's share of a tile: its items and lanes, then its value.
struct Tile::NodeItems {
  NodeId id;
  const PlanNode* plan = nullptr;
  AxisId seed;
  AxisId fold;
  Axes reads;
  Axes lanes;
  std::size_t n_axes = 0;
  std::unordered_map<ItemKey, std::int32_t, ItemKeyHash> index;       ///< item number by key
  std::unordered_map<ItemKey, std::int32_t, ItemKeyHash> lane_index;  ///< lane number by key
  std::vector<std::int32_t> item_codes;
  std::vector<std::int32_t> lane_codes;
  std::int32_t last_item = 0;  ///< of the latest fit asked for
  std::int32_t last_lane = 0;
  int readers = 0;  ///< nodes that still need the value

  // The value: each op fills the members its contract names.
  std::int64_t ld_train = 0;
  std::int64_t ld_held_out = 0;
  Batch<double> X_train{};
  Batch<double> X_held_out{};
  Batch<double> y_train{};
  Batch<double> count{};
  Batch<double> within{};
  Batch<double> centre{};
  Batch<double> scale{};
  TreeBatch tree{};
  Batch<double> weight{};
  Batch<double> base{};
  Batch<std::int32_t> n_grown{};
  std::vector<double> host_theta;  ///< (items, length scales + 3) what maximize_lml found
  std::int64_t n_theta = 0;
  Batch<double> matrix{};  ///< factor, reduced or inverse: opaque
  Batch<double> jitter{};
  Batch<double> log_marginal_likelihood{};
  Batch<double> prediction{};
  Batch<double> sd{};  ///< shaped as `prediction`, on the host too
  Buffer status;
  std::vector<Buffer> buffers;

  // On the host once the tile has arrived.
  const double* host_prediction = nullptr;
  const std::int32_t* host_status = nullptr;
  const double* host_sd = nullptr;                       ///< null where the op gives none
  const double* host_log_marginal_likelihood = nullptr;  ///< likewise
  /// Numbers (items, lanes) that are kept of the node's fits; a negative integer is missing.
  struct Diagnostic {
    std::string name;
    std::variant<std::vector<float>, const double*, const std::int32_t*> values;
    float at(std::size_t lane_of_item) const;
  };
  std::vector<Diagnostic> host_diagnostics;

  /// One array of doubles or integers an item, given back with the node.
  template <class T> Batch<T> allocate(BufferPool& pool, std::int64_t elements_an_item) {
    const std::int64_t per_line = 64 / static_cast<std::int64_t>(sizeof(T));
    const std::int64_t stride = (elements_an_item + per_line - 1) / per_line * per_line;
    const auto bytes = static_cast<std::size_t>(stride * n_items()) * sizeof(T);
    return {buffers.emplace_back(pool.acquire(bytes)).template as<T>(), stride};
  }

  /// One element a lane of every item, nothing between: (items, lanes).
  template <class T> Batch<T> allocate_lanes(BufferPool& pool) {
    const auto bytes = static_cast<std::size_t>(n_items() * n_lanes()) * sizeof(T);
    return {buffers.emplace_back(pool.acquire(bytes)).template as<T>(), n_lanes()};
  }

  std::int64_t n_items() const { return static_cast<std::int64_t>(index.size()); }
  /// Does the value belong to the whole table, whatever the fold?
  bool on_all_rows() const { return !plan->node.reads.contains(fold) && !plan->node.lanes.contains(fold); }
  std::int64_t n_lanes() const { return static_cast<std::int64_t>(lane_index.size()); }
  const std::int32_t* item(std::int64_t i) const { return item_codes.data() + static_cast<std::size_t>(i) * n_axes; }
  const std::int32_t* lane(std::size_t l) const { return lane_codes.data() + l * n_axes; }

  void need(const std::int32_t* codes, std::size_t axes) {
    n_axes = axes;
    const auto [item, new_item] = index.try_emplace(reads.key(codes), static_cast<std::int32_t>(index.size()));
    if (new_item) item_codes.insert(item_codes.end(), codes, codes + axes);
    const auto [lane, new_lane] =
        lane_index.try_emplace(lanes.key(codes), static_cast<std::int32_t>(lane_index.size()));
    if (new_lane) lane_codes.insert(lane_codes.end(), codes, codes + axes);
    last_item = item->second;
    last_lane = lane->second;
  }

  void release(BufferPool& pool) {
    for (Buffer& buffer : buffers) pool.give_back(std::move(buffer));
    buffers.clear();
    if (status.size() > 0) pool.give_back(std::move(status));
    status = Buffer();
  }
};

/// Rows padded to whole cache lines of doubles.
constexpr std::int64_t padded(std::int64_t rows) { return (rows + 7) / 8 * 8; }

/// A discrete choice that a node was lowered with.
template <class Enum> Enum choice(const Node& node, std::string_view parameter) {
  const Binding* binding = node.binding(parameter);
  KILOFOLD_EXPECT(binding != nullptr && !binding->axis);
  return static_cast<Enum>(static_cast<std::int32_t>(binding->fixed));
}

}  // namespace kilofold
