// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cpu/cholesky.hpp"
#include "cpu/contract.hpp"
#include "cpu/gp_answer.hpp"
#include "cpu/ops.hpp"
#include "kilofold/core/exp_log.hpp"

namespace kilofold::cpu {
namespace {

void check(const PosteriorArgs& a) {
  check_lanes(a);
  for (std::int64_t i = 0; i < a.n_items; ++i) check_inputs(*a.table, a.scaled, a.rows[i], i);
}

void posterior_item(const PosteriorArgs& a, std::int64_t item) {
  const auto source = static_cast<FitStatus>(a.source_status[a.slot[item]]);
  if (failed(source)) {
    for (std::int64_t l = 0; l < a.n_lanes; ++l) write_failure(place_of(a, item, l), noise_of(a, item, l), source);
    return;
  }
  const ItemInputs inputs = inputs_of(*a.table, a.scaled, a.rows[item], item);
  if (a.form == Factorized::cholesky) {
    posterior_from_factor(a, item, inputs);
  } else {
    posterior_from_tridiagonal(a, item, inputs);
  }
}

}  // namespace

void write_failure(const AnswerPlace& place, const Noise& noise, FitStatus status) {
  fill_nan(place.mean, place.m);
  fill_nan(place.sd, place.m);
  fill_nan(place.log_marginal_likelihood, 1);
  *place.jitter = noise.jitter;
  *place.status = static_cast<std::int32_t>(status);
}

void write_answer(const AnswerPlace& place, const double* mean, const double* sd, double lml, const Noise& noise) {
  const auto finite = [](double x) { return std::isfinite(x); };
  if (!finite(lml) || !std::all_of(mean, mean + place.m, finite) || !std::all_of(sd, sd + place.m, finite)) {
    return write_failure(place, noise, FitStatus::not_finite);
  }
  std::copy(mean, mean + place.m, place.mean);
  std::copy(sd, sd + place.m, place.sd);
  *place.log_marginal_likelihood = lml;
  *place.jitter = noise.jitter;
  *place.status = static_cast<std::int32_t>(noise.status());
}

AnswerPlace place_of(const PosteriorArgs& a, std::int64_t item, std::int64_t lane) {
  return place_of(a, item, lane, a.rows[item].n_held_out, a.scaled.ld_held_out);
}

void answer(const PosteriorArgs& a, std::int64_t item, std::int64_t lane, const ItemInputs& in, const HeldOutSums& sums,
            const Noise& noise, const Evidence& evidence) {
  thread_local Scratch<double> store;
  if (noise.noise == 0 && evidence.n != evidence.u)  // equal rows, and nothing that tells them apart
    return write_failure(place_of(a, item, lane), noise, FitStatus::not_positive_definite);
  double* const mean = store.get(2 * sums.ld);
  double* const sd = mean + sums.ld;
  predict_rows(sums, {noise.signal, noise.noise, in.centre, in.scale}, mean, sd);
  write_answer(place_of(a, item, lane), mean, sd, log_marginal_likelihood(evidence, noise), noise);
}

void posterior_from_factor(const PosteriorArgs& a, std::int64_t item, const ItemInputs& in) {
  thread_local Basis basis;
  thread_local Scratch<double> whitened_store, held_out_store, R_store, sums_store;
  basis.choose(a.mean_function, in.X, in.ld_X, in.u, in.d);
  const std::int64_t q = basis.size(), n_extra = in.m + 1 + basis_columns(a.mean_function, in.d);
  // only read; Panels has one pointer for filling and reading
  const Panels L{const_cast<double*>(a.source.data) + a.slot[item] * a.source.stride, in.u, n_extra};
  const Columns W{whitened_store.get(L.columns() * (q + 1)), in.u, q, L.columns()};
  for (std::int64_t j = 0; j <= q; ++j) {
    const std::int64_t row = j == q ? in.m : in.m + 1 + basis.column(j);
    for (std::int64_t k = 0; k < L.columns(); ++k) W.col(j)[k] = L.extra(row, k);
  }
  double* const residual = W.col(q);
  double* const R = R_store.get(q * q + q);
  double* const c = R + q * q;
  project_out(W, residual, R, c);

  const std::int64_t ld = padded(n_extra);
  double* const sums = sums_store.get(ld * (q + 2));
  multiply_extra(L, residual, sums);
  square_extra(L, ExtraRows::full, sums + ld);
  for (std::int64_t j = 0; j < q; ++j) multiply_extra(L, W.col(j), sums + (2 + j) * ld);
  const Columns held_out = basis.of(in.Z, in.ld_Z, in.m, held_out_store);
  const double quadratic = inner_product(residual, residual, L.columns());
  const Evidence evidence{quadratic, 2.0 * log_diagonal(L), in.u, a.rows[item].n_train, in.within};
  for (std::int64_t lane = 0; lane < a.n_lanes; ++lane) {
    answer(a, item, lane, in, {held_out.ld, ld, q, sums, sums + ld, sums + 2 * ld, held_out.data, R, c},
           noise_of(a, item, lane), evidence);
  }
}

int posterior(const PosteriorArgs* args) {
  return guarded("posterior", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) posterior_item(*args, item);
  });
}

}  // namespace kilofold::cpu
