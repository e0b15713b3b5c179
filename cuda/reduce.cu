// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/reduce.cuh"

#include <algorithm>

#include "gp_arguments.hpp"
#include "kernels/band.cuh"
#include "ops.hpp"
#include "session.hpp"

namespace kilofold::cuda {
namespace {

/// Dynamic shared memory for the largest matrix that fits with its vectors, and for vectors that fit alone.
std::int64_t near_doubles(const std::vector<ReduceItem>& items) {
  const std::int64_t most_shared = dev::most_shared<double>(reduce_items);
  std::int64_t most = 0;
  for (const ReduceItem& item : items) {
    const std::int64_t u = item.covariance.in.u;
    for (const std::int64_t doubles : {Reduction::work_doubles(u), Reduction::vector_doubles(u)}) {
      if (doubles <= most_shared) most = std::max(most, doubles);
    }
  }
  return most;
}

std::int64_t most_rows(const ReduceArgs& a) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < a.n_items; ++i) most = std::max(most, rows_used(a.rows[i], a.scaled.replicates));
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

void reduce_to_tridiagonals(const std::vector<ReduceItem>& items, Session& s) {
  const std::int64_t near = near_doubles(items);
  const ReduceItem* const on_device = s.upload(items, s.items);
  dev::launch(reduce_items,
              {"reduce_items", static_cast<unsigned>(items.size()), reduce_threads,
               static_cast<std::size_t>(near) * sizeof(double)},
              s.stream, on_device, near);
}

unsigned groups_of(std::int64_t n, std::int64_t size) { return static_cast<unsigned>((n + size - 1) / size); }

/// Dynamic shared memory for the largest panel below column `below` that fits.
std::int64_t near_panel_doubles(const std::vector<ReduceItem>& items, int below, std::int64_t most_shared) {
  std::int64_t most = 0;
  for (const ReduceItem& item : items) {
    const std::int64_t doubles = Panel::near_doubles(std::max(item.covariance.in.u - below, 0));
    if (doubles <= most_shared) most = std::max(most, doubles);
  }
  return most;
}

/// The launches of one step; rows: of the largest matrix, below the step's columns. most_shared: of reflect_columns.
void launch_step(const ReduceItem* on_device, const std::vector<ReduceItem>& items, int first, std::int64_t rows,
                 std::int64_t most_shared, Session& s) {
  const auto n = static_cast<unsigned>(items.size());
  const std::int64_t near = near_panel_doubles(items, first + band_columns, most_shared);
  dev::launch(reflect_columns, {"reflect_columns", n, tile_threads, static_cast<std::size_t>(near) * sizeof(double)},
              s.stream, on_device, first, near);
  if (rows <= 0) return;
  const auto most = std::max_element(items.begin(), items.end(),
                                     [](const ReduceItem& a, const ReduceItem& b) { return a.n_rows < b.n_rows; });
  const unsigned tiles = groups_of(rows, tile_rows);
  dev::launch(reflect_rows, {"reflect_rows", {n, groups_of(most->n_rows, row_threads)}, row_threads, 0}, s.stream,
              on_device, first);
  dev::launch(multiply_reflections, {"multiply_reflections", {n, tiles}, tile_threads, 0}, s.stream, on_device, first);
  dev::launch(finish_updates, {"finish_updates", n, tile_threads, 0}, s.stream, on_device, first);
  dev::launch(update_matrices, {"update_matrices", {n, tiles, groups_of(rows, tile_columns)}, tile_threads, 0},
              s.stream, on_device, first);
}

void reduce_to_bands(const std::vector<ReduceItem>& items, std::int64_t most_rows, Session& s) {
  const ReduceItem* const on_device = s.upload(items, s.items);
  const auto n = static_cast<unsigned>(items.size());
  dev::launch(prepare_bands, {"prepare_bands", n, tile_threads, 0}, s.stream, on_device);
  dev::launch(fill_bands, {"fill_bands", {n, groups_of(most_rows, columns_a_fill)}, tile_threads, 0}, s.stream,
              on_device);
  const std::int64_t most_shared = dev::most_shared<double>(reflect_columns);
  for (int first = 0; first < most_rows; first += band_columns) {
    launch_step(on_device, items, first, most_rows - first - band_columns, most_shared, s);
  }
}

}  // namespace

std::int64_t reduced_doubles(Factorized form, std::int64_t u, std::int64_t n_rhs) {
  return form == Factorized::band ? BandForm<double>::doubles(u, n_rhs) : Tridiagonal<double>::doubles(u, n_rhs);
}

int reduce(const ReduceArgs* args) {
  return guarded("reduce", [&] {
    check_matrices(*args);
    require(args->form != Factorized::cholesky, "a reduction has the form tridiagonal or band");
    Session& s = session();
    const bool band = args->form == Factorized::band;
    const std::int64_t most = most_rows(*args), covariance_stride = covariance_work(*args);
    const std::int64_t stride = covariance_stride + (band ? BandWork::doubles(most) : Reduction::work_doubles(most));
    double* const work = s.work.get<double>(static_cast<std::size_t>(stride * args->n_items));
    const double* const scales = s.upload(length_scales(args->kernel, args->n_items, args->table->d), s.parameters);
    const std::vector<ReduceItem> items = items_of(*args, scales, work, stride, covariance_stride);
    if (band) {
      reduce_to_bands(items, most, s);
    } else {
      reduce_to_tridiagonals(items, s);
    }
  });
}

}  // namespace kilofold::cuda
