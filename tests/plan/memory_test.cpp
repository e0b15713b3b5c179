// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "support/sanitizer.hpp"
#include "support/studies.hpp"

namespace {
std::atomic<std::size_t> live{0};
std::atomic<std::size_t> peak{0};

void* counted(std::size_t bytes) {
  void* pointer = std::malloc(bytes);
  if (pointer == nullptr) throw std::bad_alloc();
  const std::size_t now = live += malloc_usable_size(pointer);
  std::size_t before = peak.load();
  while (now > before && !peak.compare_exchange_weak(before, now)) {
  }
  return pointer;
}

void uncounted(void* pointer) noexcept {
  live -= malloc_usable_size(pointer);
  std::free(pointer);
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* pointer) noexcept { uncounted(pointer); }
void operator delete[](void* pointer) noexcept { uncounted(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { uncounted(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { uncounted(pointer); }

namespace kilofold {
namespace {

std::vector<double> numbers(int n, double first, double step) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(first + i * step);
  return values;
}

/// Peak bytes alive while planning a study of so many trials and ten seeds.
std::size_t planning_peak(const Spec& spec, const Dataset& data, std::int64_t n_trials) {
  const std::size_t start = live;
  peak = start;
  const Plan plan = make_plan(lower(spec, data), all_rules(), {});
  EXPECT_EQ(plan.n_trials, n_trials);
  EXPECT_FALSE(explain(plan, spec).empty());
  EXPECT_EQ(plan_hash(plan).size(), 16U);
  return peak - start;
}

constexpr std::size_t gate = 200U << 20;  // bytes; issue: planning 10^6 trials x 10 seeds allocates less than 200 MB

TEST(Planning, AMillionTreeTrialsTimesTenSeedsStaysUnder200MB) {
  const Dataset data = testing::make_data(656, 4, 1);
  Spec spec = testing::make_spec(data);
  for (std::int64_t seed = 2; seed < 10; ++seed) spec.cv.seeds.push_back(seed);
  spec.models.push_back(testing::make_entry("DT", "tree",
                                            {{"max_depth", numbers(100, 1, 1)},
                                             {"min_samples_split", numbers(100, 2, 1)},
                                             {"min_samples_leaf", numbers(100, 1, 1)}}));
  const std::size_t bytes = planning_peak(spec, data, 1000000);
  RecordProperty("peak_bytes", static_cast<int>(bytes));
  EXPECT_LT(bytes, gate);
}

TEST(Planning, AMillionValuesOnOneAxisTimesTenSeedsStaysUnder200MB) {
  const Dataset data = testing::make_data(656, 4, 1);
  Spec spec = testing::make_spec(data);
  for (std::int64_t seed = 2; seed < 10; ++seed) spec.cv.seeds.push_back(seed);
  constexpr int n_values = 1000000 / testing::slowdown;
  spec.models.push_back(testing::make_entry("Ridge", "linear", {{"alpha", numbers(n_values, 0, 1e-3)}}));
  const std::size_t bytes = planning_peak(spec, data, n_values);
  RecordProperty("peak_bytes", static_cast<int>(bytes));
  EXPECT_LT(bytes, gate / testing::slowdown);
}

}  // namespace
}  // namespace kilofold
