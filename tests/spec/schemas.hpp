// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "kilofold/spec.hpp"

namespace kilofold::test {

inline ParameterSchema parameter(std::string name, ParameterSchema::Kind kind, double minimum, double default_value,
                                 std::vector<std::string> foreign_names = {}) {
  ParameterSchema schema;
  schema.name = std::move(name);
  schema.kind = kind;
  schema.minimum = minimum;
  schema.default_value = default_value;
  schema.foreign_names = std::move(foreign_names);
  return schema;
}

/// Small stand-ins for the models' own tables: `linear`, `tree`, and `wide` with every other kind of parameter.
inline std::vector<ModelSchema> schemas() {
  using Kind = ParameterSchema::Kind;
  ParameterSchema depth =
      parameter("max_depth", Kind::integer, 1, std::numeric_limits<double>::infinity(), {"MaxDepth"});
  depth.none_allowed = true;
  ParameterSchema kernel = parameter("kernel", Kind::category, 0, 0);
  kernel.categories = {"rbf", "linear", "poly"};
  ParameterSchema positive = parameter("C", Kind::real, 0, 1, {"BoxConstraint"});
  positive.minimum_allowed = false;
  ParameterSchema share = parameter("share", Kind::real, 0, 1);
  share.maximum = 1;
  return {
      {"linear", "", {parameter("alpha", Kind::real, 0, 0)}},
      {"tree",
       "",
       {depth, parameter("min_samples_split", Kind::integer, 2, 2),
        parameter("min_samples_leaf", Kind::integer, 1, 1, {"MinLeafSize", "min_child_samples"})}},
      {"wide",
       "",
       {kernel, positive, share, parameter("signed", Kind::real, -std::numeric_limits<double>::infinity(), 0)}},
  };
}

}  // namespace kilofold::test
