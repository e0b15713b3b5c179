// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

void check(const ReadTreesArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0 && a.n_lanes >= 0, "n_items and n_lanes must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_rows(*a.table, a.rows[i]);
    require(a.slot[i] >= 0, "a slot must not be negative");
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    for (std::int64_t l = 0; l < a.n_lanes; ++l) {
      require_count(a.max_depth.values[i * a.max_depth.item_stride + l], 1, Infinite::allowed,
                    "max_depth must be a whole number >= 1, or infinite");
    }
  }
}

void read_tree(const ReadTreesArgs& a, std::int64_t item) {
  thread_local Scratch<std::int64_t> depth_store;
  thread_local Scratch<double> path_store;
  const std::int64_t slot = a.slot[item], n_lanes = a.n_lanes;
  const std::int32_t* const feature = a.tree.feature.data + slot * a.tree.feature.stride;
  const std::int32_t* const cut = a.tree.cut.data + slot * a.tree.cut.stride;
  const std::int32_t* const left = a.tree.left.data + slot * a.tree.left.stride;
  const double* const mean = a.tree.mean.data + slot * a.tree.mean.stride;
  const std::int64_t n_nodes = a.tree.count.data[slot * a.tree.count.stride];
  std::int64_t* const depth = depth_store.get(n_lanes);
  std::int64_t deepest = 0;
  for (std::int64_t l = 0; l < n_lanes; ++l) {
    // no path is longer than the tree has nodes
    const double wanted = a.max_depth.values[item * a.max_depth.item_stride + l];
    depth[l] = static_cast<std::int64_t>(std::min(wanted, static_cast<double>(n_nodes)));
    deepest = std::max(deepest, depth[l]);
  }
  double* const path = path_store.get(n_nodes);
  double* const prediction = a.prediction.data + item * a.prediction.stride;
  for (std::int32_t i = 0; i < a.rows[item].n_held_out; ++i) {
    const std::int32_t* const code = a.table->code + a.rows[item].held_out[i];
    std::int32_t node = 0;
    std::int64_t length = 0;
    path[0] = mean[0];
    while (length < deepest && feature[node] >= 0) {
      node = left[node] + (code[feature[node] * a.table->n] > cut[node]);
      path[++length] = mean[node];
    }
    for (std::int64_t l = 0; l < n_lanes; ++l) prediction[l * a.ld_held_out + i] = path[std::min(depth[l], length)];
  }
  std::fill_n(a.status + item * n_lanes, n_lanes, static_cast<std::int32_t>(FitStatus::ok));
}

}  // namespace

int read_trees(const ReadTreesArgs* args) {
  return guarded("read_trees", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) read_tree(*args, item);
  });
}

}  // namespace kilofold::cpu
