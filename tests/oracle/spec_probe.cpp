// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iostream>
#include <span>
#include <string>

#include "spec/stand_ins.hpp"

/// spec_probe schema: print the JSON Schema of the models and stand-ins. spec_probe: read one spec a line, each on one
/// line, and print `good` or the first problem for each.
int main(int n_arguments, char** arguments) {
  using namespace kilofold;
  const std::vector<ModelSchema> models = test::schemas_with_stand_ins();
  if (n_arguments > 1 && std::string_view(arguments[1]) == "schema") {
    fmt::print("{}", json_schema(models));
    return 0;
  }
  for (std::string text; std::getline(std::cin, text);) {
    try {
      parse_spec(text, "spec.yaml", models);
      fmt::print("good\n");
    } catch (const InputError& error) {
      const Problem& problem = error.problems().front();
      fmt::print("{}: {}\n", problem.place.column, problem.message);
    }
  }
}
