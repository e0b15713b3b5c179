// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "names.hpp"
#include "scalars.hpp"
#include "sections.hpp"

namespace kilofold::spec {
namespace {

constexpr std::uint64_t max_trials = 10'000'000;

/// Models of grammar v1; those that the schemas lack are refused as not supported yet.
constexpr std::array<std::string_view, 8> grammar_models = {"linear",   "kernel_ridge",      "tree", "forest",
                                                            "adaboost", "gradient_boosting", "svr",  "gpr"};

/// Parameters of grammar v1 that the model's schema may lack.
constexpr std::array<std::array<std::string_view, 2>, 5> grammar_parameters = {{{"tree", "max_features"},
                                                                                {"tree", "ccp_alpha"},
                                                                                {"tree", "max_leaf_nodes"},
                                                                                {"tree", "min_impurity_decrease"},
                                                                                {"tree", "preset"}}};

std::vector<std::string> names_of(const auto& schemas) {
  std::vector<std::string> names;
  for (const auto& schema : schemas) names.push_back(schema.name);
  return names;
}

/// 1234567 as "1,234,567".
std::string with_commas(const std::string& digits) {
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

const ModelSchema* find_model(const YamlNode& node, std::span<const ModelSchema> schemas, Problems& problems) {
  const auto name = read_text(node, "model", problems);
  if (!name) return nullptr;
  const auto found =
      std::find_if(schemas.begin(), schemas.end(), [&](const ModelSchema& s) { return s.name == *name; });
  if (found != schemas.end()) return &*found;
  const auto names = names_of(schemas);
  if (std::find(grammar_models.begin(), grammar_models.end(), *name) != grammar_models.end()) {
    problems.add(node.at, fmt::format("model '{}' is not supported by this version", *name), {},
                 "legal here: " + joined(names));
  } else {
    problems.add(node.at, fmt::format("unknown model '{}'", *name), {}, suggestion(*name, names));
  }
  return nullptr;
}

void refuse_parameter(const YamlEntry& entry, const ModelSchema& model, Problems& problems) {
  const auto is_known = [&](const auto& row) { return row[0] == model.name && row[1] == entry.key; };
  if (std::any_of(grammar_parameters.begin(), grammar_parameters.end(), is_known)) {
    problems.add(entry.key_at, fmt::format("parameter '{}' is not supported by this version", entry.key), {},
                 "legal here: " + joined(names_of(model.parameters)));
    return;
  }
  std::string hint = suggestion(entry.key, names_of(model.parameters));
  for (const ParameterSchema& parameter : model.parameters) {
    for (const std::string& foreign : parameter.foreign_names) {
      if (!same_but_case(foreign, entry.key)) continue;
      hint = fmt::format("'{}' is what kilofold and scikit-learn call it", parameter.name);
    }
  }
  problems.add(entry.key_at, fmt::format("unknown parameter '{}' for model '{}'", entry.key, model.name), {}, hint);
}

double default_value(const ParameterSchema& schema) {
  return schema.kind == ParameterSchema::Kind::category ? 0.0 : schema.default_value;
}

/// Every parameter of the schema in its order: as written, or its default. Empty after a problem in any of them.
std::vector<ParameterAxis> read_parameters(const YamlNode* written, const ModelSchema& model, const Place& entry_place,
                                           ValueBudget& budget, Problems& problems) {
  std::vector<ParameterAxis> axes;
  bool sound = true;
  for (const ParameterSchema& schema : model.parameters) {
    ParameterAxis axis{schema.name, {default_value(schema)}, entry_place, {}};
    if (const YamlNode* node = written ? written->find(schema.name) : nullptr) {
      axis.values = read_axis(*node, schema, budget, problems);
      axis.place = node->at.place();
      sound = sound && !axis.values.empty();
    }
    if (schema.kind == ParameterSchema::Kind::category)
      for (const double value : axis.values) axis.text.push_back(schema.categories[static_cast<std::size_t>(value)]);
    axes.push_back(std::move(axis));
  }
  if (written) {
    const auto names = names_of(model.parameters);
    for (const YamlEntry& entry : written->entries) {
      if (std::find(names.begin(), names.end(), entry.key) == names.end()) refuse_parameter(entry, model, problems);
    }
  }
  return sound ? axes : std::vector<ParameterAxis>();
}

/// Refuse grids that no machine would finish, naming the axes that multiply to them.
void check_grid_size(const ModelSpec& model, const YamlNode& node, Problems& problems) {
  __extension__ using Wide = unsigned __int128;
  Wide trials = 1;
  bool countable = true;
  std::vector<std::string> factors;
  for (const ParameterAxis& axis : model.parameters) {
    countable = countable && !__builtin_mul_overflow(trials, static_cast<Wide>(axis.values.size()), &trials);
    if (axis.values.size() > 1) factors.push_back(fmt::format("{} ({})", axis.name, axis.values.size()));
  }
  if (countable && trials <= max_trials) return;
  const std::string count = countable ? with_commas(fmt::format("{}", trials)) : "more than 10^38";
  problems.add(node.at,
               fmt::format("the grid of '{}' has {} trials; one entry may have {}", model.name, count,
                           with_commas(fmt::format("{}", max_trials))),
               fmt::format("{}", fmt::join(factors, " x ")), "take fewer values of these parameters");
}

std::string read_name(const YamlNode& entry, const ModelSchema& model, Problems& problems) {
  const YamlNode* node = entry.find("name");
  if (!node) return model.name;
  const auto name = read_text(*node, "name", problems);
  if (name && !is_name(*name)) {
    problems.add(node->at, fmt::format("name: expected letters, digits, '_', '-' and '.', got {}", quoted(*node)),
                 "it names a group in the result file");
  }
  return name.value_or("");
}

void read_entry(const YamlNode& node, std::span<const ModelSchema> schemas, Spec& spec, ValueBudget& budget,
                Problems& problems) {
  static const KeyTable keys = {{"name", "model", "parameters"}, {"as_published", "zip", "tune", "method", "trials"}};
  if (!is_mapping(node, "models", problems)) return;
  check_keys(node, "models", keys, problems);
  const YamlNode* model = require(node, "models", "model", "legal here: " + joined(names_of(schemas)), problems);
  const ModelSchema* schema = model ? find_model(*model, schemas, problems) : nullptr;
  if (!schema) return;
  ModelSpec entry{read_name(node, *schema, problems), schema->name, {}, node.at.place()};
  const auto same = [&](const ModelSpec& other) { return other.name == entry.name; };
  if (!entry.name.empty() && std::any_of(spec.models.begin(), spec.models.end(), same)) {
    const YamlNode* name = node.find("name");
    problems.add(name ? name->at : model->at, fmt::format("a second model is named '{}'", entry.name),
                 "results are kept by name", "give each entry a `name:` of its own");
  }
  const YamlNode* parameters = node.find("parameters");
  if (parameters && !is_mapping(*parameters, "parameters", problems)) parameters = nullptr;
  entry.parameters = read_parameters(parameters, *schema, entry.place, budget, problems);
  if (!entry.parameters.empty()) check_grid_size(entry, parameters ? *parameters : node, problems);
  spec.models.push_back(std::move(entry));
}

}  // namespace

void read_models(const YamlNode& node, std::span<const ModelSchema> schemas, Spec& spec, ValueBudget& budget,
                 Problems& problems) {
  if (!node.is_sequence() || node.items.empty()) {
    problems.add(node.at, fmt::format("models: expected a list of models, got {}", quoted(node)), {},
                 "write - {model: linear}");
    return;
  }
  for (const YamlPtr& item : node.items) read_entry(*item, schemas, spec, budget, problems);
}

}  // namespace kilofold::spec
