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

}  // namespace kilofold
