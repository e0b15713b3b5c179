// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/device_advice.hpp"

#include "plan/duration.hpp"

namespace kilofold {
namespace {

constexpr double open_cuda_seconds = 5;  // context and libraries, read from a cold disk; an estimate

}  // namespace

double cuda_seconds(const Plan& plan) {
  KILOFOLD_EXPECT(plan.switches.priced_for == PricedFor::cuda);
  return open_cuda_seconds + plan.seconds;
}

DeviceAdvice advise_device(const Plan& for_cpu, const std::function<const Plan&()>& for_cuda) {
  const std::string cpu = fmt::format("planned {} on one core", duration(for_cpu.seconds));
  if (for_cpu.seconds < least_cuda_seconds)
    return {false, fmt::format("{}; a GPU pays from {} on", cpu, duration(least_cuda_seconds)), cpu};
  const double cuda = cuda_seconds(for_cuda());
  return {cuda < for_cpu.seconds,
          fmt::format("{}, {} on a GPU (cuda cost table {})", cpu, duration(cuda), cost_table_version), cpu};
}

}  // namespace kilofold
