// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "axis_schema.hpp"
#include "grammar.hpp"

namespace kilofold {
namespace spec {
namespace {

using Members = std::vector<Json::Member>;

Json constant(const Json& value) { return Json::object({{"const", value}}); }

Json pattern(const char* expression) {
  return Json::object({{"type", Json::text("string")}, {"pattern", Json::text(expression)}});
}

/// A mapping that has this key, or this key with this value.
Json has(const char* key) { return Json::object({{"required", Json::texts({key})}}); }
Json has(const char* key, const char* value) {
  return Json::object(
      {{"required", Json::texts({key})}, {"properties", Json::object({{key, constant(Json::text(value))}})}});
}
Json not_with(const std::vector<Json>& keys) { return Json::object({{"not", any_of(keys)}}); }
Json when(const Json& condition, const Json& then, const Json& otherwise) {
  return Json::object({{"if", condition}, {"then", then}, {"else", otherwise}});
}
Json anything() { return Json::object({}); }

/// Also must hold: what one key says about others.
Json all_of(const Json& schema, std::vector<Json> conditions) {
  conditions.insert(conditions.begin(), schema);
  return Json::object({{"allOf", Json::list(conditions)}});
}

/// Text as YAML readers hand it over: a column may be called 1.
Json text_schema() {
  return Json::object({{"type", Json::texts({"string", "number", "boolean"})}, {"minLength", Json::number(1)}});
}

Json column_schema() {
  return any_of({text_schema(),
                 mapping({{"column", text_schema()}, {"label", text_schema()}, {"units", text_schema()}}, {"column"})});
}

/// Keys whose form is their own, within reach of the table.
Json own_schema(const Key& key) {
  if (key.path != "reference.results") return anything();
  Members metrics;
  for (const std::string& metric : spec::key("metrics").words)
    metrics.emplace_back(metric, Json::object({{"type", Json::text("number")}}));
  return Json::object({{"type", Json::text("object")}, {"additionalProperties", mapping(metrics, {})}});
}

Json section_schema(std::string_view section);

Json form_of(const Key& key) {
  switch (key.takes) {
    case Takes::text:
      return text_schema();
    case Takes::name:
      return any_of(
          {pattern("^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$"), Json::object({{"type", Json::text("number")}})});
    case Takes::word:
      return one_of_words(key.words);
    case Takes::words:
      return any_of({one_of_words(key.words), list_of(one_of_words(key.words))});
    case Takes::word_list:
      return list_of(one_of_words(key.words));
    case Takes::boolean:
      return Json::object({{"type", Json::text("boolean")}});
    case Takes::number:
    case Takes::integer:
      return number_schema(as_parameter(key));
    case Takes::integers:
      return reference(key.path);
    case Takes::column:
      return reference("column");
    case Takes::columns:
      return list_of(reference("column"));
    case Takes::duration:
      return any_of({Json::object({{"type", Json::text("number")}, {"exclusiveMinimum", Json::number(0)}}),
                     pattern("^(0|[1-9][0-9]*)(\\.[0-9]+)?[smh]?$")});
    case Takes::device:
      return any_of({one_of_words({"auto", "cpu", "cuda"}), pattern("^cuda:[0-9]{1,3}$")});
    case Takes::version:
      return constant(Json::number(1));
    case Takes::section:
      return section_schema(key.path);
    case Takes::sections:
    case Takes::own:
      break;
  }
  return own_schema(key);
}

/// With the words of docs/spec.md, for editors.
Json described(const Key& key, const Json& form) {
  std::string help = key.help;
  std::erase(help, '`');
  return all_of(Json::object({{"description", Json::text(help)}}), {form});
}

Json section_schema(std::string_view section) {
  Members properties;
  std::vector<std::string> required;
  for (const Key& key : all_keys()) {
    if (key.section() != section) continue;
    properties.emplace_back(key.leaf(), described(key, form_of(key)));
    if (key.required()) required.emplace_back(key.leaf());
  }
  return mapping(properties, required);
}

Json cv_schema() {
  const Json known =
      Json::object({{"properties", Json::object({{"splitter", one_of_words({"leave_one_out", "file"})}})},
                    {"required", Json::texts({"splitter"})}});
  return all_of(section_schema("cv"), {when(known, not_with({has("folds"), has("shuffle")}), anything()),
                                       when(has("splitter", "file"), has("column"), not_with({has("column")}))});
}

Json importance_schema() {
  const auto entry = [](const char* method, const std::vector<const char*>& own) {
    Members properties = {{"method", constant(Json::text(method))}, {"per", form_of(key("importance.per"))}};
    for (const char* name : own) properties.emplace_back(name, form_of(key("importance." + std::string(name))));
    return mapping(properties, {"method"});
  };
  return list_of(any_of({entry("mrmr", {"scheme", "estimator", "bins"}), entry("ftest", {"bins"}),
                         entry("rrelieff", {"neighbors", "sigma"})}));
}

/// `tune` of an entry, or of its one published trial, which is no grid to choose from.
Json tune_schema(const ModelSchema& model, bool published) {
  Members bounds;
  const Json ends =
      Json::object({{"type", Json::text("array")},
                    {"items", Json::object({{"type", Json::text("number")}, {"exclusiveMinimum", Json::number(0)}})},
                    {"minItems", Json::number(2)},
                    {"maxItems", Json::number(2)}});
  for (const ParameterSchema& parameter : model.parameters)
    if (parameter.kind == ParameterSchema::Kind::real) bounds.emplace_back(parameter.name, ends);
  std::vector<std::string> searches;
  if (!model.lacks("grid") && !published) searches.emplace_back("grid");
  if (model.tuned_by_gradient) searches.emplace_back("lbfgs");
  Members members = {{"by", one_of_words(model.tuned_by)},
                     {"search", one_of_words(searches)},
                     {"inner_folds", form_of(key("tune.inner_folds"))},
                     {"starts", form_of(key("tune.starts"))}};
  if (!model.lacks("bounds")) members.emplace_back("bounds", mapping(bounds, {}));
  const std::vector<std::string> required =
      model.lacks("grid") || published ? std::vector<std::string>{"by", "search"} : std::vector<std::string>{"by"};
  const Json keys = mapping(members, required);
  return all_of(keys, {when(has("by", "log_marginal_likelihood"), not_with({has("inner_folds")}),
                            not_with({has("search", "lbfgs")})),
                       when(has("search", "lbfgs"), anything(), not_with({has("starts"), has("bounds")}))});
}

/// Definitions of one model: its axes, blocks and entry.
void define_model(const ModelSchema& model, Definitions& definitions) {
  Members grid, search, one;
  for (const ParameterSchema& parameter : model.parameters) {
    const std::string name = definitions.axis(model.name + "." + parameter.name, parameter);
    grid.emplace_back(parameter.name, reference(name));
    search.emplace_back(parameter.name, reference(name + ".search"));
    one.emplace_back(parameter.name, reference(name + ".one"));
  }
  const Json zip = Json::object({{"type", Json::text("object")},
                                 {"properties", Json::object(grid)},
                                 {"additionalProperties", Json::boolean(false)},
                                 {"minProperties", Json::number(1)}});
  definitions.add(model.name + ".zip", any_of({zip, list_of(zip)}));
  std::vector<std::string> presets;
  for (const PresetSchema& preset : model.presets) presets.push_back(preset.name);
  if (!presets.empty())
    for (Members* block : {&grid, &search, &one}) block->emplace_back("preset", one_of_words(presets));
  grid.emplace_back("zip", reference(model.name + ".zip"));
  const auto blocks = [](const Members& members) {
    return any_of({mapping(members, {}), list_of(mapping(members, {}))});
  };
  if (model.tuned_by_gradient) one.emplace_back("tune", tune_schema(model, true));
  Members entry;
  for (const char* name : {"name", "method", "trials"})
    entry.emplace_back(name, form_of(key("models." + std::string(name))));
  entry.emplace_back("model", constant(Json::text(model.name)));
  entry.emplace_back("parameters", anything());
  entry.emplace_back("zip", reference(model.name + ".zip"));
  entry.emplace_back("as_published", mapping(one, {}));
  if (!model.tuned_by.empty()) entry.emplace_back("tune", tune_schema(model, false));
  const Json random = Json::object({{"properties", Json::object({{"parameters", blocks(search)}})},
                                    {"required", Json::texts({"trials", "parameters"})},
                                    {"not", has("zip")}});
  const Json of_grid =
      Json::object({{"properties", Json::object({{"parameters", blocks(grid)}})}, {"not", has("trials")}});
  const Json published_alone = all_of(has("as_published"), {not_with({has("parameters"), has("zip")})});
  definitions.add(model.name,
                  all_of(mapping(entry, {"model"}), {when(has("method", "random"), random, of_grid),
                                                     when(published_alone, not_with({has("tune")}), anything())}));
}

Json models_schema(std::span<const ModelSchema> models) {
  std::vector<std::string> names;
  std::vector<Json> entries;
  for (const ModelSchema& model : models) {
    names.push_back(model.name);
    entries.push_back(Json::object({{"if", has("model", model.name.c_str())}, {"then", reference(model.name)}}));
  }
  return list_of(Json::object({{"type", Json::text("object")},
                               {"required", Json::texts({"model"})},
                               {"properties", Json::object({{"model", one_of_words(names)}})},
                               {"allOf", Json::list(entries)}}));
}

/// The form of a key at the top, with what the table cannot say.
Json top_form(const Key& key, std::span<const ModelSchema> models) {
  if (key.path == "cv") return cv_schema();
  if (key.path == "models") return models_schema(models);
  if (key.path == "importance") return importance_schema();
  if (key.path == "output")
    return all_of(section_schema("output"), {when(has("predictions", "best"), anything(), not_with({has("keep")}))});
  return form_of(key);
}

}  // namespace
}  // namespace spec

std::string json_schema(std::span<const ModelSchema> models) {
  using spec::Json;
  spec::Definitions definitions;
  definitions.add("column", spec::column_schema());
  for (const spec::Key& key : spec::all_keys()) {
    if (key.takes != spec::Takes::integers) continue;
    const std::string name = definitions.axis(key.path, spec::as_parameter(key));
    if (name != key.path) definitions.add(key.path, spec::reference(name));
  }
  for (const ModelSchema& model : models) spec::define_model(model, definitions);
  std::vector<Json::Member> properties;
  std::vector<std::string> required;
  for (const spec::Key& key : spec::all_keys()) {
    if (!key.section().empty()) continue;
    properties.emplace_back(key.path, spec::described(key, spec::top_form(key, models)));
    if (key.required()) required.push_back(key.path);
  }
  const Json grouped =
      spec::when(Json::object({{"properties", Json::object({{"cv", spec::has("splitter", "group_kfold")}})},
                               {"required", Json::texts({"cv"})}}),
                 Json::object({{"properties", Json::object({{"data", spec::has("groups")}})}}), spec::anything());
  return spec::indented(Json::object({{"$schema", Json::text("http://json-schema.org/draft-07/schema#")},
                                      {"title", Json::text("kilofold study, grammar 1")},
                                      {"type", Json::text("object")},
                                      {"properties", Json::object(properties)},
                                      {"required", Json::texts(required)},
                                      {"additionalProperties", Json::boolean(false)},
                                      {"allOf", Json::list({grouped})},
                                      {"definitions", definitions.written()}})
                            .written());
}

}  // namespace kilofold
