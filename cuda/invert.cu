// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/invert.cuh"

#include "dense.hpp"
#include "gp_arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {

namespace {

std::vector<InvertItem> items_of(const InvertArgs& a, Session& s) {
  const std::int64_t n = a.table->n, d = a.table->d;
  const std::int64_t stride = InvertItem::factor_doubles(n) + Covariance::work_doubles(n, 0, d);
  double* const work = s.work.get<double>(static_cast<std::size_t>(stride * a.n_items));
  const double* const scales = s.upload(length_scales(a.kernel, a.n_items, d), s.parameters);
  std::vector<InvertItem> items;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const Noise noise = noise_of(a, i, 0);
    double* const factor = work + i * stride;
    const Covariance covariance{inputs_of(*a.table, a.scaled, whole_table(*a.table), i), kernel_function(a.kernel, i),
                                scales + i * d, noise.ratio, factor + InvertItem::factor_doubles(n)};
    items.push_back({.covariance = covariance,
                     .noise = noise,
                     .factor = factor,
                     .inverse = {a.inverse.data + i * a.inverse.stride, static_cast<int>(n)},
                     .jitter = a.jitter.data == nullptr ? nullptr : a.jitter.data + i * a.jitter.stride,
                     .status = a.status + i});
  }
  return items;
}

/// The kernels of this folder, in the CPU's order of operations.
void invert_canonically(const std::vector<InvertItem>& items, Session& s) {
  if (items.empty()) return;
  const InvertItem* const on_device = s.upload(items, s.items);
  const auto n_items = static_cast<unsigned>(items.size());
  dev::launch(factor_for_inverse, {"factor_for_inverse", n_items, factor_threads, 0}, s.stream, on_device);
  dev::launch(multiply_inverses,
              {"multiply_inverses", {n_items, product_blocks(items.front().inverse.n)}, product_threads, 0}, s.stream,
              on_device);
}

void invert_by_vendor(const std::vector<InvertItem>& items, Session& s) {
  std::vector<DenseItem> dense;
  std::vector<double*> inverses;
  for (const InvertItem& item : items) {
    const int n = item.inverse.n;
    dense.push_back({item.covariance, n, 2 * n, item.factor});
    inverses.push_back(item.inverse.data);
  }
  const Infos infos = factorise_dense(dense, s);
  dev::launch(settle_inverses, {"settle_inverses", static_cast<unsigned>(items.size()), dense_threads, 0}, s.stream,
              s.upload(items, s.items), infos);
  invert_dense(dense, inverses, s);
}

template <class Invert> int run(const InvertArgs* args, Invert invert_items) {
  return guarded("invert", [&] {
    check_whole_table(args->table, args->scaled, args->n_items);
    check_kernel(args->kernel, args->table->d);
    Session& s = session();
    invert_items(items_of(*args, s), s);
  });
}

}  // namespace

std::int64_t inverse_doubles(std::int64_t u) { return SymmetricInverse::doubles(u); }

int invert(const InvertArgs* args) { return run(args, invert_canonically); }
int vendor_invert(const InvertArgs* args) { return run(args, invert_by_vendor); }

}  // namespace kilofold::cuda
