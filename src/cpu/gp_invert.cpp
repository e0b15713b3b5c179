// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/contract.hpp"
#include "cpu/flavour.hpp"
#include "cpu/gp_inputs.hpp"
#include "cpu/ops.hpp"

namespace kilofold::cpu {

namespace {

FitStatus invert_item(const Factorisations& flavour, const InvertArgs& a, std::int64_t item) {
  thread_local CovarianceBuilder builder;
  thread_local Scratch<double> panel_store;
  const ItemInputs inputs = inputs_of(*a.table, a.scaled, whole_table(*a.table), item);
  const Noise noise = noise_of(a, item, 0);
  if (a.jitter.data != nullptr) a.jitter.data[item * a.jitter.stride] = noise.jitter;
  if (!inputs.finite()) return FitStatus::not_finite;
  const std::int64_t n = inputs.u;
  const Panels A{panel_store.get(Panels::doubles(n, n)), n, n};
  builder.fill(inputs, a.kernel, item, Mean::zero, noise.ratio, {A.data, n, 0});
  set_identity(A);
  if (flavour.cholesky(A, ExtraRows::upper_triangle) < n) return FitStatus::not_positive_definite;
  flavour.invert(A, {a.inverse.data + item * a.inverse.stride, n});
  return noise.status();
}

}  // namespace

std::int64_t inverse_doubles(std::int64_t u) { return SymmetricInverse::doubles(u); }

int invert(const Factorisations& flavour, const InvertArgs* args) {
  return guarded("invert", [&] {
    check_whole_table(args->table, args->scaled, args->n_items);
    check_kernel(args->kernel, args->table->d);
    for (std::int64_t item = 0; item < args->n_items; ++item) {
      args->status[item] = static_cast<std::int32_t>(invert_item(flavour, *args, item));
    }
  });
}

}  // namespace kilofold::cpu
