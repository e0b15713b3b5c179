// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "store/parallel.hpp"

namespace kilofold {
namespace {

struct Number {
  int value = 0;
  int square = 0;
};

/// Push the numbers 0, 1, ... through a ring; their squares in the order in which they come out.
std::vector<int> squares(int count, std::size_t n_slots, std::int32_t n_threads) {
  Threads threads(n_threads);
  Ring<Number> ring(n_slots, threads, [](Number& slot) {
    if (slot.value % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));  // others overtake it
    slot.square = slot.value * slot.value;
  });
  std::vector<int> out;
  const auto take = [&] {
    out.push_back(ring.oldest().square);
    ring.release();
  };
  for (int i = 0; i < count; ++i) {
    if (ring.is_full()) take();
    ring.free_slot().value = i;
    ring.submit();
  }
  while (!ring.is_empty()) take();
  return out;
}

TEST(Ring, GivesSlotsBackInTheOrderInWhichTheyWereFilled) {
  std::vector<int> expected;
  for (int i = 0; i < 500; ++i) expected.push_back(i * i);
  for (const std::int32_t n_threads : {1, 2, 5}) {
    for (const std::size_t n_slots : {1, 2, 12}) EXPECT_EQ(squares(500, n_slots, n_threads), expected);
  }
}

TEST(Ring, ThrowsWhatTheWorkOnASlotThrewWhenThatSlotsTurnComes) {
  for (const std::int32_t n_threads : {1, 3}) {
    Threads threads(n_threads);
    Ring<Number> ring(4, threads, [](Number& slot) {
      if (slot.value == 1) throw std::runtime_error("one");
    });
    for (int i = 0; i < 3; ++i) {
      ring.free_slot().value = i;
      ring.submit();
    }
    EXPECT_EQ(ring.oldest().value, 0);
    ring.release();
    EXPECT_THROW(ring.oldest(), std::runtime_error);
    ring.release();
    EXPECT_EQ(ring.oldest().value, 2);
  }
}

TEST(Threads, RunEachTaskOnceOnAllButTheOwner) {
  Threads threads(4);
  std::atomic<int> runs = 0;
  for (int task = 1; task <= 200; ++task) {
    threads.begin([&] { ++runs; });
    threads.finish();
    EXPECT_EQ(runs, 3 * task);
  }
  EXPECT_EQ(threads.size(), 4);
}

TEST(Threads, OfOneOwnerRunNothing) {
  Threads threads(1);
  threads.begin([] { FAIL(); });
  threads.finish();
}

TEST(Ring, LeavesItsThreadsToTheNextOne) {
  Threads threads(3);
  for (int round = 0; round < 50; ++round) {
    Ring<Number> ring(2, threads, [](Number& slot) { slot.square = slot.value * slot.value; });
    ring.free_slot().value = round;
    ring.submit();
    EXPECT_EQ(ring.oldest().square, round * round);
  }
}

TEST(Ring, WorksBeforeAnyoneAsks) {
  std::atomic<int> done = 0;
  Threads threads(2);
  Ring<Number> ring(3, threads, [&](Number&) { ++done; });
  for (int i = 0; i < 3; ++i) ring.submit();
  while (done < 3) std::this_thread::yield();
}

}  // namespace
}  // namespace kilofold
