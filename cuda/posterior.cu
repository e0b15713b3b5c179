// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/posterior.cuh"

#include <algorithm>

#include "gp_arguments.hpp"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

void check(const PosteriorArgs& a) {
  check_lanes(a);
  require(a.form == Factorized::cholesky, "the cuda backend answers from factors alone");
  for (std::int64_t i = 0; i < a.n_items; ++i) check_room(a.scaled, a.rows[i], i);
}

AnswerPlace place_of(const PosteriorArgs& a, std::int64_t item) {
  return {a.rows[item].n_held_out,
          a.mean.data + item * a.mean.stride,
          a.sd.data + item * a.sd.stride,
          a.log_marginal_likelihood.data + item * a.log_marginal_likelihood.stride,
          a.jitter.data + item * a.jitter.stride,
          a.status + item * a.n_lanes};
}

std::int64_t work_doubles(const PosteriorArgs& a, std::int64_t n_basis) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    const std::int64_t u = rows_used(a.rows[i], a.scaled.replicates);
    most = std::max(most, PosteriorItem::work_doubles(u, a.rows[i].n_held_out, n_basis));
  }
  return most;
}

}  // namespace

int posterior(const PosteriorArgs* args) {
  return guarded("posterior", [&] {
    const PosteriorArgs& a = *args;
    check(a);
    if (a.n_lanes == 0) return;
    Session& s = session();
    const std::int64_t n_basis = basis_columns(a.mean_function, a.table->d), stride = work_doubles(a, n_basis);
    double* const work = s.work.get<double>(static_cast<std::size_t>(stride * a.n_items));
    int* const chosen = s.parameters.get<int>(static_cast<std::size_t>(n_basis * a.n_items));
    std::vector<PosteriorItem> items;
    for (std::int64_t i = 0; i < a.n_items; ++i) {
      items.push_back({.in = inputs_of(*a.table, a.scaled, a.rows[i], i),
                       .n_basis = static_cast<int>(n_basis),
                       .noise = noise_of(value(a.noise_variance, i), value(a.signal_variance, i), a.table->n),
                       .factor = a.source.data + a.slot[i] * a.source.stride,
                       .factor_status = a.source_status + a.slot[i],
                       .place = place_of(a, i),
                       .work = work + i * stride,
                       .chosen = chosen + i * n_basis});
    }
    const PosteriorItem* const on_device = s.upload(items, s.items);
    dev::launch(answer_factors, {"answer_factors", static_cast<unsigned>(items.size()), posterior_threads, 0}, s.stream,
                on_device);
    s.stream.synchronize();
  });
}

}  // namespace kilofold::cuda
