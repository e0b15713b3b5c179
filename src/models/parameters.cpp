// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include "models/parameters.hpp"

namespace kilofold {

ParameterSchema real_parameter(const char* name, double minimum, double default_value, const char* help,
                               std::vector<std::string> foreign_names) {
  ParameterSchema parameter;
  parameter.name = name;
  parameter.minimum = minimum;
  parameter.default_value = default_value;
  parameter.help = help;
  parameter.foreign_names = std::move(foreign_names);
  return parameter;
}

ParameterSchema positive_parameter(const char* name, double default_value, const char* help,
                                   std::vector<std::string> foreign_names) {
  ParameterSchema parameter = real_parameter(name, 0, default_value, help, std::move(foreign_names));
  parameter.minimum_allowed = false;
  return parameter;
}

ParameterSchema integer_parameter(const char* name, double minimum, double default_value, const char* help,
                                  std::vector<std::string> foreign_names) {
  ParameterSchema parameter = real_parameter(name, minimum, default_value, help, std::move(foreign_names));
  parameter.kind = ParameterSchema::Kind::integer;
  return parameter;
}

ParameterSchema category_parameter(const char* name, std::vector<std::string> categories, const char* help) {
  ParameterSchema parameter;
  parameter.name = name;
  parameter.kind = ParameterSchema::Kind::category;
  parameter.categories = std::move(categories);
  parameter.minimum = 0;
  parameter.maximum = static_cast<double>(parameter.categories.size()) - 1;
  parameter.help = help;
  return parameter;
}

std::vector<ParameterSchema> kernel_shape(double default_gamma, double default_coef0) {
  ParameterSchema gamma = positive_parameter(
      "gamma", default_gamma,
      "of rbf and poly, on the scaled features; scale = 1 / (d var(X)), auto = 1 / d, matlab_* = the app's presets",
      {"KernelScale", "kernel_scale", "sigma", "length_scale"});
  gamma.words = {"scale", "auto", "matlab_fine", "matlab_medium", "matlab_coarse"};
  ParameterSchema degree =
      integer_parameter("degree", 1, 3, "power of poly; other kernels ignore it", {"PolynomialOrder", "order"});
  degree.maximum = 100;
  return {gamma, degree,
          real_parameter("coef0", 0, default_coef0, "constant term of poly; other kernels ignore it",
                         {"KernelOffset", "offset", "r"})};
}

}  // namespace kilofold
