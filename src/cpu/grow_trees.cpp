// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "cpu/contract.hpp"
#include "cpu/ops.hpp"
#include "cpu/scratch.hpp"
#include "cpu/tree_items.hpp"
#include "kilofold/core/cells.hpp"

namespace kilofold::cpu {
namespace {

/// How often each training row is drawn: n_train draws with replacement.
const std::int32_t* draw_rows(std::int32_t n_train, const MemberRandom& random) {
  thread_local Scratch<std::int32_t> store;
  thread_local Scratch<std::uint64_t> bit_store;
  std::int32_t* const copies = store.get(n_train);
  std::uint64_t* const bits = bit_store.get(n_train);
  member_bits(random, Draw::bootstrap, n_train, bits);
  std::fill(copies, copies + n_train, 0);
  for (std::int32_t i = 0; i < n_train; ++i) ++copies[bounded(bits[i], static_cast<std::uint32_t>(n_train))];
  return copies;
}

void grow_item(const GrowTreesArgs& a, const LimitParameters& parameters, const std::int32_t* order,
               std::int64_t item) {
  const RowSetView& rows = a.rows[item];
  const TreeLimits limits = parameters.of_item(item, a.tree.n_lanes, value(a.max_features, item));
  const auto members = static_cast<std::uint32_t>(value(a.n_estimators, item));
  const double* const target = training_target(*a.table, rows);
  MemberGrower grower(*a.table, order, rows, a.tree, item);
  for (std::uint32_t member = 0; member < members; ++member) {
    const MemberRandom random{a.random.model_seed[item], a.random.fold_seed[item], a.random.fold[item], member};
    const bool drawn = a.sampling == Sampling::bootstrap;
    grower.grow({target, drawn ? draw_rows(rows.n_train, random) : nullptr}, limits, {random.bits(Draw::tree, 0)});
  }
  grower.finish();
  a.status[item] = static_cast<std::int32_t>(FitStatus::ok);
}

}  // namespace

int grow_trees(const GrowTreesArgs* args) {
  return guarded("grow_trees", [&] {
    const LimitParameters limits{args->max_depth, args->min_samples_split, args->min_samples_leaf};
    check_trees(args->table, args->n_items, args->rows, args->n_estimators, limits, args->tree);
    for (std::int64_t i = 0; i < args->n_items; ++i)
      require_count(value(args->max_features, i), 1, Infinite::allowed,
                    "max_features must be a whole number >= 1, or infinite");
    const std::int32_t* const order = rows_in_order(*args->table);
    for (std::int64_t i = 0; i < args->n_items; ++i) grow_item(*args, limits, order, i);
  });
}

}  // namespace kilofold::cpu
