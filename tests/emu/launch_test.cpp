// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cuda/dev_cuda.hpp"

/// The launch layer that nvcc compiles, on a made-up runtime: what it asks for before it launches.
namespace kilofold::dev {
namespace {

constexpr int optin_of_sm_80 = 163 * 1024, optin_of_sm_89 = 99 * 1024, optin_of_sm_90 = 227 * 1024;

void no_op() {}

/// Launch once with that much dynamic shared memory.
void launch_with(std::size_t bytes) { launch(no_op, {"no_op", 1, 32, bytes}, Stream()); }

TEST(CudaLaunch, AsksForSharedMemoryThatIsAbove48KibWithWhatTheKernelDeclares) {
  for (const std::size_t declared : {0, 896, 41296}) {
    for (const std::size_t bytes : {0, 8, 7856, 7864, 24576, 48 * 1024, 48 * 1024 + 8, 120 * 1024}) {
      SCOPED_TRACE(std::to_string(declared) + " bytes declared and " + std::to_string(bytes) + " dynamic ones");
      fake_runtime::load(optin_of_sm_80, declared);
      EXPECT_NO_THROW(launch_with(bytes));
      EXPECT_EQ(fake_runtime::state.launches, 1);
      EXPECT_EQ(fake_runtime::state.launched_bytes, bytes);
    }
  }
}

TEST(CudaLaunch, AsksAgainAfterALaunchWithLess) {
  fake_runtime::load(optin_of_sm_80, 0);
  for (const std::size_t bytes : {100 * 1024, 10 * 1024, 60 * 1024}) EXPECT_NO_THROW(launch_with(bytes));
  EXPECT_EQ(fake_runtime::state.launches, 3);
}

TEST(CudaLaunch, TakesAllTheSharedMemoryThatTheDeviceHasBesideWhatTheKernelDeclaresAndNoMore) {
  for (const int optin : {optin_of_sm_80, optin_of_sm_89, optin_of_sm_90}) {
    for (const std::size_t declared : {0, 8192, 41296}) {
      fake_runtime::load(optin, declared);
      const std::int64_t most = most_shared<double>(no_op);
      EXPECT_EQ(8 * most, optin - static_cast<std::int64_t>(declared));
      EXPECT_NO_THROW(launch_with(static_cast<std::size_t>(most) * 8));
      EXPECT_THROW(launch_with(static_cast<std::size_t>(most + 1) * 8), Error);
    }
  }
}

TEST(CudaLaunch, OfNoBlocksDoesNothing) {
  fake_runtime::load(optin_of_sm_80, 0);
  EXPECT_NO_THROW(launch(no_op, {"no_op", 0, 32, 0}, Stream()));
  EXPECT_EQ(fake_runtime::state.launches, 0);
}

TEST(CudaLaunch, SaysWhichKernelTheDeviceRefused) {
  fake_runtime::load(optin_of_sm_80, 41296);
  try {
    launch_with(optin_of_sm_80);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no_op: refused (CUDA error 1)");
  }
}

}  // namespace
}  // namespace kilofold::dev
