// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/band.hpp"
#include "cpu/flavour.hpp"
#include "cpu/gp_study.hpp"
#include "cpu/gram.hpp"

namespace {

using namespace kilofold;

/// A covariance matrix of n rows with four features, and n_extra rows below it.
class Covariance {
 public:
  Covariance(std::int64_t n, std::int64_t n_extra)
      : features_(static_cast<std::size_t>(4 * cpu::padded(n + n_extra))),
        store_(static_cast<std::size_t>(cpu::Panels::doubles(n, n_extra))),
        panels_{store_.data(), n, n_extra} {
    for (std::size_t i = 0; i < features_.size(); ++i) features_[i] = std::sin(static_cast<double>(i * i % 1009));
    fill();
  }

  const cpu::Panels& fill() {
    const cpu::FeatureRows rows{features_.data(), panels_.n, 4, cpu::padded(panels_.n)};
    const cpu::FeatureRows others{features_.data(), panels_.n_extra, 4, cpu::padded(panels_.n_extra)};
    cpu::fill_triangle({}, rows, nullptr, panels_);
    if (panels_.n_extra > 0) cpu::fill_extra({}, others, rows, nullptr, panels_);
    for (std::int64_t i = 0; i < panels_.n; ++i) panels_.at(i, i) = 1.01;
    cpu::pad(panels_);
    return panels_;
  }

