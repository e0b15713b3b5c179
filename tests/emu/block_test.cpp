// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "cuda/kernels/block.cuh"
#include "emu/each_order.hpp"

namespace kilofold::test {
namespace {

constexpr double infinite = INFINITY;

__global__ void reduce_kernel(const double* x, int n, double* sum, double* least, int* place, int* any) {
  const unsigned t = threadIdx.x;
  const double dot = cuda::block_dot(x, x, n);
  cuda::Placed own{infinite, n};
  for (int i = static_cast<int>(t); i < n; i += static_cast<int>(blockDim.x)) own = cuda::lesser(own, {x[i], i});
  const cuda::Placed first = cuda::block_least(own);
  const bool found = cuda::block_any(static_cast<int>(t) == n);
  if (t != blockDim.x - 1) return;
  *sum = dot;
  *least = first.value;
  *place = first.index;
  *any = found ? 1 : 0;
}

std::vector<double> waves(int n) {
  std::vector<double> x;
  for (int i = 0; i < n; ++i) x.push_back(std::sin(i * 0.7) * (i % 3 == 0 ? 1e8 : 1e-3));
  return x;
}

TEST(BlockReductions, EqualTheCanonicalOnesInEveryBitAndOrder) {
  for (const int n : {1, 7, 8, 37, 131, 525}) {
    const std::vector<double> x = waves(n);
    for (const unsigned threads : {32U, 128U, 256U}) {
      in_each_order([&] {
        double sum = 0, least = 0;
        int place = -1, any = -1;
        dev::launch(reduce_kernel, {"reduce", 1, threads, 0}, dev::Stream(), x.data(), n, &sum, &least, &place, &any);
        EXPECT_EQ(sum, canonical_dot(x.data(), x.data(), n));
        const auto expected = std::min_element(x.begin(), x.end());
        EXPECT_EQ(place, expected - x.begin());
        EXPECT_EQ(least, *expected);
        EXPECT_EQ(any, n < static_cast<int>(threads) ? 1 : 0);
      });
    }
  }
}

__global__ void shuffle_kernel(int* out) {
  const int t = static_cast<int>(threadIdx.x), lane = t % 32;
  int* const own = out + 6 * (t + static_cast<int>(blockIdx.x * blockDim.x));
  own[0] = __shfl_sync(0xffffffffU, t, 5);
  own[1] = __shfl_xor_sync(0xffffffffU, t, 3);
  own[2] = __shfl_down_sync(0xffffffffU, t, 30);
  own[3] = __shfl_up_sync(0xffffffffU, t, 1);
  own[4] = __popc(__ballot_sync(0xffffffffU, lane % 3 == 0));
  own[5] = __shfl_sync(0xffffffffU, t, 1, 8);
}

TEST(Emulation, ShufflesReadTheLanesThatCudaNames) {
  in_each_order([] {
    std::vector<int> out(6 * 128);
    dev::launch(shuffle_kernel, {"shuffle", 2, 64, 0}, dev::Stream(), out.data());
    for (int i = 0; i < 128; ++i) {
      const int t = i % 64, lane = t % 32, warp = t - lane;
      const std::vector<int> expected{warp + 5, t ^ 3, lane < 2 ? t + 30 : t, lane == 0 ? t : t - 1, 11, t - t % 8 + 1};
      EXPECT_EQ(std::vector<int>(out.begin() + 6 * i, out.begin() + 6 * i + 6), expected) << i;
    }
  });
}

/// Counts what is alive, to see that unwinding leaves nothing behind.
struct Counted {
  explicit Counted(int& counter) : alive(counter) { ++alive; }
  ~Counted() { --alive; }
  int& alive;
};

__global__ void fault_kernel(int* alive, int* y) {
  const Counted counted(*alive);
  const std::vector<int> owned(100, 1);
  __syncthreads();
  if (threadIdx.x == 7) throw emu::Fault("planted");
  __syncthreads();
  y[threadIdx.x] = owned[threadIdx.x];
}

TEST(Emulation, FaultUnwindsEveryThreadAndTheNextLaunchRuns) {
  in_each_order([] {
    int alive = 0;
    std::vector<int> y(64);
    const auto launch = [&] { dev::launch(fault_kernel, {"fault", 2, 64, 0}, dev::Stream(), &alive, y.data()); };
    EXPECT_THROW(launch(), emu::Fault);
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(y, std::vector<int>(64, 0));
    double sum = 0, least = 0, x = 2;
    int place = -1, any = -1;
    dev::launch(reduce_kernel, {"reduce", 1, 32, 0}, dev::Stream(), &x, 1, &sum, &least, &place, &any);
    EXPECT_EQ(sum, 4);
  });
}

TEST(Emulation, ThreadsOfTheProgramLaunchSideBySide) {
  const std::vector<double> x = waves(131);
  std::vector<double> sums(4);
  std::vector<std::thread> threads;
  for (double& sum : sums) {
    threads.emplace_back([&] {
      double least = 0;
      int place = -1, any = -1;
      for (int i = 0; i < 20; ++i)
        dev::launch(reduce_kernel, {"reduce", 1, 64, 0}, dev::Stream(), x.data(), 131, &sum, &least, &place, &any);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sums, std::vector<double>(4, canonical_dot(x.data(), x.data(), 131)));
}

__global__ void atomic_kernel(int* counter, long long* most) {
  atomicAdd(counter, 1);
  atomicMax(most, static_cast<long long>(threadIdx.x) * 1000 + static_cast<long long>(blockIdx.x));
}

TEST(Emulation, AtomicsCountEveryThreadOfEveryBlock) {
  int counter = 0;
  long long most = 0;
  dev::launch(atomic_kernel, {"atomics", 3, 96, 0}, dev::Stream(), &counter, &most);
  EXPECT_EQ(counter, 288);
  EXPECT_EQ(most, 95002);
}

TEST(Emulation, PlantedFailureOfTheDeviceNamesItsCall) {
  dev::calls_until_failure = 1;
  try {
    dev::Stream stream;
    dev::Buffer<double> buffer(3);
    FAIL() << "no failure";
  } catch (const dev::Error& error) {
    EXPECT_STREQ(error.what(), "cudaMalloc: planted failure");
  }
  dev::calls_until_failure = -1;
}

}  // namespace
}  // namespace kilofold::test
