// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <optional>
#include <vector>

#include "cuda/dev.hpp"
#include "cuda/staging.hpp"
#include "emu/each_order.hpp"

/// Streams of the emulated device put off what a device may put off, so that what is not waited for is seen.
namespace kilofold::test {
namespace {

constexpr int n = 4;
using Values = std::vector<int>;

__global__ void scale_kernel(int* y, int factor) { y[threadIdx.x] *= factor; }

Values counting(int first) {
  Values x(n);
  std::iota(x.begin(), x.end(), first);
  return x;
}

void scale(int* y, int factor, const dev::Stream& stream) {
  dev::launch(scale_kernel, {"scale", 1, n, 0}, stream, y, factor);
}

Values seen(const dev::Pinned& memory) {
  const auto* const values = static_cast<const int*>(memory.data());
  return {values, values + n};
}

TEST(EmulatedStream, DoesItsCallsInOrderOnceSomebodyWaits) {
  at_each_pace([] {
    const dev::Stream stream;
    const dev::Buffer<int> y(n);
    Values x = counting(1);
    dev::copy_to_device(y.data(), x.data(), n, stream);
    x.assign(n, 0);  // pageable values are kept
    scale(y.data(), 2, stream);
    scale(y.data(), 5, stream);
    Values back(n);
    dev::copy_to_host(back.data(), y.data(), n, stream);  // pageable memory is there at once
    EXPECT_EQ(back, (Values{10, 20, 30, 40}));
  });
}

TEST(EmulatedStream, LateOneHasDoneNothingBeforeSomebodyWaits) {
  emu::options.pace = emu::Pace::late;
  const dev::Stream stream;
  Values y = counting(1);
  scale(y.data(), 2, stream);
  EXPECT_EQ(y, counting(1));
  stream.synchronize();
  EXPECT_EQ(y, (Values{2, 4, 6, 8}));
  emu::options = {};
}

TEST(EmulatedStream, FaultOfALateKernelIsToldByWhoWaits) {
  emu::options.pace = emu::Pace::late;
  const dev::Stream stream;
  void (*const faulty)() = [] { throw emu::Fault("planted"); };
  dev::launch(faulty, {"faulty", 1, 32, 0}, stream);
  EXPECT_THROW(stream.synchronize(), emu::Fault);
  emu::options = {};
}

/// What a double buffer that carries three rounds of results to the host may forget.
enum class Bug {
  none,
  reads_before_the_copy_is_done,
  copies_before_the_kernel_is_done,
  computes_over_what_is_being_copied,
  copies_over_what_is_being_read
};

/// Rounds computed on one stream and copied on another, each read while the next one is under way.
std::vector<Values> rounds_of_results(Bug bug) {
  const std::size_t n_buffers = bug == Bug::computes_over_what_is_being_copied ? 1 : 2;
  const std::size_t n_places = bug == Bug::copies_over_what_is_being_read ? 1 : 2;
  std::array<dev::Buffer<int>, 2> results{dev::Buffer<int>(n), dev::Buffer<int>(n)};
  std::array<dev::Pinned, 2> places{dev::Pinned(n * sizeof(int)), dev::Pinned(n * sizeof(int))};
  std::array<dev::Event, 2> copied;
  dev::Event computed;
  const dev::Stream compute, copy;
  std::vector<Values> read;
  for (std::size_t round = 0; round < 4; ++round) {
    if (round < 3) {
      int* const y = results[round % n_buffers].data();
      auto* const place = static_cast<int*>(places[round % n_places].data());
      const Values x = counting(static_cast<int>(10 * round));
      dev::copy_to_device(y, x.data(), n, compute);
      scale(y, 2, compute);
      computed.record(compute);
      if (bug != Bug::copies_before_the_kernel_is_done) copy.wait(computed);
      dev::copy_to_host(place, y, n, copy);
      copied[round % 2].record(copy);
    }
    if (round == 0) continue;
    if (bug != Bug::reads_before_the_copy_is_done) copied[(round - 1) % 2].synchronize();
    read.push_back(seen(places[(round - 1) % n_places]));
  }
  return read;
}

/// Is any pace's answer another than the right one?
bool is_seen(Bug bug) {
  std::vector<Values> expected;
  for (int round = 0; round < 3; ++round) {
    expected.push_back(counting(10 * round));
    for (int& value : expected.back()) value *= 2;
  }
  bool differs = false;
  at_each_pace([&] { differs = differs || rounds_of_results(bug) != expected; });
  return differs;
}

TEST(PlantedBugs, OfADoubleBufferGiveSomePaceItsOwnAnswer) {
  EXPECT_FALSE(is_seen(Bug::none));
  EXPECT_TRUE(is_seen(Bug::reads_before_the_copy_is_done));
  EXPECT_TRUE(is_seen(Bug::copies_before_the_kernel_is_done));
  EXPECT_TRUE(is_seen(Bug::computes_over_what_is_being_copied));
  EXPECT_TRUE(is_seen(Bug::copies_over_what_is_being_read));
}

TEST(PlantedBugs, HostMemoryGivenBackBeforeItsCopyIsAFault) {
  emu::options.pace = emu::Pace::late;
  const dev::Buffer<int> y(n);
  const dev::Stream stream;
  std::optional<dev::Pinned> place(n * sizeof(int));
  dev::copy_to_host(static_cast<int*>(place->data()), y.data(), n, stream);
  place.reset();
  EXPECT_THROW(stream.synchronize(), emu::Fault);
  emu::options = {};
}

TEST(PlantedBugs, PinnedValuesChangedBeforeTheirCopyAreSeenByTheLatePace) {
  emu::options.pace = emu::Pace::late;
  const dev::Stream stream;
  const dev::Buffer<int> y(n);
  const dev::Pinned from(n * sizeof(int));
  auto* const values = static_cast<int*>(from.data());
  std::fill_n(values, n, 1);
  dev::copy_to_device(y.data(), values, n, stream);
  std::fill_n(values, n, 2);
  stream.synchronize();
  EXPECT_EQ(*y.data(), 2);
  emu::options = {};
}

TEST(Staging, KeepsEveryValueUntilItIsOnTheDeviceThoughItsPlacesAreTakenAgain) {
  at_each_pace([] {
    const dev::Stream stream;
    cuda::Staging staging;
    constexpr int n_copies = 50;
    const dev::Buffer<int> y(n_copies * n);
    for (int i = 0; i < n_copies; ++i) {
      const Values x = counting(100 * i);
      staging.copy(y.data() + i * n, x.data(), n, stream);
    }
    stream.synchronize();
    for (int i = 0; i < n_copies; ++i) EXPECT_EQ(Values(y.data() + i * n, y.data() + (i + 1) * n), counting(100 * i));
  });
}

}  // namespace
}  // namespace kilofold::test
