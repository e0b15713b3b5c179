// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/posterior.cuh"

#include <algorithm>

#include "gp_arguments.hpp"
#include "kernels/band_lanes.cuh"
#include "kernels/lanes.cuh"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

void check(const PosteriorArgs& a) {
  check_lanes(a);
  for (std::int64_t i = 0; i < a.n_items; ++i) check_room(a.scaled, a.rows[i], i);
}

/// Doubles of work memory that the largest item takes: doubles(u, m).
template <class Doubles> std::int64_t work_doubles(const PosteriorArgs& a, Doubles doubles) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    most = std::max(most, doubles(rows_used(a.rows[i], a.scaled.replicates), a.rows[i].n_held_out));
  }
  return most;
}

/// Answer the lanes one a block: of factors the one that they have, of bands all.
void posterior_by_lane(const PosteriorArgs& a, Session& s) {
  const bool band = a.form == Factorized::band;
  const std::int64_t n_basis = basis_columns(a.mean_function, a.table->d), n_blocks = a.n_items * a.n_lanes;
  const std::int64_t stride = work_doubles(a, [&](std::int64_t u, std::int64_t m) {
    return PosteriorItem::work_doubles(u, m, n_basis) + (band ? BandForm<double>::band_doubles(u) : 0);
  });
  double* const work = s.work.get<double>(static_cast<std::size_t>(stride * n_blocks));
  int* const chosen = s.parameters.get<int>(static_cast<std::size_t>(n_basis * n_blocks));
  std::vector<PosteriorItem> items;
  for (std::int64_t b = 0; b < n_blocks; ++b) {
    const std::int64_t i = b / a.n_lanes, lane = b % a.n_lanes;
    items.push_back({.in = inputs_of(*a.table, a.scaled, a.rows[i], i),
                     .n_basis = static_cast<int>(n_basis),
                     .noise = noise_of(a, i, lane),
                     .source = a.source.data + a.slot[i] * a.source.stride,
                     .source_status = a.source_status + a.slot[i],
                     .place = place_of(a, i, lane, a.rows[i].n_held_out, a.scaled.ld_held_out),
                     .work = work + b * stride,
                     .chosen = chosen + b * n_basis});
  }
  const PosteriorItem* const on_device = s.upload(items, s.items);
  const auto n = static_cast<unsigned>(n_blocks);
  if (band) {
    dev::launch(answer_bands, {"answer_bands", n, band_lane_threads, 0}, s.stream, on_device);
  } else {
    dev::launch(answer_factors, {"answer_factors", n, posterior_threads, 0}, s.stream, on_device);
  }
}

LanesItem lanes_of(const PosteriorArgs& a, std::int64_t item, std::int64_t first, std::int64_t n_basis) {
  LanesItem lanes{.in = inputs_of(*a.table, a.scaled, a.rows[item], item),
                  .n_basis = static_cast<int>(n_basis),
                  .n_lanes = static_cast<int>(std::min<std::int64_t>(lanes_together, a.n_lanes - first)),
                  .reduced = a.source.data + a.slot[item] * a.source.stride,
                  .reduced_status = a.source_status + a.slot[item],
                  .place = place_of(a, item, first, a.rows[item].n_held_out, a.scaled.ld_held_out),
                  .ld_held_out = a.scaled.ld_held_out,
                  .work = nullptr,
                  .chosen = nullptr,
                  .noise = {}};
  for (int l = 0; l < lanes.n_lanes; ++l) lanes.noise[l] = noise_of(a, item, first + l);
  return lanes;
}

void posterior_from_tridiagonals(const PosteriorArgs& a, Session& s) {
  const std::int64_t n_basis = basis_columns(a.mean_function, a.table->d);
  std::vector<LanesItem> items;
  for (std::int64_t i = 0; i < a.n_items; ++i) {
    for (std::int64_t first = 0; first < a.n_lanes; first += lanes_together) {
      items.push_back(lanes_of(a, i, first, n_basis));
    }
  }
  const std::int64_t a_lane =
      work_doubles(a, [&](std::int64_t u, std::int64_t m) { return LanesItem::work_doubles(u, m, n_basis); });
  const std::int64_t stride = a_lane * std::min<std::int64_t>(lanes_together, a.n_lanes);
  const auto n_blocks = static_cast<std::int64_t>(items.size());
  double* const work = s.work.get<double>(static_cast<std::size_t>(stride * n_blocks));
  int* const chosen = s.parameters.get<int>(static_cast<std::size_t>(n_basis * n_blocks));
  for (std::int64_t b = 0; b < n_blocks; ++b) {
    items[static_cast<std::size_t>(b)].work = work + b * stride;
    items[static_cast<std::size_t>(b)].chosen = chosen + b * n_basis;
  }
  const LanesItem* const on_device = s.upload(items, s.items);
  dev::launch(answer_lanes, {"answer_lanes", static_cast<unsigned>(n_blocks), lane_threads, 0}, s.stream, on_device);
}

}  // namespace

int posterior(const PosteriorArgs* args) {
  return guarded("posterior", [&] {
    check(*args);
    if (args->n_lanes == 0) return;
    Session& s = session();
    if (args->form == Factorized::tridiagonal) {
      posterior_from_tridiagonals(*args, s);
    } else {
      posterior_by_lane(*args, s);
    }
  });
}

}  // namespace kilofold::cuda
