// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa.hpp"

#include <cstdint>
#include <cstdlib>

#include "kilofold/core/error.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/isa.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kilofold::cpu::HWY_NAMESPACE {

std::int64_t target() { return HWY_TARGET; }

}  // namespace kilofold::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kilofold::cpu {
HWY_EXPORT(target);

namespace {

const char* name_of(std::int64_t target) {
  // Highway numbers better targets lower: AVX-512 and its later variants lie below AVX2.
  if (target < HWY_AVX2) return "avx512";
  return target == HWY_AVX2 ? "avx2" : "scalar";
}

}  // namespace

const char* isa() { return name_of(HWY_DYNAMIC_DISPATCH(target)()); }

std::vector<std::string> available_isas() {
  std::vector<std::string> names{"scalar"};
  hwy::DisableTargets(0);
  const std::int64_t supported = hwy::SupportedTargets();
  if (supported & HWY_AVX2) names.push_back("avx2");
  if (supported & HWY_AVX3) names.push_back("avx512");
  return names;
}

void force_isa(const std::string& name) {
  std::string available;
  bool found = name.empty();
  for (const std::string& candidate : available_isas()) {
    available += (available.empty() ? "" : ", ") + candidate;
    found = found || candidate == name;
  }
  if (!found) throw InputError("KILOFOLD_ISA: this CPU cannot run '" + name + "'", "use one of: " + available);
  // A disabled target's place is taken by the next lower one, so the top one wanted is named by disabling those above
  // it.
  hwy::DisableTargets(name == "avx2" ? HWY_AVX2 - 1 : name == "scalar" ? HWY_AVX2 | (HWY_AVX2 - 1) : 0);
  KILOFOLD_ENSURE(name.empty() || name == isa());
}

void force_isa_from_environment() {
  if (const char* name = std::getenv("KILOFOLD_ISA")) force_isa(name);
}

}  // namespace kilofold::cpu
#endif  // HWY_ONCE
