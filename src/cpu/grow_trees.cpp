// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "cpu/tree_grower.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

std::int32_t clipped(double count) {
  constexpr double most = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min(count, most));
}

double value(const Parameter& parameter, std::int64_t item) { return parameter.values[item * parameter.item_stride]; }

void check(const GrowTreesArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_rows(*a.table, a.rows[i]);
    require_count(value(a.max_depth, i), 1, Infinite::allowed, "max_depth must be a whole number >= 1, or infinite");
    require_count(value(a.min_samples_split, i), 2, Infinite::refused, "min_samples_split must be a whole number >= 2");
    require_count(value(a.min_samples_leaf, i), 1, Infinite::refused, "min_samples_leaf must be a whole number >= 1");
    const std::int32_t n_leaves = std::max(1, a.rows[i].n_train / clipped(value(a.min_samples_leaf, i)));
    require(a.tree.capacity >= 2 * std::int64_t{n_leaves} - 1,
            "capacity must hold 2 n_train / min_samples_leaf - 1 nodes");
  }
}

/// Every feature's rows in ascending code (and row) order, by counting: order (n, d).
void order_rows(const TableView& table, std::int32_t* order) {
  thread_local Scratch<std::int32_t> place_store;
  for (std::int64_t f = 0; f < table.d; ++f) {
    const std::int64_t n_levels = table.level_begin[f + 1] - table.level_begin[f];
    const std::int32_t* const code = table.code + f * table.n;
    std::int32_t* const place = place_store.get(n_levels + 1);
    std::fill(place, place + n_levels + 1, 0);
    for (std::int64_t i = 0; i < table.n; ++i) ++place[code[i] + 1];
    for (std::int64_t c = 0; c < n_levels; ++c) place[c + 1] += place[c];
    for (std::int64_t i = 0; i < table.n; ++i) {
      order[f * table.n + place[code[i]]++] = static_cast<std::int32_t>(i);
    }
  }
}

/// Two 16-bit halves serve tables of at most 2^16 rows; codes are then that small too.
template <class Key> void grow_all(const GrowTreesArgs& a, const std::int32_t* order) {
  thread_local TreeGrower<Key> grower;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const TreeLimits limits{clipped(value(a.max_depth, i)), clipped(value(a.min_samples_split, i)),
                            clipped(value(a.min_samples_leaf, i))};
    const TreeArrays tree{a.tree.feature.data + i * a.tree.feature.stride, a.tree.cut.data + i * a.tree.cut.stride,
                          a.tree.left.data + i * a.tree.left.stride, a.tree.mean.data + i * a.tree.mean.stride};
    a.tree.count.data[i * a.tree.count.stride] = grower.grow(*a.table, order, a.rows[i], limits, tree);
    a.status[i] = static_cast<std::int32_t>(FitStatus::ok);
  }
}

}  // namespace

int grow_trees(const GrowTreesArgs* args) {
  return guarded("grow_trees", [&] {
    check(*args);
    thread_local Scratch<std::int32_t> order_store;
    std::int32_t* const order = order_store.get(args->table->n * args->table->d);
    order_rows(*args->table, order);
    args->table->n <= (std::int64_t{1} << 16) ? grow_all<std::uint32_t>(*args, order)
                                              : grow_all<std::uint64_t>(*args, order);
  });
}

}  // namespace kilofold::cpu
