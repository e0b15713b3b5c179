// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/factor.cuh"

#include <algorithm>

#include "dense.hpp"
#include "gp_arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

std::vector<FactorItem> items_of(const FactorArgs& a, const double* scales, double* work, std::int64_t work_stride) {
  std::vector<FactorItem> items;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const Noise noise = noise_of(a, i, 0);
    const Covariance covariance{inputs_of(*a.table, a.scaled, a.rows[i], i), kernel_function(a.kernel, i),
                                scales + i * a.table->d, noise.ratio, work + i * work_stride};
    const auto n_basis = static_cast<int>(basis_columns(a.mean, a.table->d));
    items.push_back({.covariance = covariance,
                     .rows = covariance.in.u + covariance.in.m + 1 + n_basis,
                     .noise = noise,
                     .factor = a.factor.data + i * a.factor.stride,
                     .jitter = a.jitter.data == nullptr ? nullptr : a.jitter.data + i * a.jitter.stride,
                     .status = a.status + i});
  }
  return items;
}

/// Dynamic shared memory for the largest factor that fits whole.
std::int64_t near_doubles(const std::vector<FactorItem>& items) {
  const std::int64_t most_shared = dev::most_shared<double>(factor_items);
  std::int64_t most = 0;
  for (const FactorItem& item : items) {
    const std::int64_t doubles = FactorStorage::doubles(item.covariance.in.u, item.rows - item.covariance.in.u);
    if (doubles <= most_shared) most = std::max(most, doubles);
  }
  return most;
}

/// The kernel of this folder, in the CPU's order of operations.
void factorise_canonically(const std::vector<FactorItem>& items, Session& s) {
  const std::int64_t near = near_doubles(items);
  dev::launch(factor_items,
              {"factor_items", static_cast<unsigned>(items.size()), factor_threads,
               static_cast<std::size_t>(near) * sizeof(double)},
              s.stream, s.upload(items, s.items), near);
}

void factorise_by_vendor(const std::vector<FactorItem>& items, Session& s) {
  std::vector<DenseItem> dense;
  for (const FactorItem& item : items) dense.push_back({item.covariance, item.rows, item.rows, item.factor});
  const Infos infos = factorise_dense(dense, s);
  dev::launch(settle_factors, {"settle_factors", static_cast<unsigned>(items.size()), dense_threads, 0}, s.stream,
              s.upload(items, s.items), infos);
}

template <class Factorise> int run(const FactorArgs* args, Factorise factorise_items) {
  return guarded("factor", [&] {
    check_matrices(*args);
    Session& s = session();
    const std::int64_t stride = covariance_work(*args);
    double* const work = s.work.get<double>(static_cast<std::size_t>(stride * args->n_items));
    const double* const scales = s.upload(length_scales(args->kernel, args->n_items, args->table->d), s.parameters);
    factorise_items(items_of(*args, scales, work, stride), s);
  });
}

}  // namespace

std::int64_t factor_doubles(std::int64_t u, std::int64_t n_rhs) { return FactorStorage::doubles(u, n_rhs); }

int factor(const FactorArgs* args) { return run(args, factorise_canonically); }
int vendor_factor(const FactorArgs* args) { return run(args, factorise_by_vendor); }

}  // namespace kilofold::cuda
