// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

#include "cpu/isa.hpp"
#include "kilofold/backend.hpp"
#include "kilofold/core/error.hpp"

namespace kilofold {
namespace {

TEST(CpuBackend, NamesItselfAndIsAlwaysThere) {
  const Backend& cpu = cpu_backend();
  char text[256] = "unset";

  EXPECT_EQ(cpu.abi, backend_abi);
  EXPECT_STREQ(cpu.name, "cpu");
  EXPECT_EQ(cpu.probe(text, sizeof(text)), 0);
  EXPECT_STREQ(text, "");
  EXPECT_EQ(cpu.describe(text, sizeof(text)), 0);
  EXPECT_NE(std::string(text).find(cpu::isa()), std::string::npos);
}

TEST(CpuBackend, AllocatesAlignedMemoryOrNull) {
  const Backend& cpu = cpu_backend();

  for (const std::size_t bytes : {0, 1, 100}) {
    void* const p = cpu.allocate(bytes);
    EXPECT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 64, 0U);
    cpu.release(p);
  }
  cpu.release(nullptr);
#if !defined(__SANITIZE_ADDRESS__)  // the sanitizer's allocator ends the program instead
  EXPECT_EQ(cpu.allocate(std::numeric_limits<std::size_t>::max() / 4), nullptr);
#endif
}

TEST(CpuBackend, CopiesBothWays) {
  const Backend& cpu = cpu_backend();
  const char from[] = "kilofold";
  char back[sizeof(from)] = {};
  void* const p = cpu.allocate(sizeof(from));

  EXPECT_EQ(cpu.upload(p, from, sizeof(from)), 0);
  EXPECT_EQ(cpu.download(back, p, sizeof(from)), 0);
  EXPECT_STREQ(back, from);
  cpu.release(p);
}

TEST(CpuBackend, KeepsErrorsByThread) {
  const Backend& cpu = cpu_backend();
  const StandardizeArgs empty{};
  EXPECT_NE(cpu.standardize(&empty), 0);
  EXPECT_STREQ(cpu.last_error(), "standardize: the table must have rows and features");

  std::string elsewhere = "unset";
  std::thread([&] { elsewhere = cpu.last_error(); }).join();

  EXPECT_EQ(elsewhere, "");
}

TEST(Isa, RefusesNamesThisCpuCannotRun) {
  for (const char* name : {"avx", "AVX2", "neon"}) EXPECT_THROW(cpu::force_isa(name), InputError);
  EXPECT_EQ(cpu::available_isas().back(), cpu::isa());
}

TEST(Isa, RunsWhatWasAskedFor) {
  for (const std::string& name : cpu::available_isas()) {
    cpu::force_isa(name);
    EXPECT_EQ(cpu::isa(), name);
  }
  cpu::force_isa("");
}

}  // namespace
}  // namespace kilofold
