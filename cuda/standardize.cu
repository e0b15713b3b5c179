// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/standardize.cuh"

#include "kilofold/backend/arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

void check(const StandardizeArgs& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    check_counts(a.rows[i]);
    require(a.rows[i].n_train <= a.ld_train, "ld_train must hold every training row");
    require(a.rows[i].n_held_out <= a.ld_held_out, "ld_held_out must hold every held-out row");
    require(a.replicates == Replicates::keep || a.rows[i].replicate, "collapsing needs the replicate sets");
  }
}

/// Item i of an array, null where that is not wanted.
double* item_of(const Batch<double>& batch, std::int64_t i) {
  return batch.data == nullptr ? nullptr : batch.data + i * batch.stride;
}

/// work: (2 ld_train) an item where rows are collapsed, else null.
StandardizeItem item_of(const StandardizeArgs& a, std::int64_t i, double* work) {
  const RowSetView& rows = a.rows[i];
  double* const count = item_of(a.count, i);
  return {.train = rows.train,
          .held_out = rows.held_out,
          .replicate = rows.replicate,
          .n_train = rows.n_train,
          .n_held_out = rows.n_held_out,
          .n_unique = rows.n_unique,
          .X_train = item_of(a.X_train, i),
          .X_held_out = item_of(a.X_held_out, i),
          .y_train = item_of(a.y_train, i),
          .count = count == nullptr && work != nullptr ? work + a.ld_train : count,
          .within = item_of(a.within, i),
          .mean = work,
          .centre = item_of(a.centre, i),
          .scale = item_of(a.scale, i),
          .status = a.status + i};
}

}  // namespace

int standardize(const StandardizeArgs* args) {
  return guarded("standardize", [&] {
    const StandardizeArgs& a = *args;
    check(a);
    Session& s = session();
    const bool collapse = a.replicates == Replicates::collapse;
    double* const work = collapse ? s.work.get<double>(static_cast<std::size_t>(2 * a.ld_train * a.n_items)) : nullptr;
    std::vector<StandardizeItem> items;
    for (std::int64_t i = 0; i < a.n_items; ++i) {
      items.push_back(item_of(a, i, collapse ? work + 2 * a.ld_train * i : nullptr));
    }
    const StandardizeItem* const on_device = s.upload(items, s.items);
    const StandardizeStudy study{.X = a.table->X,
                                 .y = a.table->y,
                                 .n = static_cast<int>(a.table->n),
                                 .d = static_cast<int>(a.table->d),
                                 .features = a.features,
                                 .target = a.target,
                                 .fit_on = a.fit_on,
                                 .replicates = a.replicates,
                                 .ld_train = a.ld_train,
                                 .ld_held_out = a.ld_held_out};
    dev::launch(standardize_items, {"standardize_items", static_cast<unsigned>(items.size()), standardize_threads, 0},
                s.stream, study, on_device);
  });
}

}  // namespace kilofold::cuda
