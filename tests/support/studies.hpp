// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kilofold/models.hpp"

/// Small studies made in memory, for tests of the stages behind the parser.
namespace kilofold::testing {

/// A table of n samples and d features on a coarse grid of values, so that rows and splits tie now and then.
inline Dataset make_data(std::int64_t n, std::int64_t d, std::uint32_t seed, int levels = 0) {
  std::mt19937 random(seed);
  Dataset data;
  data.sha256 = std::string(64, 'a');
  data.X = Matrix<double>(n, d);
  for (std::int64_t f = 0; f < d; ++f) {
    data.source.features.push_back({"x" + std::to_string(f), "", "", {}});
    for (std::int64_t i = 0; i < n; ++i)
      data.X(i, f) = levels > 0 ? static_cast<double>(random() % static_cast<std::uint32_t>(levels))
                                : static_cast<double>(random()) / 4294967296.0;
  }
  data.source.target = {"y", "", "", {}};
  for (std::int64_t i = 0; i < n; ++i)
    data.y.push_back(3 * data.X(i, 0) + std::sin(5 * data.X(i, d - 1)) + static_cast<double>(random()) / 4294967296.0);
  return data;
}

/// A study of the given entries on that data: 5 folds, seeds 0 and 1.
inline Spec make_spec(const Dataset& data) {
  Spec spec;
  spec.name = "test";
  spec.data = data.source;
  spec.cv.folds = {5};
  spec.cv.seeds = {0, 1};
  return spec;
}

/// An entry with every parameter of its schema, those given first replaced.
inline ModelSpec make_entry(const std::string& name, const std::string& model,
                            const std::vector<std::pair<std::string, std::vector<double>>>& given) {
  ModelSpec entry{name, model, {{}}, {}};
  for (const ParameterSchema& parameter : model_named(model).schema.parameters) {
    std::vector<double> values = {parameter.default_value};
    for (const auto& [parameter_name, wanted] : given)
      if (parameter_name == parameter.name) values = wanted;
    entry.blocks.front().factors.push_back({{{parameter.name, values, {}, {}}}});
  }
  return entry;
}

/// Let some axes of a block move together, as `zip:` does.
inline void tie(ParameterBlock& block, std::vector<ParameterAxis> axes) {
  for (const ParameterAxis& axis : axes)
    std::erase_if(block.factors, [&](const ParameterFactor& factor) { return factor.axes.front().name == axis.name; });
  block.factors.insert(block.factors.begin(), {std::move(axes)});
}

}  // namespace kilofold::testing
