// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/core/fit_status.hpp"
#include "unit.cuh"

namespace kilofold::cuda {

inline constexpr int standardize_threads = 128;

/// Training rows of all items, one item after another: the replicate set of a row, and which of the item's it is.
struct ReplicateRows {
  std::int32_t* set;
  std::int32_t* row;
};

/// What all items of `standardize` share; arrays in device memory.
struct StandardizeStudy {
  const double* X;  ///< (n, d)
  const double* y;  ///< (n)
  int n;
  int d;
  Scaling features;
  Scaling target;
  FitOn fit_on;
  Replicates replicates;
  std::int64_t ld_train;
  std::int64_t ld_held_out;
  ReplicateRows listed;  ///< as the items have them; here and below null unless collapsed
  ReplicateRows sorted;  ///< each item's by set, ascending rows in each
};

/// One item of `standardize`.
struct StandardizeItem {
  const std::int32_t* train;
  const std::int32_t* held_out;
  const std::int32_t* replicate;
  int n_train;
  int n_held_out;
  int n_unique;
  double* X_train;
  double* X_held_out;
  double* y_train;
  double* count;            ///< (n_train); work memory where it is not wanted
  double* within;           ///< null: not wanted
  double* mean;             ///< (n_train) work memory; here and below null unless collapsed
  std::int32_t* set_begin;  ///< (n_unique + 1) work memory: where a set begins among the item's sorted rows
  std::int32_t first;       ///< place of the item's first row in the lists of replicates
  double* centre;
  double* scale;
  std::int32_t* status;
};

/// out = (x - centre) / scale.
__device__ inline void block_apply(const Unit& unit, const ColumnRows& x, double* out) {
  for (int i = static_cast<int>(threadIdx.x); i < x.n; i += static_cast<int>(blockDim.x)) {
    out[i] = (x[i] - unit.centre) / unit.scale;
  }
}

/// The items' rows, one block an item.
__global__ void __launch_bounds__(standardize_threads)
    list_replicates(StandardizeStudy study, const StandardizeItem* items) {
  const StandardizeItem& item = items[blockIdx.x];
  for (int i = static_cast<int>(threadIdx.x); i < item.n_train; i += static_cast<int>(blockDim.x)) {
    study.listed.set[item.first + i] = item.replicate[i];
    study.listed.row[item.first + i] = i;
  }
}

/// Where each replicate set begins.
__device__ inline void block_find_sets(const StandardizeStudy& study, const StandardizeItem& item) {
  const std::int32_t* const set = study.sorted.set + item.first;
  for (int i = static_cast<int>(threadIdx.x); i < item.n_train; i += static_cast<int>(blockDim.x)) {
    if (i == 0 || set[i] != set[i - 1]) item.set_begin[set[i]] = i;
  }
  if (threadIdx.x == 0) item.set_begin[item.n_unique] = item.n_train;
  __syncthreads();
}

/// The first row of each replicate set, a set a thread.
__device__ inline void block_apply_to_sets(const Unit& unit, const ColumnRows& x, const StandardizeItem& item,
                                           const std::int32_t* sorted_rows, double* out) {
  for (int r = static_cast<int>(threadIdx.x); r < item.n_unique; r += static_cast<int>(blockDim.x)) {
    out[r] = (x[sorted_rows[item.set_begin[r]]] - unit.centre) / unit.scale;
  }
}

/// Replace scaled targets by the mean of each replicate set, ascending rows.
__device__ inline void block_collapse_target(const StandardizeItem& item, const std::int32_t* sorted_rows, double* y) {
  for (int r = static_cast<int>(threadIdx.x); r < item.n_unique; r += static_cast<int>(blockDim.x)) {
    double sum = 0.0;
    for (int i = item.set_begin[r]; i < item.set_begin[r + 1]; ++i) sum += y[sorted_rows[i]];
    item.count[r] = item.set_begin[r + 1] - item.set_begin[r];
    item.mean[r] = sum / item.count[r];
  }
  __syncthreads();
  if (threadIdx.x == 0 && item.within != nullptr) {
    double within = 0.0;
    for (int i = 0; i < item.n_train; ++i) {
      const double deviation = y[i] - item.mean[item.replicate[i]];
      within = std::fma(deviation, deviation, within);
    }
    *item.within = within;
  }
  __syncthreads();
  for (int r = static_cast<int>(threadIdx.x); r < item.n_unique; r += static_cast<int>(blockDim.x)) y[r] = item.mean[r];
}

/// The scaled target and what the item says of its replicates.
__device__ inline void block_standardize_target(const StandardizeStudy& study, const StandardizeItem& item,
                                                const Unit& unit) {
  block_apply(unit, {study.y, item.train, item.n_train}, item.y_train);
  __syncthreads();
  if (study.replicates == Replicates::collapse) {
    block_collapse_target(item, study.sorted.row + item.first, item.y_train);
    return;
  }
  for (int i = static_cast<int>(threadIdx.x); item.count != nullptr && i < item.n_train;
       i += static_cast<int>(blockDim.x)) {
    item.count[i] = 1.0;
  }
  if (threadIdx.x == 0 && item.within != nullptr) *item.within = 0.0;
}

/// One block an item.
__global__ void __launch_bounds__(standardize_threads)
    standardize_items(StandardizeStudy study, const StandardizeItem* items) {
  const StandardizeItem& item = items[blockIdx.x];
  if (study.replicates == Replicates::collapse) block_find_sets(study, item);
  bool finite = true;
  for (int j = 0; j <= study.d; ++j) {
    const bool is_target = j == study.d;
    const double* const column = is_target ? study.y : study.X + static_cast<std::int64_t>(j) * study.n;
    const ColumnRows train{column, item.train, item.n_train}, all{column, nullptr, study.n};
    const Unit unit =
        block_unit(!is_target && study.fit_on == FitOn::all ? all : train, is_target ? study.target : study.features);
    finite = finite && std::isfinite(unit.scale);
    if (threadIdx.x == 0) {
      item.centre[j] = unit.centre;
      item.scale[j] = unit.scale;
    }
    if (is_target) {
      block_standardize_target(study, item, unit);
      continue;
    }
    double* const out = item.X_train + j * study.ld_train;
    if (study.replicates == Replicates::collapse) {
      block_apply_to_sets(unit, train, item, study.sorted.row + item.first, out);
    } else {
      block_apply(unit, train, out);
    }
    block_apply(unit, {column, item.held_out, item.n_held_out}, item.X_held_out + j * study.ld_held_out);
  }
  if (threadIdx.x == 0) *item.status = static_cast<std::int32_t>(finite ? FitStatus::ok : FitStatus::not_finite);
}

}  // namespace kilofold::cuda