 private:
  std::vector<double> features_, store_;
  cpu::Panels panels_;
};

bool has(const cpu::Factorisations& flavour) {
  char reason[256];
  return &flavour == &cpu::canonical || cpu::vendor(reason, sizeof reason) != nullptr;
}

void BM_gram(benchmark::State& state) {
  Covariance covariance(state.range(0), state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(covariance.fill());
}
BENCHMARK(BM_gram)->Args({525, 0})->Args({525, 131})->Unit(benchmark::kMicrosecond);

void BM_gram_and_cholesky(benchmark::State& state) {
  Covariance covariance(state.range(0), state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(cpu::cholesky(covariance.fill()));
}
BENCHMARK(BM_gram_and_cholesky)
    ->Args({37, 0})
    ->Args({131, 0})
    ->Args({525, 0})
    ->Args({525, 131})
    ->Unit(benchmark::kMicrosecond);

void BM_tridiagonalise(benchmark::State& state) {
  Covariance covariance(state.range(0), state.range(1));
  const cpu::Panels& A = covariance.fill();
  std::vector<double> store(static_cast<std::size_t>(cpu::Tridiagonal::doubles(A.n, A.n_extra)));
  cpu::TridiagonalWork work;
  for (auto _ : state) cpu::tridiagonalise(A, {store.data(), A.n, A.n_extra}, work);
}
BENCHMARK(BM_tridiagonalise)->Args({131, 33})->Args({524, 0})->Args({524, 133})->Unit(benchmark::kMicrosecond);

/// One factorisation alone, in both flavours side by side. The vendor's needs a library (docs/numerics.md).
template <const cpu::Factorisations& flavour> void BM_factor(benchmark::State& state) {
  if (!has(flavour)) return state.SkipWithError("no LAPACK library");
  Covariance covariance(state.range(0), state.range(1));
  for (auto _ : state) {
    state.PauseTiming();
    const cpu::Panels& A = covariance.fill();
    state.ResumeTiming();
    benchmark::DoNotOptimize(flavour.cholesky(A, cpu::ExtraRows::full));
  }
}

template <const cpu::Factorisations& flavour> void BM_invert(benchmark::State& state) {
  if (!has(flavour)) return state.SkipWithError("no LAPACK library");
  Covariance covariance(state.range(0), state.range(0));
  std::vector<double> store(static_cast<std::size_t>(cpu::SymmetricInverse::doubles(state.range(0))));
  for (auto _ : state) {
    state.PauseTiming();
    const cpu::Panels& A = covariance.fill();
    cpu::set_identity(A);
    state.ResumeTiming();
    benchmark::DoNotOptimize(flavour.cholesky(A, cpu::ExtraRows::upper_triangle));
    flavour.invert(A, {store.data(), A.n});
  }
}

template <const cpu::Factorisations& flavour> void BM_reduce(benchmark::State& state) {
  if (!has(flavour)) return state.SkipWithError("no LAPACK library");
  Covariance covariance(state.range(0), state.range(1));
  const cpu::Panels& A = covariance.fill();
  std::vector<double> store(static_cast<std::size_t>(cpu::Tridiagonal::doubles(A.n, A.n_extra)));
  cpu::TridiagonalWork work;
  for (auto _ : state) flavour.tridiagonalise(A, {store.data(), A.n, A.n_extra}, work);
}

void BM_reduce_to_band(benchmark::State& state) {
  Covariance covariance(state.range(0), state.range(1));
  std::vector<double> store(static_cast<std::size_t>(cpu::BandForm::doubles(state.range(0), state.range(1))));
  cpu::BandWork work;
  for (auto _ : state) {
    state.PauseTiming();
    const cpu::Panels& A = covariance.fill();
    state.ResumeTiming();
    cpu::reduce_to_band(A, {store.data(), A.n, A.n_extra}, work);
  }
}

/// A quarter as many right-hand sides as rows, as with five folds.
void sizes_with_rows(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t n : {500, 1000, 2000, 4000}) bench->Args({n, n / 4});
  bench->Unit(benchmark::kMillisecond);
}
BENCHMARK(BM_factor<cpu::canonical>)->Apply(sizes_with_rows);
BENCHMARK(BM_factor<cpu::of_lapack>)->Apply(sizes_with_rows);
BENCHMARK(BM_invert<cpu::canonical>)->Apply(sizes_with_rows);
BENCHMARK(BM_invert<cpu::of_lapack>)->Apply(sizes_with_rows);
BENCHMARK(BM_reduce<cpu::canonical>)->Apply(sizes_with_rows);
BENCHMARK(BM_reduce<cpu::of_lapack>)->Apply(sizes_with_rows);
BENCHMARK(BM_reduce_to_band)->Apply(sizes_with_rows);

/// One training set of n rows with n / 4 held out, and so many noises.
void BM_levels(benchmark::State& state) {
  const auto n = static_cast<std::int32_t>(state.range(1));
  const test::Table table = test::random_table(n + n / 4, {0, 0, 0, 0}, 1);
  test::GpModel model;
  model.noise.assign(static_cast<std::size_t>(state.range(2)), 0.01);
  model.signal.assign(model.noise.size(), 1.0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        test::gp(table, {test::every_kth(n + n / 4, 5, 0)}, model, static_cast<test::Route>(state.range(0))));
  }
}
BENCHMARK(BM_levels)
    ->ArgNames({"route", "rows", "noises"})
    ->ArgsProduct({{0, 1, 3}, {40, 100, 300, 600, 800, 1000, 1600, 4000}, {8, 24}})
    ->Unit(benchmark::kMillisecond);

void BM_gaussian_process(benchmark::State& state) {
  const auto route = static_cast<test::Route>(state.range(0));
  const test::Table table = test::random_table(656, {0, 0, 0, 0}, 1);
  std::vector<test::Rows> folds;
  for (std::int32_t fold = 0; fold < 5; ++fold) folds.push_back(test::every_kth(656, 5, fold));
  test::GpModel model;
  model.noise.assign(static_cast<std::size_t>(state.range(1)), 0.01);
  model.signal.assign(model.noise.size(), 1.0);
  for (auto _ : state) benchmark::DoNotOptimize(test::gp(table, folds, model, route));
  state.SetItemsProcessed(state.iterations() * 5 * state.range(1));
}
BENCHMARK(BM_gaussian_process)
    ->ArgNames({"route", "noises"})
    ->Args({0, 1})
    ->Args({1, 1})
    ->Args({1, 16})
    ->Args({1, 64})
    ->Args({2, 1})
    ->Unit(benchmark::kMillisecond);

}  // namespace
