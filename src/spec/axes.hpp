// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kilofold/spec.hpp"
#include "yaml_tree.hpp"

namespace kilofold::spec {

/// How many values generators may still make, over all axes of a spec: a grid that fits a line must fit memory too.
struct ValueBudget {
  static constexpr std::int64_t limit = 1'000'000;
  std::int64_t left = limit;
};

/// Read the values of a parameter: a value, a generator, or a list of both.
///
/// Every value is checked against the schema. Repeated values are merged, the first kept.
/// Returns  the distinct values in the order written; empty exactly when a problem was added
std::vector<double> read_axis(const YamlNode& node, const ParameterSchema& schema, ValueBudget& budget,
                              Problems& problems);

/// What the schema allows, in words: "an integer >= 1 or none".
std::string expected(const ParameterSchema& schema);

}  // namespace kilofold::spec
