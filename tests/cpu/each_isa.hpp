// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "cpu/isa.hpp"

namespace kilofold::test {

/// Runs a test body under every instruction set of this CPU.
class EachIsa : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    cpu::force_isa(GetParam());
    ASSERT_EQ(cpu::isa(), GetParam());
  }
  void TearDown() override { cpu::force_isa(""); }
};

/// Calls `run()` under every instruction set and expects what the scalar one gave.
template <class Run> void expect_same_on_every_isa(Run run) {
  cpu::force_isa("scalar");
  const auto expected = run();
  for (const std::string& name : cpu::available_isas()) {
    cpu::force_isa(name);
    EXPECT_EQ(run(), expected) << name;
  }
  cpu::force_isa("");
}

}  // namespace kilofold::test

#define KILOFOLD_ON_EACH_ISA(suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(Isa, suite, ::testing::ValuesIn(kilofold::cpu::available_isas()), \
                           [](const ::testing::TestParamInfo<std::string>& isa) { return isa.param; })
