// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
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

/// The points of an axis, `width` numbers each.
struct Points {
  std::vector<double> values;
  std::int32_t width = 1;

  std::int64_t size() const { return static_cast<std::int64_t>(values.size()) / width; }
};

/// What becomes of a point that comes twice: merged in an axis of its own, kept where axes move together.
enum class Repeats { merge, keep };

/// Read the points of a parameter: a value, a generator, or a list of both.
///
/// Every value is checked against the schema. Where the schema takes one number a feature, a point may be a list of
/// them and {ard: ...} their product; `features` names the features.
/// Returns  the points in the order written; none exactly when a problem was added
Points read_points(const YamlNode& node, const ParameterSchema& schema, std::span<const std::string> features,
                   Repeats repeats, ValueBudget& budget, Problems& problems);

/// The same for an axis of single numbers, repeats merged.
std::vector<double> read_axis(const YamlNode& node, const ParameterSchema& schema, ValueBudget& budget,
                              Problems& problems);

/// What the schema allows, in words: "an integer >= 1 or none".
std::string expected(const ParameterSchema& schema);

/// Whether a mapping makes values: {from: 1, to: 4}.
bool is_generator(const YamlNode& node);

/// Whether a mapping says how to draw at random: {min, max, distribution}.
bool is_distribution(const YamlNode& node);

/// The schema of one feature's number, of a parameter that takes one a feature.
ParameterSchema one_number(const ParameterSchema& schema);

}  // namespace kilofold::spec
