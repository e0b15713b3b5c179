// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "emu/backend.hpp"
#include "emu/each_order.hpp"
#include "support/runs.hpp"

/// Whole sweeps on the emulated CUDA backend against the CPU.
namespace kilofold::testing {
namespace {

Spec gpr_study(const Dataset& data) {
  Spec spec = make_spec(data);
  spec.cv.folds = {3};
  spec.models = {make_entry("GPR", "gpr",
                            {{"kernel", {static_cast<double>(static_cast<int>(Kernel::matern52))}},
                             {"mean", {static_cast<double>(static_cast<int>(Mean::constant))}},
                             {"length_scale", {0.7, 3}},
                             {"noise_variance", {1e-3, 0.1}},
                             {"signal_variance", {0.5, 2}}})};
  return spec;
}

/// Bits of a sweep on both backends, its plan by these switches.
void expect_equal(int levels, const Switches& switches) {
  const Dataset data = make_data(24, 2, 5, levels);
  const Spec spec = gpr_study(data);
  ExecuteOptions options;
  options.threads = 2;
  const Cells expected = run_study(spec, data, switches);
  ASSERT_EQ(expected.size(), 16U);
  test::in_each_order([&] {
    EXPECT_EQ(differing_cells(run_study(spec, data, switches, options, nullptr, emu::backend()), expected), 0);
  });
}

TEST(CudaSweep, NaivePlanGivesTheCpusBits) { expect_equal(0, {false, {}}); }

TEST(CudaSweep, SharedFactorsGiveTheCpusBits) {
  expect_equal(0, {true, {"replicate_collapse", "noise_shift", "fold_block_inverse"}});
}

TEST(CudaSweep, CollapsedRowsGiveTheCpusBits) { expect_equal(3, {true, {"noise_shift", "fold_block_inverse"}}); }

}  // namespace
}  // namespace kilofold::testing
