// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/reduce.cuh"

#include <algorithm>

#include "gp_arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

// Dynamic shared memory: all that an sm_80 block may have beside the static part, so that one rule holds everywhere.
constexpr std::int64_t most_shared_doubles = (163 * 1024 - 4096) / 8;

/// Dynamic shared memory for the largest matrix that fits with its vectors, and for vectors that fit alone.
std::int64_t near_doubles(const std::vector<ReduceItem>& items) {
  std::int64_t most = 0;
  for (const ReduceItem& item : items) {
    const std::int64_t u = item.covariance.in.u;
    for (const std::int64_t doubles : {ReduceItem::work_doubles(u), Reduction::vector_doubles(u)}) {
      if (doubles <= most_shared_doubles) most = std::max(most, doubles);
    }
  }
  return most;
}

/// Doubles of work memory an item: of the largest matrix and of its covariance.
std::int64_t reduction_work(const ReduceArgs& a) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    most = std::max(most, ReduceItem::work_doubles(rows_used(a.rows[i], a.scaled.replicates)));
  }
  return most;
}

std::vector<ReduceItem> items_of(const ReduceArgs& a, const double* scales, double* work, std::int64_t work_stride,
                                 std::int64_t covariance_stride) {
  std::vector<ReduceItem> items;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    double* const own = work + i * work_stride;
    const Covariance covariance{inputs_of(*a.table, a.scaled, a.rows[i], i), kernel_function(a.kernel, i),
                                scales + i * a.table->d, 0.0, own};
    items.push_back({.covariance = covariance,
                     .n_rows = covariance.in.m + 1 + static_cast<int>(basis_columns(a.mean, a.table->d)),
                     .reduced = a.reduced.data + i * a.reduced.stride,
                     .work = own + covariance_stride,
                     .status = a.status + i});
  }
  return items;
}

}  // namespace

std::int64_t reduced_doubles(Factorized, std::int64_t u, std::int64_t n_rhs) {
  return Tridiagonal<double>::doubles(u, n_rhs);
}

int reduce(const ReduceArgs* args) {
  return guarded("reduce", [&] {
    check_matrices(*args);
    require(args->form == Factorized::tridiagonal, "the device has no band form yet");
    Session& s = session();
    const std::int64_t covariance_stride = covariance_work(*args), stride = covariance_stride + reduction_work(*args);
    double* const work = s.work.get<double>(static_cast<std::size_t>(stride * args->n_items));
    const double* const scales = s.upload(length_scales(args->kernel, args->n_items, args->table->d), s.parameters);
    const std::vector<ReduceItem> items = items_of(*args, scales, work, stride, covariance_stride);
    const std::int64_t near = near_doubles(items);
    const ReduceItem* const on_device = s.upload(items, s.items);
    dev::launch(reduce_items,
                {"reduce_items", static_cast<unsigned>(items.size()), reduce_threads,
                 static_cast<std::size_t>(near) * sizeof(double)},
                s.stream, on_device, near);
  });
}

}  // namespace kilofold::cuda
