// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <cpuid.h>

#include <cstdint>

#include "hwy/highway.h"

/// The three functions that Highway's headers leave to its library, so that the headers are enough: Debian has the
/// library as a shared one alone, and loading that calibrates a timer for 3 ms, a tenth of a small study.
namespace hwy {
namespace {

std::int64_t disabled = 0;

bool has_f16c_and_lzcnt() {  // which clang 14 cannot ask __builtin_cpu_supports
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  const bool f16c = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
  return f16c && __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
}

/// What Highway's code for a target may use, of the targets we compile (src/cpu/CMakeLists.txt).
std::int64_t targets_of_cpu() {
  std::int64_t targets = HWY_STATIC_TARGET;
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                        __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul") && has_f16c_and_lzcnt();
  if (!has_avx2) return targets;
  targets |= HWY_AVX2;
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512cd");
  return has_avx512 ? targets | HWY_AVX3 : targets;
}

}  // namespace

std::int64_t SupportedTargets() { return targets_of_cpu() & (~disabled | HWY_STATIC_TARGET); }

void DisableTargets(std::int64_t disabled_targets) {
  disabled = disabled_targets;
  GetChosenTarget().Update(SupportedTargets());
}

ChosenTarget& GetChosenTarget() {
  static constinit ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy
