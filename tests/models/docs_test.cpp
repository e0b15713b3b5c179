// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "kilofold/models.hpp"

namespace kilofold {
namespace {

const char* const docs_path = "docs/spec.md";
const char* const schema_path = "share/kilofold/spec-v1.schema.json";

std::string contents(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The first table after a heading: where its lines begin and end.
std::pair<std::size_t, std::size_t> table_after(const std::string& docs, const std::string& heading) {
  const std::size_t section = docs.find("\n" + heading + "\n");
  if (section == std::string::npos) return {0, 0};
  const std::size_t begin = docs.find("\n| ", section) + 1;
  std::size_t end = begin;
  while (docs[end] == '|') end = docs.find('\n', end) + 1;
  return {begin, end};
}

/// KILOFOLD_WRITE_EXPECTED=1 writes the generated table into the page.
void expect_table(const std::string& heading, const std::string& table) {
  std::string docs = contents(docs_path);
  const auto [begin, end] = table_after(docs, heading);
  ASSERT_NE(end, begin) << "no table after " << heading;
  if (std::getenv("KILOFOLD_WRITE_EXPECTED")) {
    docs.replace(begin, end - begin, table);
    std::ofstream(docs_path) << docs;
  } else {
    EXPECT_EQ(docs.substr(begin, end - begin), table) << heading;
  }
}

TEST(SpecReference, HasTheTablesThatTheParserReads) {
  expect_table("## Keys", key_table());
  for (const Model& model : all_models()) expect_table("### " + model.schema.name, parameter_table(model.schema));
}

TEST(JsonSchema, InShareIsTheOneThatTheParserReads) {
  const std::vector<ModelSchema> models = all_schemas();
  const std::string schema = json_schema(models);
  if (std::getenv("KILOFOLD_WRITE_EXPECTED")) std::ofstream(schema_path) << schema;
  EXPECT_EQ(contents(schema_path), schema);
}

TEST(ModelSchemas, AreReadyForTheParser) {
  for (const Model& model : all_models()) {
    EXPECT_FALSE(model.schema.help.empty());
    for (const ParameterSchema& parameter : model.schema.parameters) {
      EXPECT_FALSE(parameter.help.empty()) << parameter.name;
      const bool word = parameter.default_value < 0 && !parameter.words.empty();
      EXPECT_TRUE(word || parameter.default_value >= parameter.minimum) << parameter.name;
    }
    for (const PresetSchema& preset : model.schema.presets)
      for (const auto& [name, value] : preset.values)
        EXPECT_NE(std::ranges::find(model.schema.parameters, name, &ParameterSchema::name),
                  model.schema.parameters.end())
            << preset.name;
  }
}

}  // namespace
}  // namespace kilofold
