// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "kilofold/models.hpp"

namespace kilofold {
namespace {

std::string read_docs() {
  std::ifstream file("docs/spec.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Is a value the number that stands for one of the parameter's words?
bool is_word(const ParameterSchema& parameter, double value) {
  return value < 0 && -1 - value < static_cast<double>(parameter.words.size());
}

/// A parameter's row of the reference, from its schema.
std::string row(const ParameterSchema& parameter) {
  if (parameter.kind == ParameterSchema::Kind::category)
    return fmt::format("| `{}` | one of {} | {} | {} |\n", parameter.name, fmt::join(parameter.categories, ", "),
                       parameter.categories.front(), parameter.help);
  const std::string kind = parameter.kind == ParameterSchema::Kind::integer ? "an integer" : "a number";
  const std::string values = fmt::format("{} {} {}{}", kind, parameter.minimum_allowed ? ">=" : ">", parameter.minimum,
                                         parameter.none_allowed ? " or none" : "") +
                             (parameter.words.empty() ? "" : fmt::format(" or {}", fmt::join(parameter.words, ", ")));
  const double value = parameter.default_value;
  const std::string otherwise = std::isinf(value)           ? "none"
                                : is_word(parameter, value) ? parameter.words[static_cast<std::size_t>(-1 - value)]
                                                            : fmt::format("{}", value);
  return fmt::format("| `{}` | {} | {} | {} |\n", parameter.name, values, otherwise, parameter.help);
}

TEST(SpecReference, ListsEveryModelAndParameterAsTheSchemasSay) {
  const std::string docs = read_docs();
  for (const Model& model : all_models()) {
    const std::size_t section = docs.find("\n### " + model.schema.name + "\n");
    ASSERT_NE(section, std::string::npos) << model.schema.name;
    const std::size_t end = docs.find("\n#", section + 5);
    const std::string text = docs.substr(section, end - section);
    for (const ParameterSchema& parameter : model.schema.parameters)
      EXPECT_NE(text.find(row(parameter)), std::string::npos) << row(parameter);
    const auto rows = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    EXPECT_GE(rows, model.schema.parameters.size());
  }
}

TEST(ModelSchemas, AreReadyForTheParser) {
  for (const Model& model : all_models()) {
    EXPECT_FALSE(model.schema.help.empty());
    for (const ParameterSchema& parameter : model.schema.parameters) {
      EXPECT_FALSE(parameter.help.empty()) << parameter.name;
      EXPECT_TRUE(parameter.default_value >= parameter.minimum || is_word(parameter, parameter.default_value))
          << parameter.name;
    }
  }
}

}  // namespace
}  // namespace kilofold
