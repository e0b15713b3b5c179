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

inline ParameterSchema category(std::string name, std::vector<std::string> categories) {
  ParameterSchema schema = parameter(std::move(name), ParameterSchema::Kind::category, 0, 0);
  schema.categories = std::move(categories);
  return schema;
}

inline ParameterSchema positive(std::string name, double default_value, std::vector<std::string> foreign_names = {}) {
  ParameterSchema schema =
      parameter(std::move(name), ParameterSchema::Kind::real, 0, default_value, std::move(foreign_names));
  schema.minimum_allowed = false;
  return schema;
}

/// Stand-ins for the kernel methods, with every feature that a table may have.
inline ModelSchema svr() {
  ParameterSchema C = positive("C", 1, {"BoxConstraint", "cost"});
  C.words = {"iqr"};
  ParameterSchema epsilon = parameter("epsilon", ParameterSchema::Kind::real, 0, 0.1, {"Epsilon", "tube"});
  epsilon.words = {"iqr"};
  ParameterSchema gamma = positive("gamma", -1, {"KernelScale", "sigma"});
  gamma.words = {"scale", "auto", "matlab_medium"};
  return {"svr",
          "support vector regression",
          {category("kernel", {"rbf", "linear", "polynomial"}), C, epsilon, gamma,
           parameter("degree", ParameterSchema::Kind::integer, 1, 3)}};
}

inline ModelSchema gpr() {
  ParameterSchema length_scale = positive("length_scale", 1, {"lengthscale", "KernelParameters", "ell"});
  length_scale.per_feature = true;
  return {
      "gpr",
      "Gaussian process regression",
      {category("kernel", {"squared_exponential", "matern32", "matern52", "rational_quadratic", "exponential"}),
       length_scale, parameter("noise_variance", ParameterSchema::Kind::real, 0, 0.01, {"alpha", "Sigma", "sigma_n"}),
       positive("signal_variance", 1), category("mean", {"zero", "constant", "linear"})},
      false,
      {"log_marginal_likelihood", "mae", "rmse", "r2"},
      true};
}

inline std::vector<ModelSchema> schemas_with_kernel_methods() {
  std::vector<ModelSchema> all = schemas();
  all[1].presets = {{"medium", {{"min_samples_leaf", 12}}}, {"coarse", {{"min_samples_leaf", 36}}}};
  all.push_back(svr());
  all.push_back(gpr());
  return all;
}

}  // namespace kilofold::test
