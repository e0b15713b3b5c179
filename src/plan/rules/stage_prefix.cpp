// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/stage_prefix.hpp"

#include "plan/rules/read_prefixes.hpp"

namespace kilofold {
namespace {

constexpr Prefix stages{"n_estimators",
                        [](Op op) { return op == Op::grow_trees || op == Op::boost; },
                        Growth::of_largest_value,
                        "one number of trees only",
                        "n_estimators moves together with another parameter",
                        "no ensemble"};

}  // namespace

const Rule stage_prefix{
    "stage_prefix", Sameness::bitwise, "first T of ensemble(N) = ensemble(T)",
    [](const Group& group, std::span<const Axis> axes) { return read_prefixes(stages, group, axes); }};

}  // namespace kilofold
