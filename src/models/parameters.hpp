// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kilofold/spec.hpp"

/// Rows of the models' hyperparameter tables.
namespace kilofold {

ParameterSchema real_parameter(const char* name, double minimum, double default_value, const char* help,
                               std::vector<std::string> foreign_names = {});
/// A real greater than 0.
ParameterSchema positive_parameter(const char* name, double default_value, const char* help,
                                   std::vector<std::string> foreign_names = {});
ParameterSchema integer_parameter(const char* name, double minimum, double default_value, const char* help,
                                  std::vector<std::string> foreign_names = {});
/// The first category is the default.
ParameterSchema category_parameter(const char* name, std::vector<std::string> categories, const char* help);

/// gamma, degree and coef0 of rbf and poly kernels, with the words for gamma and what they are by default.
std::vector<ParameterSchema> kernel_shape(double default_gamma, double default_coef0);

}  // namespace kilofold
