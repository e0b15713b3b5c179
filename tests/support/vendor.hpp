// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>

#include "kilofold/backend.hpp"

namespace kilofold::testing {

/// Tests of the flavour vendor on the CPU. Without a LAPACK library they are skipped; with KILOFOLD_REQUIRE_LAPACK=1
/// they fail.
template <class Fixture> class NeedsVendor : public Fixture {
 protected:
  void SetUp() override {
    char reason[512] = {};
    vendor = cpu_backend().vendor(reason, sizeof reason);
    if (vendor != nullptr) return;
    if (std::getenv("KILOFOLD_REQUIRE_LAPACK") != nullptr) FAIL() << reason;
    GTEST_SKIP() << reason;
  }

  const Backend* vendor = nullptr;
};

}  // namespace kilofold::testing
