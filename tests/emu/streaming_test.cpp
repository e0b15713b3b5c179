// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "emu/backend.hpp"
#include "emu/each_order.hpp"
#include "kilofold/core/kernel_functions.hpp"
#include "support/runs.hpp"

/// Results that come down while the emulated device has the next tile to compute.
namespace kilofold::testing {
namespace {

/// Several tiles a call and several calls: shared plans and naive ones, given hyperparameters and found ones.
Spec study_of(const Dataset& data, bool found) {
  Spec spec = make_spec(data);
  spec.cv.folds = {3};
  spec.cv.seeds = {1, 2, 3};
  const std::vector<double> constant{static_cast<double>(static_cast<int>(Mean::constant))};
  if (found) {
    spec.models = {make_entry("tuned", "gpr", {{"optimizer", {1}}, {"mean", constant}})};
  } else {
    spec.models = {
        make_entry("GPR", "gpr", {{"length_scale", {0.5, 1, 2}}, {"noise_variance", {1e-3, 0.1}}, {"mean", constant}}),
        make_entry("KRR", "kernel_ridge", {{"alpha", {0.01, 1}}, {"gamma", {0.3}}})};
  }
  return spec;
}

void expect_the_cpus_bits(const Spec& spec, const Dataset& data, const Switches& switches) {
  const Cells expected = run_study(spec, data, switches);
  ExecuteOptions options;
  options.memory = 2e-5;  // of a GiB: few units a tile
  options.units_per_batch = 1;
  test::at_each_pace([&] {
    EXPECT_EQ(differing_cells(run_study(spec, data, switches, options, nullptr, emu::backend()), expected), 0);
  });
}

TEST(CudaStreaming, GivesTheCpusBitsAtEachPace) {
  const Dataset data = make_data(24, 2, 5, 0);
  for (const bool sharing : {false, true}) expect_the_cpus_bits(study_of(data, false), data, {sharing, {}});
}

TEST(CudaStreaming, OfFoundHyperparametersGivesTheCpusBitsAtEachPace) {
  const Dataset data = make_data(15, 2, 5, 0);
  expect_the_cpus_bits(study_of(data, true), data, {true, {}});
}

}  // namespace
}  // namespace kilofold::testing
