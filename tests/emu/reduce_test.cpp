// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "emu/gp_equal.hpp"
#include "kilofold/core/fit_status.hpp"

/// `reduce`, and `posterior` from its tridiagonal form, on the emulated device: the CPU's bits.
namespace kilofold::test {
namespace {

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
      expect_equal(table, {every_kth(n, 2, 0), every_kth(n, 3, 1)}, model, Route::tridiagonal);
    }
  }
}

TEST(CudaReduce, EqualsTheCpuWhereTheMatrixDoesNotFitSharedMemoryAndLanesTakeTwoBlocks) {
  const Table table = random_table(161, {0, 0, 0, 2}, 5);
  const GpModel model = with_lanes(model_of(Kernel::matern52, Mean::linear), 34);
  GpModel four = model;
  four.length_scale = {1.1};
  expect_equal(table, {every_kth(161, 10, 3)}, four, Route::tridiagonal);
}

TEST(CudaReduce, OfCollapsedRowsEqualsTheCpu) {
  const Table table = replicated_table(60, 2, 3);
  for (const Mean mean : {Mean::zero, Mean::constant, Mean::linear}) {
    GpModel model = model_of(Kernel::squared_exponential, mean);
    model.replicates = Replicates::collapse;
    expect_equal(table, {every_kth(60, 3, 0), every_kth(60, 5, 1)}, model, Route::tridiagonal);
  }
}

TEST(CudaReduce, SaysLikeTheCpuWhatFails) {
  const Table table = replicated_table(40, 2, 1);
  GpModel model = model_of(Kernel::squared_exponential, Mean::linear);
  model.noise = {0, 0.01};
  model.length_scale = {1e4, 1e4};
  expect_equal(table, {every_kth(40, 3, 0)}, model, Route::tridiagonal);  // the noise's floor

  model.length_scale = {1e-3, 1e-3};  // columns without a reflection
  expect_equal(random_table(17, {0, 0}, 4), {every_kth(17, 3, 0)}, model, Route::tridiagonal);

  Matrix<double> X(6, 2);
  for (std::int64_t i = 0; i < 6; ++i) X(i, 0) = X(i, 1) = i == 2 ? 1e200 : static_cast<double>(i);
  model.length_scale = {1, 1};
  expect_equal({X, {1, 2, 3, 4, 5, 6}}, {every_kth(6, 3, 0)}, model, Route::tridiagonal);  // not finite
}

/// A backend whose reductions have a first pivot below zero.
template <const Backend& (*sound)()> Backend with_bad_pivot() {
  Backend spoiled = sound();
  spoiled.reduce = [](const ReduceArgs* args) {
    const int result = sound().reduce(args);
    args->reduced.data[0] = -0.5;
    return result;
  };
  return spoiled;
}

TEST(CudaReduce, LanesWithoutAPositivePivotFailAlone) {
  const Table table = random_table(14, {0, 0}, 3);
  GpModel model = with_lanes(model_of(Kernel::matern32, Mean::constant), 6);
  const Backend cpu = with_bad_pivot<cpu_backend>(), emulated = with_bad_pivot<emu::backend>();
  model.backend = &cpu;
  const GpAnswers expected = gp(table, {every_kth(14, 3, 0)}, model, Route::tridiagonal);
  EXPECT_EQ(expected[0][1].status, static_cast<std::int32_t>(FitStatus::not_positive_definite));
  EXPECT_EQ(expected[0][0].status, static_cast<std::int32_t>(FitStatus::ok));
  model.backend = &emulated;
  in_each_order(
      [&] { EXPECT_EQ(differing(expected, gp(table, {every_kth(14, 3, 0)}, model, Route::tridiagonal)), 0); });
}

}  // namespace
}  // namespace kilofold::test
