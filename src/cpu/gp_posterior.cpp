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
  switch (a.form) {
    case Factorized::cholesky:
      return posterior_from_factor(a, item, inputs);
    case Factorized::tridiagonal:
      return posterior_from_tridiagonal(a, item, inputs);
    case Factorized::band:
      return posterior_from_band(a, item, inputs);
  }
}

/// What the lanes of an item share: the basis, on the training rows and on the held-out rows.
struct ItemBasis {
  Basis chosen;
  Scratch<double> store;
  Columns held_out;

  void choose(const PosteriorArgs& a, const ItemInputs& in) {
    chosen.choose(a.mean_function, in.X, in.ld_X, in.u, in.d);
    held_out = chosen.of(in.Z, in.ld_Z, in.m, store);
  }
};

/// Answer one lane from rows times L'^-1, cross covariances, target and basis columns, and ln det A.
void answer_from_rows(const PosteriorArgs& a, std::int64_t item, std::int64_t lane, const ItemInputs& in,
                      const ItemBasis& basis, const RowPanels& rows, double log_det) {
  thread_local Scratch<double> whitened_store, R_store, sums_store;
  const std::int64_t q = basis.chosen.size();
  const Columns W{whitened_store.get(rows.columns() * (q + 1)), in.u, q, rows.columns()};
  for (std::int64_t j = 0; j <= q; ++j) {
    const std::int64_t row = j == q ? in.m : in.m + 1 + basis.chosen.column(j);
    for (std::int64_t k = 0; k < rows.columns(); ++k) W.col(j)[k] = rows.at(row, k);
  }
  double* const residual = W.col(q);
  double* const R = R_store.get(q * q + q);
  double* const c = R + q * q;
  project_out(W, residual, R, c);

  const std::int64_t ld = padded(rows.n_rows);
  double* const sums = sums_store.get(ld * (q + 2));
  multiply_rows(rows, residual, sums);
  square_rows(rows, ExtraRows::full, sums + ld);
  for (std::int64_t j = 0; j < q; ++j) multiply_rows(rows, W.col(j), sums + (2 + j) * ld);
  const double quadratic = inner_product(residual, residual, rows.columns());
  const Evidence evidence{quadratic, log_det, in.u, a.rows[item].n_train, in.within};
  const Columns& held_out = basis.held_out;
  answer(a, item, lane, in, {held_out.ld, ld, q, sums, sums + ld, sums + 2 * ld, held_out.data, R, c},
         noise_of(a, item, lane), evidence);
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
  thread_local ItemBasis basis;
  basis.choose(a, in);
  // only read; Panels has one pointer for filling and reading
  const Panels L{const_cast<double*>(a.source.data) + a.slot[item] * a.source.stride, in.u,
                 in.m + 1 + basis_columns(a.mean_function, in.d)};
  if (a.n_lanes == 1) answer_from_rows(a, item, 0, in, basis, L.extra_rows(), 2.0 * log_diagonal(L));
}

void posterior_from_band(const PosteriorArgs& a, std::int64_t item, const ItemInputs& in) {
  thread_local ItemBasis basis;
  thread_local Scratch<double> store;
  basis.choose(a, in);
  // only read, as above
  const BandForm form{const_cast<double*>(a.source.data) + a.slot[item] * a.source.stride, in.u,
                      in.m + 1 + basis_columns(a.mean_function, in.d)};
  const BandForm shifted{store.get(BandForm::doubles(form.n, form.n_rows)), form.n, form.n_rows};
  const Band L = shifted.band();
  for (std::int64_t lane = 0; lane < a.n_lanes; ++lane) {
    const Noise noise = noise_of(a, item, lane);
    std::copy_n(form.data, Band::doubles(form.n), shifted.data);
    for (std::int64_t i = 0; i < L.n; ++i) L.at(i, i) += noise.ratio;
    if (cholesky(L) < L.n) {
      write_failure(place_of(a, item, lane), noise, FitStatus::not_positive_definite);
      continue;
    }
    solve_rows(L, form.rows(), shifted.rows());
    answer_from_rows(a, item, lane, in, basis, shifted.rows(), 2.0 * log_diagonal(L));
  }
}

int posterior(const PosteriorArgs* args) {
  return guarded("posterior", [&] {
    check(*args);
    for (std::int64_t item = 0; item < args->n_items; ++item) posterior_item(*args, item);
  });
}

}  // namespace kilofold::cpu
