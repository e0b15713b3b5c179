// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/band_shift.hpp"

#include "plan/rules/noise_shift.hpp"

namespace kilofold {
namespace {

std::variant<std::vector<Node>, Refusal> rewrite(const Group& group, std::span<const Axis> axes) {
  auto outcome = shift_noise(group, axes, Factorized::band);
  if (std::holds_alternative<Refusal>(outcome)) return Refusal{};
  return outcome;
}

}  // namespace

const Rule band_shift{"band_shift", Sameness::rounding, "K + s I = Q (B + s I) Q'", &rewrite};

}  // namespace kilofold
