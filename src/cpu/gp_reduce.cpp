// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/band.hpp"
#include "cpu/contract.hpp"
#include "cpu/flavour.hpp"
#include "cpu/gp_answer.hpp"
#include "cpu/ops.hpp"

namespace kilofold::cpu {
namespace {

FitStatus reduce_item(const Factorisations& flavour, const ReduceArgs& a, std::int64_t item) {
  thread_local CovarianceBuilder builder;
  thread_local Scratch<double> panel_store;
  thread_local TridiagonalWork work;
  thread_local BandWork band_work;
  const ItemInputs inputs = inputs_of(*a.table, a.scaled, a.rows[item], item);
  if (!inputs.finite()) return FitStatus::not_finite;
  const std::int64_t n_rows = inputs.m + 1 + basis_columns(a.mean, inputs.d);
  const Panels K{panel_store.get(Panels::doubles(inputs.u, n_rows)), inputs.u, n_rows};
  builder.fill(inputs, a.kernel, item, a.mean, 0.0, K);
  double* const reduced = a.reduced.data + item * a.reduced.stride;
  if (a.form == Factorized::band) {
    reduce_to_band(K, {reduced, inputs.u, n_rows}, band_work);
  } else {
    flavour.tridiagonalise(K, {reduced, inputs.u, n_rows}, work);
  }
  return FitStatus::ok;
}

/// What eight lanes of an item share, and the arrays they are kept in.
struct EightLanes {
  ShiftedLanes shifted;
  std::int64_t q;
  Noise noise[8];
  double log_det[8];
  double quadratic[8];
  bool positive[8];
  double* weights;  ///< (n, 8) residual, then (n, 8) each direction of the basis; all divided by the pivots
  double* R;        ///< (q, q, 8)
  double* c;        ///< (q, 8)

  Scratch<double> store;
};

/// Eliminate in eight lanes and project the basis out of the target.
void prepare(const Tridiagonal& T, const Basis& basis, std::int64_t m, EightLanes& lanes) {
  const std::int64_t n = T.n, q = basis.size();
  double* const arrays = lanes.store.get(8 * n * (q + 3) + 8 * q * (q + 1));
  lanes.shifted = {n, arrays, arrays + 8 * n};
  lanes.q = q;
  lanes.weights = arrays + 16 * n;
  lanes.R = lanes.weights + 8 * n * (q + 1);
  lanes.c = lanes.R + 8 * q * q;
  double ratio[8];
  for (int l = 0; l < 8; ++l) ratio[l] = lanes.noise[l].ratio;
  eliminate_lanes(T, ratio, lanes.shifted, lanes.log_det, lanes.positive);
  forward_lanes(T, lanes.shifted, T.row(m), lanes.weights);
  for (std::int64_t j = 0; j < q; ++j) {
    forward_lanes(T, lanes.shifted, T.row(m + 1 + basis.column(j)), lanes.weights + 8 * n * (j + 1));
  }
  project_out_lanes(lanes.shifted, q, lanes.weights + 8 * n, lanes.weights, lanes.R, lanes.c, lanes.quadratic);
  for (std::int64_t j = 0; j <= q; ++j) weigh_lanes(lanes.shifted, lanes.weights + 8 * n * j);
}

void answer_lane(const PosteriorArgs& a, std::int64_t item, std::int64_t lane, const ItemInputs& in,
                 const Tridiagonal& T, const EightLanes& lanes, std::int64_t l, const Columns& held_out) {
  thread_local Scratch<double> sums_store, R_store;
  const std::int64_t q = lanes.q, ld = held_out.ld;
  if (!lanes.positive[l])
    return write_failure(place_of(a, item, lane), lanes.noise[l], FitStatus::not_positive_definite);
  double* const sums = sums_store.get(ld * (q + 2));
  sum_rows(T, lanes.shifted, l, q + 1, lanes.weights, ld, sums, sums + ld);
  double* const R = R_store.get(q * (q + 1));
  double* const c = R + q * q;
  for (std::int64_t j = 0; j < q * q; ++j) R[j] = lanes.R[8 * j + l];
  for (std::int64_t j = 0; j < q; ++j) c[j] = lanes.c[8 * j + l];
  const Evidence evidence{lanes.quadratic[l], lanes.log_det[l], in.u, a.rows[item].n_train, in.within};
  answer(a, item, lane, in, {ld, ld, q, sums + ld, sums, sums + 2 * ld, held_out.data, R, c}, lanes.noise[l], evidence);
}

}  // namespace

void posterior_from_tridiagonal(const PosteriorArgs& a, std::int64_t item, const ItemInputs& in) {
  thread_local Basis basis;
  thread_local EightLanes lanes;
  thread_local Scratch<double> held_out_store;
  basis.choose(a.mean_function, in.X, in.ld_X, in.u, in.d);
  const Columns held_out = basis.of(in.Z, in.ld_Z, in.m, held_out_store);
  // only read; Tridiagonal has one pointer for filling and reading
  const Tridiagonal T{const_cast<double*>(a.source.data) + a.slot[item] * a.source.stride, in.u,
                      in.m + 1 + basis_columns(a.mean_function, in.d)};
  for (std::int64_t first = 0; first < a.n_lanes; first += 8) {
    const std::int64_t count = std::min<std::int64_t>(8, a.n_lanes - first);
    // lanes beyond the last repeat it
    for (std::int64_t l = 0; l < 8; ++l) lanes.noise[l] = noise_of(a, item, first + std::min(l, count - 1));
    prepare(T, basis, in.m, lanes);
    for (std::int64_t l = 0; l < count; ++l) answer_lane(a, item, first + l, in, T, lanes, l, held_out);
  }
}

std::int64_t reduced_doubles(Factorized form, std::int64_t u, std::int64_t n_rhs) {
  return form == Factorized::band ? BandForm::doubles(u, n_rhs) : Tridiagonal::doubles(u, n_rhs);
}

int reduce(const Factorisations& flavour, const ReduceArgs* args) {
  return guarded("reduce", [&] {
    check_matrices(*args);
    require(args->form != Factorized::cholesky, "a reduction has the form tridiagonal or band");
    for (std::int64_t item = 0; item < args->n_items; ++item) {
      args->status[item] = static_cast<std::int32_t>(reduce_item(flavour, *args, item));
    }
  });
}

}  // namespace kilofold::cpu
