// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "emu/gp_equal.hpp"
#include "kilofold/core/fit_status.hpp"
#include "kilofold/core/gaussian_process.hpp"

/// `reduce`, and `posterior` from its forms, on the emulated device: the CPU's bits.
namespace kilofold::test {
namespace {

constexpr Route forms[] = {Route::tridiagonal, Route::band};

/// Both forms on the emulated device give the CPU's bits.
void expect_equal_forms(const Table& table, const std::vector<Rows>& items, const GpModel& model) {
  for (const Route form : forms) {
    SCOPED_TRACE(form == Route::band ? "band" : "tridiagonal");
    expect_equal(table, items, model, form);
  }
}

/// Noise and signal variances of a whole lane group and some more.
GpModel with_lanes(GpModel model, std::size_t n) {
  model.noise.clear();
  model.signal.clear();
  for (std::size_t l = 0; l < n; ++l) {
    model.noise.push_back(l % 7 == 3 ? 0 : std::pow(10.0, -static_cast<double>(l % 6)));
    model.signal.push_back(0.5 + static_cast<double>(l % 4));
  }
  return model;
}

TEST(CudaReduce, AndPosteriorOfItsLanesEqualTheCpuInEveryBit) {
  for (const std::int32_t n : {2, 3, 4, 14, 40}) {
    const Table table = random_table(n, {0, 0}, static_cast<std::uint32_t>(n));
    for (const Kernel kernel : kernels) {
      SCOPED_TRACE(std::to_string(n) + " rows, kernel " + std::to_string(static_cast<int>(kernel)));
      const GpModel model = model_of(kernel, static_cast<Mean>(static_cast<int>(kernel) % 3));
      expect_equal_forms(table, {every_kth(n, 2, 0), every_kth(n, 3, 1)}, model);
    }
  }
}

TEST(CudaReduce, EqualsTheCpuWhereTheMatrixDoesNotFitSharedMemoryAndLanesTakeTwoBlocks) {
  const Table table = random_table(161, {0, 0, 0, 2}, 5);
  const GpModel model = with_lanes(model_of(Kernel::matern52, Mean::linear), 34);
  GpModel four = model;
  four.length_scale = {1.1};
  expect_equal_forms(table, {every_kth(161, 10, 3)}, four);
}

TEST(CudaReduce, OfCollapsedRowsEqualsTheCpu) {
  const Table table = replicated_table(60, 2, 3);
  for (const Mean mean : {Mean::zero, Mean::constant, Mean::linear}) {
    GpModel model = model_of(Kernel::squared_exponential, mean);
    model.replicates = Replicates::collapse;
    expect_equal_forms(table, {every_kth(60, 3, 0), every_kth(60, 5, 1)}, model);
  }
}

TEST(CudaReduce, SaysLikeTheCpuWhatFails) {
  const Table table = replicated_table(40, 2, 1);
  GpModel model = model_of(Kernel::squared_exponential, Mean::linear);
  model.noise = {0, 0.01};
  model.length_scale = {1e4, 1e4};
  expect_equal_forms(table, {every_kth(40, 3, 0)}, model);  // the noise's floor

  model.length_scale = {1e-3, 1e-3};  // columns without a reflection
  expect_equal_forms(random_table(17, {0, 0}, 4), {every_kth(17, 3, 0)}, model);

  Matrix<double> X(6, 2);
  for (std::int64_t i = 0; i < 6; ++i) X(i, 0) = X(i, 1) = i == 2 ? 1e200 : static_cast<double>(i);
  model.length_scale = {1, 1};
  expect_equal_forms({X, {1, 2, 3, 4, 5, 6}}, {every_kth(6, 3, 0)}, model);  // not finite
}

/// The first rows of a table train, the others are held out.
Rows first_rows(std::int32_t n_train, std::int32_t n) {
  Rows rows;
  for (std::int32_t i = 0; i < n; ++i) (i < n_train ? rows.train : rows.held_out).push_back(i);
  return rows;
}

TEST(CudaReduce, ToBandsEqualsTheCpuAroundWholePanels) {
  for (const std::int32_t u : {31, 32, 33, 34, 65, 131}) {
    SCOPED_TRACE(std::to_string(u) + " rows");
    const Table table = random_table(u + 5, {0, 3}, static_cast<std::uint32_t>(u));
    const auto mean = static_cast<Mean>(u % 3);
    expect_equal(table, {first_rows(u, u + 5)}, model_of(Kernel::matern52, mean), Route::band);
  }
}

TEST(CudaReduce, ToBandsEqualsTheCpuForEveryKernelAndMeanWithAndWithoutReplicates) {
  const Table table = random_table(46, {0, 0}, 8), repeated = replicated_table(90, 4, 2);
  for (const Kernel kernel : kernels) {
    for (const Mean mean : {Mean::zero, Mean::constant, Mean::linear}) {
      SCOPED_TRACE("kernel " + std::to_string(static_cast<int>(kernel)) + ", mean " +
                   std::to_string(static_cast<int>(mean)));
      GpModel model = model_of(kernel, mean);
      expect_equal(table, {every_kth(46, 4, 1)}, model, Route::band);
      model.replicates = Replicates::collapse;
      model.length_scale = {0.9};
      expect_equal(repeated, {every_kth(90, 6, 1)}, model, Route::band);
    }
  }
  for (const Kernel kernel : ridge_kernels) {
    SCOPED_TRACE("kernel " + std::to_string(static_cast<int>(kernel)));
    expect_equal(table, {every_kth(46, 4, 1)}, ridge_model_of(kernel, 0.3), Route::band);
  }
}

TEST(CudaReduce, ToBandsEqualsTheCpuForItemsOfUnlikeSizesAndWhereColumnsNeedNoReflection) {
  const Table table = random_table(90, {0, 0}, 6);
  GpModel model = model_of(Kernel::exponential, Mean::linear);
  expect_equal(table, {every_kth(90, 3, 1), first_rows(20, 25), first_rows(70, 71), first_rows(33, 36)}, model,
               Route::band);
  model.length_scale = {1e-4, 1e-4};
  expect_equal(table, {every_kth(90, 9, 1)}, model, Route::band);
}

TEST(CudaReduce, EqualsTheCpuWhereverItsVectorsMatricesAndPanelsLie) {
  const Table table = random_table(136, {0, 3}, 3);
  const std::vector<Rows> items{first_rows(131, 136), first_rows(40, 45)};
  on_each_shared_memory([&] { expect_equal_forms(table, items, model_of(Kernel::matern32, Mean::constant)); });
}

/// A backend that is given void memory for its reductions.
template <const Backend& (*sound)()> Backend with_void_results() {
  Backend spoiled = sound();
  spoiled.reduce = [](const ReduceArgs* args) {
    std::fill_n(args->reduced.data, args->reduced.stride * args->n_items, std::numeric_limits<double>::quiet_NaN());
    return sound().reduce(args);
  };
  return spoiled;
}

TEST(CudaReduce, ReadsNothingThatItsMemoryHeldBefore) {
  const Table table = random_table(80, {0, 0}, 4), larger = random_table(150, {0, 0}, 5);
  const Backend cpu = with_void_results<cpu_backend>(), emulated = with_void_results<emu::backend>();
  GpModel overflowing = ridge_model_of(Kernel::polynomial, 1e300);
  for (const Route form : forms) {
    SCOPED_TRACE(form == Route::band ? "band" : "tridiagonal");
    GpModel model = model_of(Kernel::squared_exponential, Mean::linear);
    model.backend = &cpu;
    const GpAnswers expected = gp(table, {every_kth(80, 5, 2)}, model, form);
    model.backend = overflowing.backend = &emulated;
    in_each_order([&] {
      const GpAnswers none = gp(larger, {first_rows(140, 150)}, overflowing, form);  // leaves NaN in its work memory
      EXPECT_TRUE(failed(static_cast<FitStatus>(none[0][0].status)));
      EXPECT_EQ(differing(expected, gp(table, {every_kth(80, 5, 2)}, model, form)), 0);
    });
  }
}

/// A backend that keeps noises as they are written.
template <const Backend& (*sound)()> Backend without_floor() {
  Backend plain = sound();
  plain.posterior = [](const PosteriorArgs* args) {
    PosteriorArgs kept = *args;
    kept.noise_floor = NoiseFloor::none;
    return sound().posterior(&kept);
  };
  return plain;
}

TEST(CudaPosterior, OfReplicatesThatNoNoiseTellsApartFailsAsOnTheCpu) {
  const Table table = replicated_table(60, 2, 3);
  GpModel model = model_of(Kernel::exponential, Mean::constant);
  model.replicates = Replicates::collapse;
  model.noise = {0, 0.1};
  const Backend cpu = without_floor<cpu_backend>(), emulated = without_floor<emu::backend>();
  for (const Route form : forms) {
    model.backend = &cpu;
    const GpAnswers expected = gp(table, {every_kth(60, 3, 0)}, model, form);
    EXPECT_EQ(expected[0][0].status, static_cast<std::int32_t>(FitStatus::not_positive_definite));
    EXPECT_EQ(expected[0][1].status, static_cast<std::int32_t>(FitStatus::ok));
    model.backend = &emulated;
    EXPECT_EQ(differing(expected, gp(table, {every_kth(60, 3, 0)}, model, form)), 0);
  }
}

/// A backend whose reductions have a first pivot below zero, which is the double at `place`.
template <const Backend& (*sound)(), std::int64_t place> Backend with_bad_pivot() {
  Backend spoiled = sound();
  spoiled.reduce = [](const ReduceArgs* args) {
    const int result = sound().reduce(args);
    args->reduced.data[place] = -0.5;
    return result;
  };
  return spoiled;
}

void expect_lanes_fail_alone(const Backend& cpu, const Backend& emulated, Route form) {
  const Table table = random_table(14, {0, 0}, 3);
  GpModel model = with_lanes(model_of(Kernel::matern32, Mean::constant), 6);
  model.backend = &cpu;
  const GpAnswers expected = gp(table, {every_kth(14, 3, 0)}, model, form);
  EXPECT_EQ(expected[0][1].status, static_cast<std::int32_t>(FitStatus::not_positive_definite));
  EXPECT_EQ(expected[0][0].status, static_cast<std::int32_t>(FitStatus::ok));
  model.backend = &emulated;
  in_each_order([&] { EXPECT_EQ(differing(expected, gp(table, {every_kth(14, 3, 0)}, model, form)), 0); });
}

TEST(CudaReduce, LanesWithoutAPositivePivotFailAlone) {
  expect_lanes_fail_alone(with_bad_pivot<cpu_backend, 0>(), with_bad_pivot<emu::backend, 0>(), Route::tridiagonal);
  // panels of the CPU's band begin band_width columns before its first
  expect_lanes_fail_alone(with_bad_pivot<cpu_backend, 8 * band_width>(), with_bad_pivot<emu::backend, 0>(),
                          Route::band);
}

}  // namespace
}  // namespace kilofold::test
