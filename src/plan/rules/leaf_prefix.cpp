// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/leaf_prefix.hpp"

#include "plan/rules/read_prefixes.hpp"

namespace kilofold {
namespace {

// Chains are left alone: a member's leaves change what the next members are fitted to.
constexpr Prefix leaves{"min_samples_leaf",
                        [](Op op) { return op == Op::grow_trees; },
                        Growth::of_every_value,
                        "one min_samples_leaf only",
                        "min_samples_leaf moves together with another parameter",
                        "no trees that share their splits"};

}  // namespace

const Rule leaf_prefix{
    "leaf_prefix", Sameness::bitwise, "best(m) leaves m' rows on both sides => best(m') = best(m)",
    [](const Group& group, std::span<const Axis> axes) { return read_prefixes(leaves, group, axes); }};

}  // namespace kilofold
