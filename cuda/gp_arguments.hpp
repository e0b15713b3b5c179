// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/answer.cuh"
#include "kernels/covariance.cuh"
#include "kilofold/backend/arguments.hpp"

/// What the drivers of Gaussian-process kernels read of their arguments.
namespace kilofold::cuda {

inline GpInputs inputs_of(const TableView& table, const ScaledInputs& scaled, const RowSetView& rows,
                          std::int64_t item) {
  const std::int64_t slot = scaled.slot[item];
  const bool collapse = scaled.replicates == Replicates::collapse;
  return {.u = static_cast<int>(rows_used(rows, scaled.replicates)),
          .m = rows.n_held_out,
          .d = static_cast<int>(table.d),
          .n_train = rows.n_train,
          .ld_X = scaled.ld_train,
          .ld_Z = scaled.ld_held_out,
          .X = scaled.X_train.data + slot * scaled.X_train.stride,
          .Z = scaled.X_held_out.data + slot * scaled.X_held_out.stride,
          .y = scaled.y_train.data + slot * scaled.y_train.stride,
          .count = collapse ? scaled.count.data + slot * scaled.count.stride : nullptr,
          .within = collapse ? scaled.within.data + slot * scaled.within.stride : nullptr,
          .centre = scaled.centre.data + slot * scaled.centre.stride + table.d,
          .scale = scaled.scale.data + slot * scaled.scale.stride + table.d};
}

/// Refuse arguments of an op that builds one covariance matrix an item.
template <class Args> void check_matrices(const Args& a) {
  check_table(a.table);
  require(a.n_items >= 0, "n_items must not be negative");
  check_kernel(a.kernel, a.table->d);
  for (std::int64_t i = 0; i < a.n_items; ++i) check_room(a.scaled, a.rows[i], i);
}

/// Where a lane of a posterior or of a fold posterior writes m held-out rows.
template <class Args>
AnswerPlace place_of(const Args& a, std::int64_t item, std::int64_t lane, std::int64_t m, std::int64_t ld) {
  return {static_cast<int>(m),
          a.mean.data + item * a.mean.stride + lane * ld,
          a.sd.data + item * a.sd.stride + lane * ld,
          a.log_marginal_likelihood.data + item * a.log_marginal_likelihood.stride + lane,
          a.jitter.data + item * a.jitter.stride + lane,
          a.status + item * a.n_lanes + lane};
}

/// Length scales (d, items), for the device.
inline std::vector<double> length_scales(const KernelArgs& kernel, std::int64_t n_items, std::int64_t d) {
  std::vector<double> scales;
  for (std::int64_t i = 0; i < n_items; ++i)
    for (std::int64_t f = 0; f < d; ++f) scales.push_back(length_scale(kernel, i, f));
  return scales;
}

/// Doubles of work memory that the largest item's covariance matrix takes.
template <class Args> std::int64_t covariance_work(const Args& a) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const std::int64_t u = rows_used(a.rows[i], a.scaled.replicates);
    most = std::max(most, Covariance::work_doubles(u, a.rows[i].n_held_out, a.table->d));
  }
  return most;
}

}  // namespace kilofold::cuda
