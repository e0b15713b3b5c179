// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "emu/each_order.hpp"
#include "emu/planted_bugs.cuh"

namespace kilofold::test {
namespace {

/// The fault of a launch, or nothing when there was none.
template <class Kernel, class T>
std::string fault_of(Kernel kernel, unsigned threads, std::vector<T> y, std::size_t shared_bytes = 0) {
  try {
    dev::launch(kernel, {"kernel", 1, threads, shared_bytes}, dev::Stream(), y.data());
  } catch (const emu::Fault& fault) {
    return fault.what();
  }
  return "";
}

/// What a kernel of one input gives in an order.
template <class T>
std::vector<T> in_order(emu::Order order, void (*kernel)(const T*, T*), const std::vector<T>& x, std::size_t bytes) {
  std::vector<T> y(x.size());
  emu::options.order = order;
  dev::launch(kernel, {"kernel", 1, static_cast<unsigned>(x.size()), bytes}, dev::Stream(), x.data(), y.data());
  emu::options = {};
  return y;
}

template <class T> std::vector<T> counting(std::size_t n) {
  std::vector<T> x(n);
  std::iota(x.begin(), x.end(), T{1});
  return x;
}

TEST(PlantedBugs, MissingSyncthreadsGivesEachOrderItsOwnAnswer) {
  const auto x = counting<double>(128);
  const auto forward = in_order(emu::Order::forward, missing_syncthreads, x, 128 * sizeof(double));

  EXPECT_NE(in_order(emu::Order::reverse, missing_syncthreads, x, 128 * sizeof(double)), forward);
  EXPECT_NE(in_order(emu::Order::random, missing_syncthreads, x, 128 * sizeof(double)), forward);
}

TEST(PlantedBugs, MissingSyncwarpGivesEachOrderItsOwnAnswer) {
  const auto x = counting<int>(64);
  const auto forward = in_order(emu::Order::forward, missing_syncwarp, x, 0);

  EXPECT_NE(in_order(emu::Order::reverse, missing_syncwarp, x, 0), forward);
}

TEST(PlantedBugs, BarriersInDivergentBranchesAreNamedByBothLines) {
  in_each_order([] {
    const std::string fault = fault_of(barrier_in_both_branches, 64, std::vector<double>(64));
    EXPECT_NE(fault.find("threads at different barriers"), std::string::npos) << fault;
    EXPECT_NE(fault.find("planted_bugs.cuh:" + std::to_string(line_of_first_barrier)), std::string::npos) << fault;
    EXPECT_NE(fault.find("planted_bugs.cuh:" + std::to_string(line_of_second_barrier)), std::string::npos) << fault;
  });
}

TEST(PlantedBugs, ThreadsThatWaitForEachOtherAreADeadlock) {
  in_each_order([] {
    try {
      dev::launch(barrier_against_warp, {"kernel", 1, 64, 0}, dev::Stream());
      ADD_FAILURE() << "no fault";
    } catch (const emu::Fault& fault) {
      const std::string what = fault.what();
      EXPECT_EQ(what.find("deadlock: thread 0 at __syncthreads (planted_bugs.cuh:"), 0) << what;
      EXPECT_NE(what.find("thread 1 at __syncwarp"), std::string::npos) << what;
    }
  });
}

TEST(PlantedBugs, FullMaskFromHalfAWarpIsNamedByItsLine) {
  in_each_order([] {
    const std::string fault = fault_of(full_mask_from_half_a_warp, 32, std::vector<int>(32));
    EXPECT_NE(fault.find("the mask names a lane that is not there"), std::string::npos) << fault;
    EXPECT_NE(fault.find("planted_bugs.cuh:" + std::to_string(line_of_full_mask)), std::string::npos) << fault;
  });
}

TEST(PlantedBugs, MaskWithoutItsCallerIsRefused) {
  EXPECT_NE(fault_of(mask_without_its_caller, 32, std::vector<int>(32)).find("not in its mask"), std::string::npos);
}

TEST(PlantedBugs, DifferentOperationsOnOneMaskAreRefused) {
  const std::string fault = fault_of(different_operations_on_one_mask, 32, std::vector<int>(32));
  EXPECT_NE(fault.find("different operations"), std::string::npos) << fault;
}

TEST(PlantedBugs, SharedMemoryThatNobodyWroteIsNotZero) {
  std::vector<std::uint64_t> y(64);
  dev::launch(uninitialised_shared, {"kernel", 1, 64, 64 * sizeof(std::uint64_t)}, dev::Stream(), y.data());
  EXPECT_EQ(y, std::vector<std::uint64_t>(64, 0xA5A5A5A5A5A5A5A5ULL));
}

TEST(PlantedBugs, MoreSharedMemoryThanADeviceHasIsRefused) {
  EXPECT_NE(fault_of(too_much_static_shared, 32, std::vector<double>(32)).find("48 KiB"), std::string::npos);
  EXPECT_THROW(fault_of(uninitialised_shared, 32, std::vector<std::uint64_t>(32), 228 * 1024), dev::Error);
  EXPECT_THROW(fault_of(uninitialised_shared, 1025, std::vector<std::uint64_t>(1025)), dev::Error);
}

TEST(PlantedBugs, GridsThatADeviceRefusesAreRefused) {
  const auto launch = [](dev::dim3 grid) {
    dev::launch(missing_syncwarp, {"kernel", grid, 32, 0}, dev::Stream(), nullptr, nullptr);
  };
  EXPECT_NO_THROW(launch({0, 70000, 0})) << "nothing is launched";
  EXPECT_THROW(launch({1, 0}), dev::Error);
  EXPECT_THROW(launch({1, 1, 0}), dev::Error);
  EXPECT_THROW(launch({1, 65536}), dev::Error);
  EXPECT_THROW(launch({1, 1, 65536}), dev::Error);
  EXPECT_THROW(launch({0x80000000U}), dev::Error);
}

using PlantedBugsDeathTest = ::testing::Test;

TEST(PlantedBugsDeathTest, RunningOffTheStackOfAThreadIsACrash) {
  EXPECT_DEATH(fault_of(endless_recursion, 32, std::vector<double>(32)), "");
}

#ifdef __SANITIZE_ADDRESS__
TEST(PlantedBugsDeathTest, WritingPastSharedMemoryIsSeenByTheAddressSanitizer) {
  EXPECT_DEATH(fault_of(past_dynamic_shared, 64, std::vector<double>(64), 64 * sizeof(double)),
               "heap-buffer-overflow(.|\n)*past_dynamic_shared");
  EXPECT_DEATH(fault_of(past_static_shared, 64, std::vector<double>(64)),
               "heap-buffer-overflow(.|\n)*past_static_shared");
}
#endif

}  // namespace
}  // namespace kilofold::test
