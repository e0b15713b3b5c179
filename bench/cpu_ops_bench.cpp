// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "cpu/study.hpp"
#include "kilofold/backend.hpp"

namespace {

using namespace kilofold;
using namespace kilofold::test;

// The electrode study's shape: 656 rows, 5 folds, three designed settings and one measured feature.
const Table& electrode_like() {
  static const Table table = random_table(656, {8, 5, 4, 0}, 1);
  return table;
}

std::vector<Rows> five_folds() {
  std::vector<Rows> items;
  for (std::int32_t fold = 0; fold < 5; ++fold) items.push_back(every_kth(656, 5, fold));
  return items;
}

void BM_grow_trees(benchmark::State& state) {
  const std::vector<Rows> items = five_folds();
  const std::vector<RowSetView> rows = views(items);
  const TreeLimits limits{static_cast<double>(state.range(0))};
  Trees trees = grow(electrode_like(), items, limits);
  const TableView view = electrode_like().view();
  const GrowTreesArgs args = single_trees(view, rows, limits, trees);
  for (auto _ : state) cpu_backend().grow_trees(&args);
  state.SetItemsProcessed(state.iterations() * 5);
  state.counters["nodes"] = trees.count(0);
}
BENCHMARK(BM_grow_trees)->Arg(1)->Arg(3)->Arg(5)->Arg(8)->Arg(20)->Unit(benchmark::kMicrosecond);

void BM_read_trees(benchmark::State& state) {
  const std::vector<Rows> items = five_folds();
  const std::vector<RowSetView> rows = views(items);
  Trees trees = grow(electrode_like(), items, {20});
  const TableView view = electrode_like().view();
  std::vector<double> depths;
  for (int d = 1; d <= 20; ++d) depths.push_back(d);
  std::vector<double> prediction(5 * 20 * 132);
  std::vector<std::int32_t> status(5 * 20);
  const std::vector<std::int32_t> slot{0, 1, 2, 3, 4};
  std::vector<std::int32_t> used(5 * 20);
  const std::vector<double> members(20, 1);
  const ReadTreesArgs args{.table = &view,
                           .n_items = 5,
                           .n_lanes = 20,
                           .rows = rows.data(),
                           .slot = slot.data(),
                           .ld_held_out = 132,
                           .tree = trees.batch(),
                           .combine = Combine::mean,
                           .weight = {},
                           .base = {},
                           .n_grown = {},
                           .tree_status = trees.status.data(),
                           .max_depth = {depths.data(), 0},
                           .n_estimators = {members.data(), 0},
                           .prediction = {prediction.data(), 20 * 132},
                           .n_used = used.data(),
                           .status = status.data()};
  for (auto _ : state) cpu_backend().read_trees(&args);
  state.SetItemsProcessed(state.iterations() * 5);
}
BENCHMARK(BM_read_trees)->Unit(benchmark::kMicrosecond);

void BM_least_squares(benchmark::State& state) {
  const auto d = static_cast<std::size_t>(state.range(0)), n_lanes = static_cast<std::size_t>(state.range(1));
  const Table table = random_table(656, std::vector<int>(d, 0), 2);
  const std::vector<Rows> items{every_kth(656, 5, 0)};
  Standardized inputs = standardized(table, items, Scaling::zscore, Scaling::zscore);
  std::vector<double> alphas(n_lanes);
  for (std::size_t l = 0; l < n_lanes; ++l) alphas[l] = 0.1 * static_cast<double>(l);
  for (auto _ : state) benchmark::DoNotOptimize(least_squares(table, items, inputs, alphas));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_least_squares)->Args({4, 1})->Args({4, 20})->Args({22, 1})->Args({22, 20})->Unit(benchmark::kMicrosecond);

void BM_standardize(benchmark::State& state) {
  const std::vector<Rows> items = five_folds();
  for (auto _ : state) {
    benchmark::DoNotOptimize(standardized(electrode_like(), items, Scaling::zscore, Scaling::zscore));
  }
  state.SetItemsProcessed(state.iterations() * 5);
}
BENCHMARK(BM_standardize)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
