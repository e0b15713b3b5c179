// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/depth_prefix.hpp"

#include "plan/rules/read_prefixes.hpp"

namespace kilofold {
namespace {

// Chains are left alone: a member's depth changes what the next members are fitted to.
constexpr Prefix depth{
    "max_depth",      [](Op op) { return op == Op::grow_trees; },        Growth::of_largest_value,
    "one depth only", "max_depth moves together with another parameter", "no trees that nest by depth"};

}  // namespace

const Rule depth_prefix{
    "depth_prefix", Sameness::bitwise, "truncate(grow(D), d) = grow(d)",
    [](const Group& group, std::span<const Axis> axes) { return read_prefixes(depth, group, axes); }};

}  // namespace kilofold
