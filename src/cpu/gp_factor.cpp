// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/contract.hpp"
#include "cpu/flavour.hpp"
#include "cpu/gp_inputs.hpp"
#include "cpu/ops.hpp"

namespace kilofold::cpu {
namespace {

FitStatus factor_item(const Factorisations& flavour, const FactorArgs& a, std::int64_t item) {
  thread_local CovarianceBuilder builder;
  const ItemInputs inputs = inputs_of(*a.table, a.scaled, a.rows[item], item);
  const Noise noise = noise_of(a, item, 0);
  if (a.jitter.data != nullptr) a.jitter.data[item * a.jitter.stride] = noise.jitter;
  if (!inputs.finite()) return FitStatus::not_finite;
  const std::int64_t n_extra = inputs.m + 1 + basis_columns(a.mean, inputs.d);
  const Panels A{a.factor.data + item * a.factor.stride, inputs.u, n_extra};
  builder.fill(inputs, a.kernel, item, a.mean, noise.ratio, A);
  return flavour.cholesky(A, ExtraRows::full) == A.n ? noise.status() : FitStatus::not_positive_definite;
}

}  // namespace

std::int64_t factor_doubles(std::int64_t u, std::int64_t n_rhs) { return Panels::doubles(u, n_rhs); }

int factor(const Factorisations& flavour, const FactorArgs* args) {
  return guarded("factor", [&] {
    check_matrices(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) {
      args->status[item] = static_cast<std::int32_t>(factor_item(flavour, *args, item));
    }
  });
}

}  // namespace kilofold::cpu
